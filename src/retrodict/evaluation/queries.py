"""What a model gives away for so many calls: fidelity, lift, and replicas, up a ladder of budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from retrodict import time_limit
from retrodict.errors import RequestError, TimeLimitError
from retrodict.evaluation.beside import FEWEST
from retrodict.evaluation.fidelity import evaluate
from retrodict.evaluation.fidelity.scopes import RECONSTRUCTION
from retrodict.evaluation.replicas import replicate
from retrodict.evaluation.replicas.result import BASE, ON_HOLDOUT, REPLICA
from retrodict.extras import extra_for
from retrodict.priors import Prior
from retrodict.reconstruction import Reconstruction, reconstruct
from retrodict.reconstruction.request import resolve
from retrodict.results.arguments import check_count, check_seed
from retrodict.results.notes import Note, of_code
from retrodict.results.progress import counted
from retrodict.results.result import KeptResult, ShownTable
from retrodict.tables.labelled import read_labelled
from retrodict.tables.titles import HOLDOUT, TRAIN

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LADDER = (100, 300, 1_000, 3_000, 10_000)
LIMIT = 1_000
FIDELITY = ("wasserstein", "total variation", "association", "energy distance", "two-sample AUC")
_ESTIMATORS = {True: ("logistic_regression", "random_forest"), False: ("kernel_ridge", "random_forest")}
_COLUMNS = ["queries", "what", "measure", "estimator", "value", "low", "high"]
VALUE, LIFT, REPLICAS = "fidelity", "lift", "replica"


@dataclass(frozen=True, eq=False, repr=False)
class QueryCurve(KeptResult):
    """Fidelity, lift, and how well replicas do, against the number of model calls.

    Parameters
    ----------
    frame
        One line a number of model calls (`queries`) and `measure`: `what` it is of (`fidelity`, `lift`, `replica`), the
        `estimator` of a replica (else empty), `value` with its 95% interval (`low`, `high`). NaN is undefined.
    base
        The base model's own measures on the held-out rows.
    ladder
        Model calls of each step.
    scope
        Where fidelity was measured: `within classes` or `overall`; empty without training rows.
    seed
        The seed.
    warnings
        What is doubtful about the tables.
    notes
        What was done for want of something, or left out.
    """

    frame: pd.DataFrame
    base: dict[str, float]
    ladder: tuple[int, ...]
    scope: str
    seed: int
    warnings: tuple[Note, ...]
    notes: tuple[Note, ...]

    @property
    def estimators(self) -> tuple[str, ...]:
        """The replicas' estimators."""
        return tuple(name for name in dict.fromkeys(self.frame.estimator) if name)

    def series(self, what: str, measure: str, estimator: str = "") -> pd.DataFrame:
        """Return one curve: `queries`, `value`, `low`, `high`, without what is undefined."""
        frame = self.frame
        own = (frame.what == what) & (frame.measure == measure) & (frame.estimator == estimator)
        return frame[own & frame.value.notna()][["queries", "value", "low", "high"]].reset_index(drop=True)

    def summary(self) -> pd.DataFrame:
        """Return one line a curve and one column a number of model calls."""
        order = self.frame[["what", "measure", "estimator"]].drop_duplicates()
        wide = self.frame.pivot(index=["what", "measure", "estimator"], columns="queries", values="value")
        return wide.reindex(pd.MultiIndex.from_frame(order))

    def content(self) -> dict[str, Any]:
        """Return what it holds."""
        own = super().content()
        return {"curve": own.pop("frame"), **own, "scope": self.scope or None}

    def plot(self) -> Figure:
        """Draw lifts, and how well replicas do, against the number of model calls.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        RequestError
            If neither is defined at any number of calls.
        """
        with extra_for("a picture"):
            from retrodict.evaluation.query_picture import draw
        return draw(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one line a number of model calls and measure; see `frame`."""
        return self.frame.copy()

    @property
    def head(self) -> str:
        """The ladder in one line."""
        return f"QueryCurve: {self.ladder[0]:,} to {self.ladder[-1]:,} model calls, seed {self.seed}"

    def tables(self) -> list[ShownTable]:
        """Return one line a curve."""
        return [ShownTable(self.summary())]

    def remarks(self) -> list[str]:
        """Return the base model's measures, and where fidelity was measured, with what is doubtful."""
        base = ", ".join(f"{name} {value:.3f}" for name, value in self.base.items())
        where = f"fidelity and lift are {self.scope}" if self.scope else ""
        return [*[f"base model: {base}"] * bool(base), *[where] * bool(where), *super().remarks()]


def query_curve(
    model: Any,
    prior: Prior | str | Path | None = None,
    ladder: Sequence[int] = LADDER,
    train: pd.DataFrame | None = None,
    holdout: pd.DataFrame | None = None,
    *,
    target: str | None = None,
    estimators: Any = None,
    limit: int = LIMIT,
    seed: int = 0,
) -> QueryCurve:
    """Say what a model gives away for so many calls, to someone who has the prior and asks it of draws.

    Each call labels one draw of the prior, so that so many calls are so many rows, in the model's own class shares. The
    steps share one stream: each has the rows of those before it.

    Parameters
    ----------
    model
        What `load_model` takes.
    prior
        A prior or its file; by default what the model's own disclosures imply.
    ladder
        Numbers of model calls, at least 20 each.
    train
        The training rows: then fidelity and lift are measured, too.
    holdout
        Real rows with their target that the model did not see.
    target
        The target's column in the real rows; by default the model's name of it.
    estimators
        Of the replicas, as `replicate` takes them; by default two.
    limit
        Rows of a table, at most, for fidelity of whole rows.
    seed
        Of everything.

    Returns
    -------
    QueryCurve
        Curves with 95% intervals.

    Raises
    ------
    RetrodictError
        If the model, the prior, the ladder or the tables can't be used.
    """
    check_seed(seed)
    if holdout is None:
        raise RequestError("replicas are compared on held-out rows; give them (holdout=)")
    steps = _checked(ladder)
    job = resolve(model, prior)
    classes = job.schema.target.is_class
    given = {HOLDOUT: holdout} | ({} if train is None else {TRAIN: train})
    read = read_labelled(job.schema, given, target)  # what is wrong shows before the model is asked
    train, holdout, target = read.frames.get(TRAIN), read.frames[HOLDOUT], read.schema.target.name
    rec = reconstruct(
        job.model, job.prior, steps[-1], seed=seed, class_shares="model" if classes else None, progress=False
    )
    time_limit.check("the model was asked for the whole ladder")
    before = rec.provenance.queries - steps[-1]  # a pilot that finds a regressor's noise
    lines: list[list[Any]] = []
    base: dict[str, float] = {}
    warnings: dict[Note, None] = dict.fromkeys(read.notes)
    notes: dict[Note, None] = {}
    scope = ""
    done: list[int] = []
    with counted("query curve", len(steps)) as tell:
        for step in steps:
            part, calls = _first(rec, step), step + before
            try:
                fid = None
                if train is not None:
                    fid = evaluate(part, train, holdout, job.prior, target=target, limit=limit, seed=seed)
                found = replicate(
                    part,
                    estimators or _ESTIMATORS[classes],
                    holdout=holdout,
                    model=job.model,
                    prior=job.prior,
                    target=target,
                    controls=False,
                    seed=seed,
                )
                time_limit.check("the step was measured")
            except TimeLimitError:
                if not done:
                    raise
                text = f"the time limit was reached: steps from {calls:,} model calls on are left out"
                notes[Note("time_limit", text, queries=calls)] = None
                break
            done.append(calls)
            if fid is not None:
                scope = fid.scopes[-1] if classes else fid.scopes[0]
                lines += _of_fidelity(fid.summary(scope), calls)
                warnings |= dict.fromkeys(fid.warnings)
            own = found.frame[(found.frame.table == REPLICA) & (found.frame.rows == ON_HOLDOUT)]
            lines += [
                [calls, REPLICAS, *line] for line in own[["measure", "estimator", "value", "low", "high"]].to_numpy()
            ]
            of_base = found.frame[(found.frame.table == BASE) & (found.frame.rows == ON_HOLDOUT)]
            base = {str(name): float(value) for name, value in zip(of_base.measure, of_base.value, strict=True)}
            warnings |= dict.fromkeys(found.warnings)
            for note in of_code(found.notes, "not_trained"):
                notes[Note(note.code, f"{calls:,} calls: {note}", **note.values, queries=calls)] = None
            tell()
    if train is None:
        notes[Note("no_train", "no training rows are given: fidelity and lift are left out")] = None
    frame = pd.DataFrame(lines, columns=_COLUMNS).astype(dict.fromkeys(_COLUMNS[4:], np.float64))
    return QueryCurve(frame, base, tuple(done), scope, int(seed), tuple(warnings), tuple(notes))


def _checked(ladder: Sequence[int]) -> tuple[int, ...]:
    try:
        steps = tuple(sorted({check_count(step, "a step of the ladder") for step in ladder}))
    except TypeError:
        raise RequestError(f"the ladder must be numbers of model calls, got {ladder!r}") from None
    if not steps or steps[0] < FEWEST:
        raise RequestError(f"the ladder needs steps of at least {FEWEST} model calls, got {list(steps)}")
    return steps


def _first(rec: Reconstruction, n: int) -> Reconstruction:
    return replace(rec, _frame=rec.frame.head(n))


def _of_fidelity(summary: pd.DataFrame, calls: int) -> list[list[Any]]:
    """Return values and lifts of the reconstruction as lines of a curve; values carry no interval here."""
    lines = []
    for name in FIDELITY:
        if name in summary.index:
            line = summary.loc[name]
            lines.append([calls, VALUE, name, "", line[RECONSTRUCTION], np.nan, np.nan])
            lines.append([calls, LIFT, name, "", line["lift"], line["low"], line["high"]])
    return lines
