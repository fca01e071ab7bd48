"""The tables that an audit's pictures compare, on one encoding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.auditing import AuditResult
from retrodict.evaluation.fidelity.assumed import prior_frame
from retrodict.tables.layout import Layout, embed

Array = np.ndarray

REAL, FRESH, PRIOR, BY_QUERY, FROM_FILE = "training rows", "held-out rows", "prior alone", "by query", "from the file"
_DRAWS = 2_000
_MOST = 2_000


@dataclass(frozen=True, eq=False)
class Drawn:
    """Tables of features, encoded alike; at most 2,000 rows of each.

    Parameters
    ----------
    layout
        What the columns are.
    tables
        Codes by title, real rows first, where there are any.
    points
        The same rows as points of a Euclidean space, numbers in standard deviations.
    """

    layout: Layout
    tables: dict[str, Float[Array, "n d"]]
    points: dict[str, Float[Array, "n p"]]

    @classmethod
    def of(cls, found: AuditResult) -> Drawn:
        """Take what an audit compared."""
        rng = np.random.default_rng(found.provenance["seed"])
        recs = {FROM_FILE: found.from_file, BY_QUERY: found.by_query}
        made = {title: one.reconstruction for title, one in recs.items() if one is not None}
        schema = made[BY_QUERY if BY_QUERY in made else FROM_FILE].schema
        frames: dict[str, pd.DataFrame] = {}
        for title, frame in ((REAL, found.train), (FRESH, found.holdout)):
            if frame is not None:
                frames[title] = frame.iloc[rng.permutation(len(frame))[:_MOST]]
        if found.prior is not None:
            frames[PRIOR] = prior_frame(found.prior, schema, _DRAWS, rng)
        for title, rec in made.items():
            frames[title] = rec.frame.iloc[rng.permutation(rec.n_rows)[:_MOST]]
        # Columns alone are drawn: the target's name may differ between tables.
        frames = {title: frame[list(schema.names)].reset_index(drop=True) for title, frame in frames.items()}
        layout = Layout.of(schema, frames)[0].without_target
        tables = {title: layout.encode(frame, title) for title, frame in frames.items()}
        reference = next(iter(tables.values()))
        gaps = np.any(np.isnan(np.vstack(list(tables.values()))), axis=0)
        points = {title: embed(layout, X, reference, gaps) for title, X in tables.items()}
        return cls(layout, tables, points)

    @property
    def real(self) -> str | None:
        """The title of the real rows that the others are held against; ``None`` where there are none."""
        return next((title for title in (REAL, FRESH) if title in self.tables), None)

    @property
    def others(self) -> Sequence[str]:
        """Titles of the tables that are held against the real rows."""
        return [title for title in (PRIOR, BY_QUERY, FROM_FILE) if title in self.tables]


def number(value: Any, digits: int = 3) -> str:
    """Return a cell of a table as text; what is undefined is empty."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{round(value, digits) + 0.0:.{digits}f}"  # and no -0.000


def interval(low: float | None, high: float | None) -> str:
    """Return an interval as a cell of a table; empty where there is none."""
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"
