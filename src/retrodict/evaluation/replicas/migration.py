"""A new model of another kind, made from a model file without data, and how far the two agree."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from retrodict.errors import RequestError, RetrodictError, RunError
from retrodict.evaluation.replicas.distilling.method import ROUNDS, Method, plan_of
from retrodict.evaluation.replicas.distilling.sources import PRIOR
from retrodict.evaluation.replicas.examples import Labelling
from retrodict.evaluation.replicas.replicate import replicate
from retrodict.evaluation.replicas.result import Replicas
from retrodict.families.sklearn.train.native_file import is_native, native_bytes
from retrodict.families.sklearn.train.pipelines import member
from retrodict.families.sklearn.train.skops_file import checked_bytes
from retrodict.models import Model, load_model
from retrodict.models.contract import about
from retrodict.priors import Prior, implied_prior
from retrodict.priors.implied.build import OF_STORED_ROWS
from retrodict.reconstruction import Reconstruction, reconstruct
from retrodict.results.arguments import check_count
from retrodict.results.folder import write_file
from retrodict.results.notes import Note
from retrodict.results.result import Result, ShownTable
from retrodict.tables.labelled import read_labelled
from retrodict.tables.titles import HOLDOUT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = 10_000
_CHECKED = 1_000


@dataclass(frozen=True, eq=False, repr=False)
class Migration(Result):
    """A new model and how far it agrees with the old one; its file is the new model's, which `load_model` opens.

    Parameters
    ----------
    to
        The estimator's name.
    replicas
        Its scores; the model itself is ``replicas.models[to]``.
    example
        Rows that it takes, without labels.
    queries
        Calls of the old model.
    """

    to: str
    replicas: Replicas
    example: pd.DataFrame = field(repr=False)
    queries: int

    @property
    def estimator(self) -> Any:
        """The new model: a fitted pipeline that takes frames of raw columns."""
        return self.replicas.models[self.to]

    def lines(self, table: str | None = None) -> pd.DataFrame:
        """Return the scores of the new model, or of another trained on a table of the replicas' controls."""
        frame, table = self.replicas.frame, table or self.replicas.trained_on
        return frame[(frame.estimator == self.to) & (frame.table == table)].reset_index(drop=True)

    def content(self) -> dict[str, Any]:
        """Return everything but the model."""
        return {"to": self.to, **self.replicas.content(), "queries": self.queries}

    def save(  # type: ignore[override]  # what is made is a model: its file, and whom it must trust
        self, path: str | Path
    ) -> tuple[str, ...]:
        """Write the new model, in one step, once it was read back with the very same outputs.

        Parameters
        ----------
        path
            A file that is not there yet: a skops file, or one of the model's own library where it ends as these do
            (`.txt` of LightGBM, `.ubj` and `.json` of xgboost, `.cbm` and `.json` of CatBoost).

        Returns
        -------
        tuple of str
            Types that a reader must be told to trust; none for scikit-learn's own.

        Raises
        ------
        RequestError
            If the file is there, or can't be written, or is of a kind that can't hold the model.
        RunError
            If it does not come back as it was.
        """
        path = check_new_file(path)
        untrusted: tuple[str, ...] = ()
        if is_native(self.to, path.suffix):
            content = native_bytes(self.estimator, self.to, path.suffix, self.example)
        else:
            content, untrusted = checked_bytes(self.estimator, self.example)
        if content is None:
            raise RunError(f"'{self.to}' does not come back from its file as it was; nothing was written")
        write_file(path, content)
        return untrusted

    def plot(self) -> Figure:
        """Draw the new model's scores; see `Replicas.plot`."""
        return self.replicas.plot()

    def to_frame(self) -> pd.DataFrame:
        """Return the new model's scores, and those of its controls; see `Replicas.frame`."""
        return self.replicas.to_frame()

    @property
    def head(self) -> str:
        """What it is, in one line."""
        return f"Migration to {self.to} ({self.queries:,} model calls)"

    def tables(self) -> list[ShownTable]:
        """Return the replicas' tables."""
        return self.replicas.tables()

    def remarks(self) -> list[str]:
        """Return what the replicas say of themselves."""
        return [self.replicas.head, *self.replicas.remarks()]


