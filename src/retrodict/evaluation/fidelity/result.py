"""How near a reconstruction is, as a result that prints itself and is kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from retrodict.errors import RequestError
from retrodict.evaluation.fidelity.attribution import Attribution
from retrodict.evaluation.fidelity.measures import MEASURES
from retrodict.evaluation.fidelity.scopes import FRESH, LABELLED, OVERALL, PRIOR, RANDOM, RECONSTRUCTION, WITHIN
from retrodict.extras import extra_for
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, ShownTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TABLES = (RECONSTRUCTION, PRIOR, LABELLED, RANDOM, FRESH)
_SHORT = {RECONSTRUCTION: "rebuilt", PRIOR: "prior", LABELLED: "labelled"}


@dataclass(frozen=True, eq=False, repr=False)
class Fidelity(KeptResult):
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
    attribution_reason: Note
    rows: dict[str, int]
    limit: int
    queries: int
    seed: int
    warnings: tuple[Note, ...]
    notes: tuple[Note, ...]

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
        scope = self._scope(scope)
        own = self.measures[(self.measures.scope == scope) & (self.measures.feature == "")]
        wide = own.pivot(index="measure", columns="table", values="value")
        wide = wide.reindex(index=[name for name in MEASURES if name in wide.index])
        wide = wide[[title for title in _TABLES if title in wide]].rename_axis(columns=None)
        lift = self.lift[
            (self.lift.scope == scope) & (self.lift.feature == "") & (self.lift.table == RECONSTRUCTION)
        ].set_index("measure")
        return wide.join(lift[["lift", "low", "high"]])

    def _scope(self, scope: str | None) -> str:
        """Return a scope that there is: what was asked for, or that which says most."""
        scope = scope or (WITHIN if WITHIN in self.scopes else OVERALL)
        if scope not in self.scopes:
            raise RequestError(f"there is no scope '{scope}'; use one of {', '.join(self.scopes)}")
        return scope

    def plot(self, scope: str | None = None) -> Figure:
        """Draw each measure of every table, and the lifts, with 95% intervals.

        Parameters
        ----------
        scope
            As `summary` takes it.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        RequestError
            If there is no such scope.
        """
        with extra_for("a picture"):
            from retrodict.evaluation.fidelity.picture import draw
        return draw(self, self._scope(scope))

    def to_frame(self) -> pd.DataFrame:
        """Return `measures`, with the lift of each line where it has one."""
        keys = ["scope", "measure", "feature", "table"]
        names = {"low": "lift_low", "high": "lift_high", "reason": "lift_reason"}
        lift = self.lift[[*keys, "lift", *names]].rename(columns=names)
        return self.measures.merge(lift, on=keys, how="left")

    @property
    def head(self) -> str:
        """The tables in one line."""
        rows = ", ".join(f"{n:,} {title}" for title, n in self.rows.items())
        return f"Fidelity: {rows} (at most {self.limit:,} for measures of whole rows, seed {self.seed})"

    def tables(self) -> list[ShownTable]:
        """Return the summaries, overall and within classes."""
        found = [(scope, self.summary(scope)) for scope in (OVERALL, WITHIN) if scope in self.scopes]
        return [ShownTable(one.dropna(axis="columns", how="all").rename(columns=_SHORT), scope) for scope, one in found]

    def remarks(self) -> list[str]:
        """Return how to read the tables, what the lift is owed to, and what is doubtful."""
        lines = []
        if len(self.lift):
            lines.append("lift: 0 is no better than the prior alone, 1 as good as held-out rows; 95% interval")
        if LABELLED in set(self.measures.table):
            lines.append("labelled: rows of the prior with the labels that the model gives them")
        lines.append(f"attribution: {self.attribution or 'not known'}: {self.attribution_reason}")
        return [*lines, *super().remarks()]
