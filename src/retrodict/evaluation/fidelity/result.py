"""How near a reconstruction is, as a result that prints itself and is kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from retrodict.errors import RequestError
from retrodict.evaluation.fidelity.attribution import Attribution
from retrodict.evaluation.fidelity.measures import MEASURES
from retrodict.evaluation.fidelity.scopes import FRESH, LABELLED, OVERALL, PRIOR, RANDOM, RECONSTRUCTION, WITHIN
from retrodict.evaluation.fidelity.summary import LIFTS, VALUES
from retrodict.plain_text import json_text, shown_plainly
from retrodict.reconstruction.loading import holding, read_document, texts
from retrodict.results.folder import write_file

_TABLES = (RECONSTRUCTION, PRIOR, LABELLED, RANDOM, FRESH)
_SHORT = {RECONSTRUCTION: "rebuilt", PRIOR: "prior", LABELLED: "labelled"}
_COLUMNS = {"measures": VALUES, "lift": LIFTS}


@shown_plainly
@dataclass(frozen=True, eq=False)
class Fidelity:
    """How near a reconstruction comes to the training rows as a distribution, beside its controls.

    Parameters
    ----------
    measures
        One line a `scope` (`overall`, `within classes`, `class LABEL`), `measure`, `feature` (empty for all together)
        and `table`: `value` with its 95% interval (`low`, `high`), the `rows` of the table and the `real_rows`
        compared with.
    lift
        The same for the lift of the reconstruction, and of the prior's rows labelled by the model: 0 is no better than
        the prior alone, 1 as good as held-out rows. NaN with a `reason` where undefined.
    attribution
        What the lift is owed to: `file`, `predictions` or `both`; ``None`` where it is not known.
    attribution_reason
        Why, in a sentence.
    rows
        Of the tables given.
    limit
        Rows of a table, at most, for measures of whole rows.
    queries
        Model calls made to label rows of the prior.
    seed
        The seed.
    warnings
        What is doubtful about the tables.
    notes
        What was done for want of something, or left out.
    """

    measures: pd.DataFrame
    lift: pd.DataFrame
    attribution: Attribution | None
    attribution_reason: str
    rows: dict[str, int]
    limit: int
    queries: int
    seed: int
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def per_class(self) -> pd.DataFrame:
        """The measures of each class, all columns together."""
        own = ~self.measures.scope.isin([OVERALL, WITHIN]) & (self.measures.feature == "")
        return self.measures[own].reset_index(drop=True)

    @property
    def per_feature(self) -> pd.DataFrame:
        """The measures of each column."""
        return self.measures[self.measures.feature != ""].reset_index(drop=True)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Where was measured: `overall`, each class, `within classes`."""
        return tuple(dict.fromkeys(self.measures.scope))

    @property
    def undefined(self) -> pd.DataFrame:
        """The lifts of the reconstruction that are undefined, overall and within classes, with their reasons."""
        lift = self.lift
        own = lift.scope.isin([OVERALL, WITHIN]) & (lift.feature == "") & (lift.table == RECONSTRUCTION)
        return lift[own & lift.lift.isna()][["scope", "measure", "reason"]].reset_index(drop=True)

    def summary(self, scope: str | None = None) -> pd.DataFrame:
        """Return one line a measure: its value in every table, and the lift with its interval.

        Parameters
        ----------
        scope
            By default `within classes` where there are classes, else `overall`.

        Raises
        ------
        RequestError
            If there is no such scope.
        """
        scope = scope or (WITHIN if WITHIN in self.scopes else OVERALL)
        if scope not in self.scopes:
            raise RequestError(f"there is no scope '{scope}'; use one of {', '.join(self.scopes)}")
        own = self.measures[(self.measures.scope == scope) & (self.measures.feature == "")]
        wide = own.pivot(index="measure", columns="table", values="value")
        wide = wide.reindex(index=[name for name in MEASURES if name in wide.index])
        wide = wide[[title for title in _TABLES if title in wide]].rename_axis(columns=None)
        lift = self.lift[
            (self.lift.scope == scope) & (self.lift.feature == "") & (self.lift.table == RECONSTRUCTION)
        ].set_index("measure")
        return wide.join(lift[["lift", "low", "high"]])

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, fit for strict JSON: what is undefined is null."""
        return {
            "measures": _records(self.measures),
            "lift": _records(self.lift),
            "attribution": self.attribution,
            "attribution_reason": self.attribution_reason,
            "rows": dict(self.rows),
            "limit": self.limit,
            "queries": self.queries,
            "seed": self.seed,
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }

    def save(self, path: str | Path) -> Path:
        """Write it to a JSON file, in one step.

        Raises
        ------
        RequestError
            If the file can't be written.
        """
        path = Path(path)
        write_file(path, (json_text(self.to_dict()) + "\n").encode())
        return path

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read it back from its file.

        Raises
        ------
        RequestError
            If the file holds none.
        """
        path = Path(path)
        with holding(path, "fidelity"):
            data = read_document(path)
            frames = {name: pd.DataFrame(data[name], columns=columns) for name, columns in _COLUMNS.items()}
            numbers = {"lift": np.float64, "low": np.float64, "high": np.float64}
            frames["lift"] = frames["lift"].astype(numbers)
            lines = {name: texts(data, name) for name in ("warnings", "notes")}
            return cls(**{**data, **frames, **lines})

    def __repr__(self) -> str:
        rows = ", ".join(f"{n:,} {title}" for title, n in self.rows.items())
        lines = [f"Fidelity: {rows} (at most {self.limit:,} for measures of whole rows, seed {self.seed})"]
        for scope in (OVERALL, WITHIN):
            if scope in self.scopes:
                shown = self.summary(scope).dropna(axis="columns", how="all").rename(columns=_SHORT)
                lines += [f"  {scope}:", *_indented(shown.to_string(float_format="{:.3f}".format, na_rep=""))]
        if len(self.lift):
            lines.append("  lift: 0 is no better than the prior alone, 1 as good as held-out rows; 95% interval")
        if LABELLED in set(self.measures.table):
            lines.append("  labelled: rows of the prior with the labels that the model gives them")
        lines.append(f"  attribution: {self.attribution or 'not known'}: {self.attribution_reason}")
        lines += [f"  warning: {line}" for line in self.warnings] + [f"  note: {line}" for line in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        tables = "".join(
            f"<p>{escape(scope)}</p>{self.summary(scope).to_html(float_format='{:.3f}'.format, na_rep='')}"
            for scope in (OVERALL, WITHIN)
            if scope in self.scopes
        )
        lines = [f"attribution: {self.attribution or 'not known'}: {self.attribution_reason}"]
        lines += [f"warning: {line}" for line in self.warnings] + [f"note: {line}" for line in self.notes]
        head = repr(self).split("\n", 1)[0]
        return f"<p><b>{escape(head)}</b></p>{tables}" + "".join(f"<p>{escape(line)}</p>" for line in lines)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return plain.to_dict(orient="records")


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]
