"""The two ways to extract data from a model, and how well each table agrees with the model it came from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retrodict import time_limit
from retrodict.auditing.finding import Way
from retrodict.errors import ModelError, PriorError, RetrodictError, RunError, TimeLimitError
from retrodict.evaluation.fidelity import Fidelity
from retrodict.evaluation.risk import RecordRisk
from retrodict.matching import Reading
from retrodict.matching.capability import NoisyCountsError
from retrodict.matching.solving import Solving
from retrodict.models import Meter, Model
from retrodict.priors import Prior
from retrodict.priors.implied.unread import UNREAD, UnknownValuesError
from retrodict.reconstruction import LabelledRows, Rebuilt, Reconstruction, reconstruct
from retrodict.reconstruction.count_search import CountSearch
from retrodict.reconstruction.deserved.simulation import Simulation
from retrodict.reconstruction.equation_search import EquationSearch
from retrodict.reconstruction.found_table import Search
from retrodict.reconstruction.rebuilding import Rebuilding
from retrodict.reconstruction.stored_rows import Stored
from retrodict.reconstruction.training_table import Equated, Limits, TooLargeError, counted_again, training_table
from retrodict.results.json_values import plain
from retrodict.results.notes import Note, of_code

SURE = 0.95
"""Confidence from which a rebuilt row counts as known."""

LIMITS = Limits(counted=2_000, solved=5_000)
"""Tables that are searched for, by their rows: the search of a larger one takes longer than all else of an audit."""

_QUICK = {"chains": 2, "sweeps": 150, "restarts": 0}
_MANY_VALUED = {"longest": 400, "restarts": 1}
"""The search of a full audit where columns have many values: a third of what it does by default. Not all counts
can be met there in any time that an audit has; on 200 rows the rest lowers the mismatch by less than a tenth."""
_MANY = 10
"""Cells of a column, on average, from which a table counts as many-valued; below, searches do meet all counts."""
_SEARCHED, _LEAST = 0.7, 0.1
"""Of the time that is left, what the search gets: rows are judged and filled in afterwards. And seconds, at least."""
_READ = 0.4
"""Of the time that is left, what it may take to find how leaf values were made where that is not stated."""
_SOLVED = 600.0
"""Seconds that equations are solved for where an audit has no limit of its own."""
NOT_SEARCHED = "table_not_searched"
"""Code of the note that a model states its training table, which was not searched for, or not to the end."""
NOT_REBUILT = "table_not_rebuilt"
"""Code of the note that no training table was found in what a model states."""


@dataclass(frozen=True)
class Consistency:
    """Whether a table agrees with its own model; needs no real rows.

    Parameters
    ----------
    agreement
        Classifiers: the share of rows whose label is the one the model predicts; regressors: R2 of its predictions.
    energy
        Mismatch of node counts or sums of a rebuilt table; 0 is every one met; ``None`` where rows were drawn.
    confident
        Rows with a confidence of 0.95 or more; ``None`` where rows were drawn.
    confident_share
        The same as a share.
    determined
        Share of the rows that are shown to be in every table that meets the equations; ``None`` where that was not
        looked at.
    cells_determined
        Share of the cells that are the same in every table that was found; ``None`` where that was not looked at, as by
        a chain alone.
    """

    agreement: float | None
    energy: float | None
    confident: int | None
    confident_share: float | None
    determined: float | None = None
    cells_determined: float | None = None


@dataclass(frozen=True, eq=False)
class Extraction:
    """A table that was extracted in one way, and how it was judged.

    Parameters
    ----------
    way
        `from_file` or `by_query`.
    reconstruction
        The table.
    method
        How it was made, in words.
    consistency
        Whether it agrees with its own model.
    fidelity
        Beside real rows as a distribution; ``None`` without them.
    records
        Beside real rows one by one; ``None`` without them.
    """

    way: Way
    reconstruction: LabelledRows
    method: Note
    consistency: Consistency
    fidelity: Fidelity | None = field(default=None, repr=False)
    records: RecordRisk | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return how the table came about as plain data."""
        rec = self.reconstruction
        return {
            "method": self.method,
            "rows": rec.n_rows,
            "queries": rec.provenance.queries,
            "complete": not self.shortfalls,
            "notes": plain(self.notes),
            "shortfalls": list(self.shortfalls),
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of the rows: their own notes, and which columns are filled with one number."""
        return (*self.reconstruction.notes, *of_code(self.reconstruction.provenance.prior.get("notes", ()), UNREAD))

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """One line for each class that fell short of the rows asked for; a rebuilt table is all that was asked for."""
        return self.reconstruction.shortfalls if isinstance(self.reconstruction, Reconstruction) else ()


def by_query(model: Model, prior: Prior, words: str, rows: int, seed: int) -> Extraction:
    """Draw rows that owe nothing to the file: the prior's, kept by the model's predictions.

    Raises
    ------
    RetrodictError
        If no row can be drawn.
    """
    rec = reconstruct(model, prior, rows, seed=seed, progress=False)
    method = Note("drawn_under_prior", f"drawn by predictions under a prior: {words}", prior=words)
    return Extraction("by_query", rec, method, consistency(rec, model))


def from_file(
    model: Model, rows: int, seed: int, quick: bool, table_rows: int | None = None
) -> tuple[Extraction, Note | None]:
    """Rebuild the training table where the file tells enough of it, else draw rows under the prior that it implies.

    Parameters
    ----------
    model
        Whose table it is.
    rows
        How many are drawn where it is not rebuilt.
    seed
        The one seed.
    quick
        Whether the search is a short one.
    table_rows
        How many training rows were given, for models that do not state how many there were; whoever tries the numbers
        that there can be finds it as well.

    Returns
    -------
    tuple of Extraction and Note or None
        And why the table itself was not rebuilt, where it was not.

    Raises
    ------
    RetrodictError
        If the file implies no prior either.
    """
    try:
        with time_limit.within(min(_SOLVED, _READ * time_limit.left())):
            source = _source(model, table_rows)
    except TimeLimitError as error:
        return _implied(model, rows, seed), Note(NOT_SEARCHED, str(error))
    except ModelError as error:
        noisy = isinstance(error.__cause__, NoisyCountsError)  # a table follows from them that none looked for
        code = NOT_SEARCHED if noisy or isinstance(error, TooLargeError) else NOT_REBUILT
        return _implied(model, rows, seed), Note(code, str(error))
    if isinstance(source, Stored):
        table = Rebuilding(model, source, seed).run(None, False)
        method = Note("stored_rows", "stored in the file")
        return Extraction("from_file", table, method, consistency(table, model)), next(
            iter(of_code(source.notes, NOT_SEARCHED)), None
        )
    try:
        table = Rebuilding(model, _search(model, source, quick), seed).run(None, False)
    except (RunError, ModelError, TimeLimitError) as error:  # the time was up, or there is no way for this model
        return _implied(model, rows, seed), Note(NOT_SEARCHED, str(error))
    quality = table.quality
    if quality.contradicted:  # these are no rows of the table: rows under a prior are nearer
        return _implied(model, rows, seed), Note(NOT_REBUILT, quality.verdict)
    left = Note(NOT_SEARCHED, quality.verdict) if quality.solved and not quality.met else None
    return Extraction("from_file", table, _METHODS[quality.source], consistency(table, model)), left


def _source(model: Model, table_rows: int | None) -> Reading | Equated | Stored:
    try:
        return training_table(model, LIMITS)
    except ModelError as error:
        if table_rows is None or isinstance(error, TooLargeError):
            raise
        try:
            return training_table(model, LIMITS, rows=table_rows)
        except RetrodictError:
            raise error from None


_METHODS = {
    "node counts": Note("node_counts", "rebuilt from the node counts of the file's trees"),
    "equations": Note("equations", "rebuilt from the sums over training rows that the file's trees state"),
    "leaf values": Note("leaf_values", "rebuilt from the split points and leaf values of the file's trees alone"),
}


def _implied(model: Model, rows: int, seed: int) -> Extraction:
    try:
        rec = reconstruct(model, None, rows, seed=seed, progress=False)
    except PriorError as error:
        cause = error.__cause__
        if not isinstance(cause, UnknownValuesError):
            raise  # a prior would be somebody's, not the file's: giving one does not help here
        raise PriorError(f"{cause.lacking}; give a schema with their min and max (--schema)") from error
    method = Note("drawn_under_implied_prior", "drawn by predictions under the prior that the file implies")
    return Extraction("from_file", rec, method, consistency(rec, model))


def _search(model: Model, source: Reading | Equated, quick: bool) -> Search:
    from retrodict.matching import Matching  # compiled: imported when needed

    left = time_limit.left()
    seconds = None if math.isinf(left) else max(_SEARCHED * left, _LEAST)
    if isinstance(source, Equated):
        return EquationSearch(source.reading, source.source, Solving(_SOLVED if seconds is None else seconds))
    many = float(np.mean(source.problem.table.sizes)) >= _MANY
    settings = _QUICK if quick else _MANY_VALUED if many else {}
    # It takes as long as the search itself.
    simulation = None if quick else Simulation(model, lambda made, X, y: counted_again(made), 1)
    return CountSearch(source, Matching(**settings, seconds=seconds), simulation)


def consistency(rec: LabelledRows, model: Model) -> Consistency:
    """Hold a table against the model that it came from."""
    energy = confident = share = determined = cells = None
    if isinstance(rec, Rebuilt):
        energy, determined, cells = rec.quality.energy, rec.quality.determined, rec.quality.cells_determined
        confident = sum(each.rows for each in rec.quality.confidence if each.low >= SURE)
        share = confident / rec.n_rows
    return Consistency(_agreement(rec, model), energy, confident, share, determined, cells)


def _agreement(rec: LabelledRows, model: Model) -> float | None:
    target = rec.schema.target
    try:
        output = Meter(model.bind(rec.schema)).output(rec.schema.encode(rec.frame))
    except RetrodictError:  # rows from a file may lie outside what the model takes
        return None
    own = rec.frame[target.name].to_numpy()
    if target.is_class:
        predicted = np.array(target.classes, dtype=object)[output.argmax(axis=1)]
        return float((predicted == own.astype(object)).mean())
    spread = float(np.var(own.astype(np.float64)))
    return 1.0 - float(np.mean((output - own) ** 2)) / spread if spread > 0 else None