def migrate(
    model: Any,
    to: str,
    prior: Prior | str | Path | None = None,
    *,
    rows: int = ROWS,
    holdout: pd.DataFrame | None = None,
    target: str | None = None,
    soft_labels: bool = False,
    temperature: float = 1.0,
    method: Method = "plain",
    queries: int | None = None,
    rounds: int = ROUNDS,
    seed: int = 0,
    progress: bool | None = None,
) -> Migration:
    """Make a new model from a model, without data: it is trained on prior draws that the old one labels.

    Parameters
    ----------
    model
        What `load_model` takes.
    to
        A name of the default family, or `catboost`, `lightgbm` or `xgboost`.
    prior
        A prior or its file; by default what the model's own disclosures imply.
    rows
        Draws to train on; others are held out to measure agreement.
    holdout, target, soft_labels, temperature, method, queries, rounds, seed
        As `replicate` takes them.
    progress
        Whether to show a bar on standard error; by default where that is a terminal.

    Raises
    ------
    RetrodictError
        If the model, the prior or the request can't be met.
    """
    base = load_model(model)
    member(to, base.schema.features, base.schema.target.is_class, 0)  # what is wrong shows before rows are drawn
    Labelling.of(soft_labels, temperature, base)
    plan_of(method, check_count(rows, "the number of rows"), queries, rounds, base)
    if holdout is not None and base.schema.named:  # else only the prior tells what its columns are called
        read_labelled(base.schema, {HOLDOUT: holdout}, target, undetermined=about(base).undetermined)
    rec = reconstruct(base, prior, rows, seed=seed, progress=progress)
    found = replicate(
        rec,
        [to],
        holdout=holdout,
        model=base,
        prior=prior,
        target=target,
        soft_labels=soft_labels,
        temperature=temperature,
        method=method,
        queries=queries,
        rounds=rounds,
        seed=seed,
    )
    if to not in found.models:
        raise RunError(f"'{to}' could not be trained: {found.notes[-1]}")
    found = replace(found, warnings=(*found.warnings, *_learned_rows(base, rec, found.rounds)))
    example = rec.frame.head(_CHECKED)[list(rec.schema.names)]
    return Migration(to, found, example, rec.provenance.queries + found.queries)


def _learned_rows(base: Model, rec: Reconstruction, rounds: pd.DataFrame | None) -> tuple[Note, ...]:
    """Say where the new model has learned from training rows that the old one's file holds: it may hold them, too."""
    notes = list(rec.provenance.prior["notes"])
    distilled = rounds is not None and (len(rounds) > 1 or rounds.learned_from.iloc[0] != PRIOR)
    if distilled:  # from what the file states, too, whatever prior is given; rounds after the first draw from both
        with suppress(RetrodictError):  # a file that states too little for a prior holds no whole rows
            notes += implied_prior(base).notes
    if OF_STORED_ROWS.isdisjoint(note.code for note in notes):
        return ()
    other = "give a prior of another source (--prior)" + (" and leave out method='distil'" if distilled else "")
    text = (
        "the old model's file holds training rows, and the new model has learned from draws of these: its own file may "
        f"hold them, too; {other}"
    )
    return (Note("learned_from_stored_rows", text),)


def check_new_file(path: str | Path) -> Path:
    """Return the path of a file to write.

    Raises
    ------
    RequestError
        If it is there already, or its folder is not.
    """
    path = Path(path)
    if path.exists():
        raise RequestError(f"'{path}' exists; give a new file, or remove it first")
    if not path.absolute().parent.is_dir():
        raise RequestError(f"'{path.absolute().parent}' is no folder; make it first, or give another path")
    return path
