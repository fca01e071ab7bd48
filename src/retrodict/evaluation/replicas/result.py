"""How well replicas do, as a result that prints itself and becomes plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from retrodict.evaluation.replicas.scores import ACCURACY, AGREEMENT, AUC, BALANCED, R2, RMSE
from retrodict.extras import extra_for
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, ShownTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BASE, REPLICA, REAL = "base model", "reconstruction", "real rows"
LABELLED, SHUFFLED = "prior, labelled by the model", "prior, labels at random"
DISTILLED = "distilled"
_CONTROLS = (REAL, LABELLED, SHUFFLED)
TABLES = (BASE, REPLICA, DISTILLED, *_CONTROLS)
ON_HOLDOUT, ON_PRIOR = "held-out rows", "prior draws"
COLUMNS = ["estimator", "table", "rows", "measure", "value", "low", "high", "gap", "gap_low", "gap_high"]
NUMBERS = COLUMNS[4:]


@dataclass(frozen=True, eq=False, repr=False)
class Replicas(KeptResult):
    """How well estimators trained on a reconstruction do, beside the base model and their controls.

    Parameters
    ----------
    frame
        One line an `estimator`, `table` that it was trained on, `rows` that it was asked of and `measure`: `value` with
        its 95% interval (`low`, `high`), and `gap`, how much worse it is than the base model's, with its interval. The
        base model's own lines have `base model` as their estimator. NaN is undefined.
    estimators
        Those that could be trained on the reconstruction.
    rows
        Rows of the tables.
    target
        Its name.
    classes
        Its classes; empty for a real value.
    queries
        Model calls made.
    seed
        The seed.
    warnings
        What is doubtful about the tables.
    notes
        What was done for want of something, or left out.
    models
        The replicas themselves, fitted to the reconstruction, or distilled: pipelines that take frames of raw columns.
        A file holds no models: what was read back has none.
    rounds
        Of distilling, one line an `estimator` and `round`: the source of what was `learned_from`, `rows`, `queries` so
        far, and `agreement` with the base model on rows held out. ``None`` for plain replicas.
    """

    frame: pd.DataFrame
    estimators: tuple[str, ...]
    rows: dict[str, int]
    target: str
    classes: tuple[Any, ...]
    queries: int
    seed: int
    warnings: tuple[Note, ...]
    notes: tuple[Note, ...]
    models: Mapping[str, Any] = field(default_factory=dict, repr=False, metadata={"written": False})
    rounds: pd.DataFrame | None = None

    @property
    def trained_on(self) -> str:
        """What `models` were trained on: the reconstruction, or rows chosen for distilling."""
        return REPLICA if self.rounds is None else DISTILLED

    @property
    def measures(self) -> tuple[str, ...]:
        """What was measured."""
        return tuple(dict.fromkeys(self.frame.measure))

    def beside(self, other: Replicas) -> Replicas:
        """Return these replicas beside the controls of other ones, which were trained and asked alike.

        Parameters
        ----------
        other
            Replicas of another reconstruction of the same model, with the same estimators, real rows and prior.
        """
        own = self.frame[~self.frame.table.isin(_CONTROLS)]
        controls = other.frame[other.frame.table.isin(_CONTROLS) & other.frame.estimator.isin(self.estimators)]
        rows = {title: n for title, n in other.rows.items() if title in _CONTROLS}
        return replace(self, frame=pd.concat([own, controls], ignore_index=True), rows={**self.rows, **rows})

    def score(self, estimator: str, measure: str, table: str = REPLICA, rows: str = ON_HOLDOUT) -> pd.Series[Any]:
        """Return one line of `frame`.

        Raises
        ------
        KeyError
            If there is none.
        """
        frame = self.frame
        own = frame[
            (frame.estimator == estimator) & (frame.table == table) & (frame.rows == rows) & (frame.measure == measure)
        ]
        if own.empty:
            raise KeyError(f"no {measure} of '{estimator}' trained on '{table}', asked of {rows}")
        return own.iloc[0]

    def summary(self, measure: str | None = None) -> pd.DataFrame:
        """Return one line an estimator: a measure by what it was trained on, the gap, and the agreement.

        Parameters
        ----------
        measure
            By default accuracy or R2.
        """
        measure = measure or (ACCURACY if self.classes else R2)
        own = self.frame[(self.frame.measure == measure) & (self.frame.rows == ON_HOLDOUT)]
        wide = own.pivot(index="estimator", columns="table", values="value").rename_axis(columns=None)
        wide = wide.reindex(index=[*self.estimators], columns=[table for table in TABLES[1:] if table in wide])
        of_base = own[own.table == BASE]
        if len(of_base):
            wide.insert(0, BASE, of_base.value.iloc[0])
        replicas = own[own.table == self.trained_on].set_index("estimator")[["gap", "gap_low", "gap_high"]]
        wide = wide.join(replicas.dropna(how="all", axis="columns"))
        agreed = self.frame[(self.frame.measure == AGREEMENT) & (self.frame.table == self.trained_on)]
        for rows in (ON_HOLDOUT, ON_PRIOR):
            found = agreed[agreed.rows == rows].set_index("estimator").value
            if len(found):
                wide[f"agreement, {rows}"] = found
        return wide

    def content(self) -> dict[str, Any]:
        """Return what it holds but for the models themselves."""
        own = super().content()
        return {"measures": own.pop("frame"), **own}

    def plot(self) -> Figure:
        """Draw each estimator's score by what it was trained on.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        with extra_for("a picture"):
            from retrodict.evaluation.replicas.picture import draw
        return draw(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one line an estimator, table, rows asked and measure; see `frame`."""
        return self.frame.copy()

    @property
    def head(self) -> str:
        """The tables in one line."""
        return f"Replicas: {', '.join(f'{n:,} {title}' for title, n in self.rows.items())}; seed {self.seed}"

    def tables(self) -> list[ShownTable]:
        """Return a summary for each of the first measures."""
        measures = [name for name in (ACCURACY, BALANCED, AUC, R2, RMSE) if name in self.measures][:2]
        found = [(name, self.summary(name)) for name in measures] or [(AGREEMENT, self.summary())]
        return [ShownTable(table.rename(columns=_SHORT), name) for name, table in found]

    def remarks(self) -> list[str]:
        """Return how to read the gaps, with what is doubtful."""
        gaps = bool(self.frame.gap.notna().any())
        about = ["gap: how much worse than the base model, with its 95% interval over held-out rows"] if gaps else []
        if self.rounds is not None:
            spent = self.rounds.groupby("estimator", sort=False).agg({"queries": "max", "agreement": "max"})
            about += [
                f"{name}: distilled with {calls:,.0f} model calls; agreement {agreed:.2f} on rows held out from these"
                for name, calls, agreed in spent.itertuples()
            ]
        return [*about, *super().remarks()]


_SHORT = {
    BASE: "base",
    REPLICA: "replica",
    REAL: "real",
    LABELLED: "labelled",
    SHUFFLED: "random",
    f"agreement, {ON_HOLDOUT}": "agrees, held out",
    f"agreement, {ON_PRIOR}": "agrees, prior",
}
