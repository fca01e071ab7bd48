"""Tables that were read, as codes on one layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema
from retrodict.tables.doubts import doubts
from retrodict.tables.labelled import RealRows
from retrodict.tables.layout import Layout
from retrodict.tables.titles import PRIOR

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows on a layout.

    Parameters
    ----------
    X
        Codes of the features.
    y
        Class codes, or values; NaN where there is none.
    """

    X: Float[Array, "n d"]
    y: Float[Array, " n"]

    def __len__(self) -> int:
        return len(self.X)

    def take(self, chosen: Array) -> Rows:
        """Return some of the rows."""
        return Rows(self.X[chosen], self.y[chosen])


@dataclass(frozen=True, eq=False)
class Inputs:
    """Tables on one layout.

    Parameters
    ----------
    schema
        Features and target.
    layout
        The same with every category that any of the tables holds; the target is its last column.
    tables
        Codes by title, the target in the last column; NaN in rows of a prior.
    warnings
        What was done to the tables, and what is doubtful about them.
    """

    schema: Schema
    layout: Layout
    tables: dict[str, Array]
    warnings: tuple[Note, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features with every category that any of the tables holds."""
        return self.layout.columns[:-1]

    def rows(self, title: str) -> Rows:
        """Return one of the tables as features and target."""
        codes = self.tables[title]
        return Rows(codes[:, :-1], codes[:, -1])


def encoded(read: RealRows, drawn: pd.DataFrame | None = None) -> Inputs:
    """Encode tables on one layout.

    Parameters
    ----------
    read
        The tables.
    drawn
        Rows of a prior, features only, which take part in the layout.

    Raises
    ------
    SchemaError
        If a column holds what it can't hold.
    """
    frames = read.frames if drawn is None else {**read.frames, PRIOR: drawn}
    layout, strange = Layout.of(read.schema, frames)
    tables = {title: layout.encode(frame, title) for title, frame in read.frames.items()}
    if drawn is not None:
        codes = layout.without_target.encode(drawn, PRIOR)
        tables[PRIOR] = np.column_stack([codes, np.full(len(codes), np.nan)])
    found = doubts(layout, tables, read.frames)
    return Inputs(read.schema, layout, tables, (*read.notes, *strange, *found))
