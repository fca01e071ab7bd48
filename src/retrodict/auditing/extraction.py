"""The two ways to extract data from a model, and how well each table agrees with the model it came from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from retrodict import time_limit
from retrodict.auditing.finding import Way
from retrodict.errors import RetrodictError
from retrodict.evaluation.fidelity import Fidelity
from retrodict.evaluation.risk import RecordRisk
from retrodict.matching import Reading
from retrodict.matching.search.engine import Matching
from retrodict.models import Meter, Model
from retrodict.priors import Prior
from retrodict.reconstruction import Reconstruction, reconstruct
from retrodict.reconstruction.rebuilding import Rebuilding
from retrodict.reconstruction.training_table import rebuilding_unasked

SURE = 0.95
"""Confidence from which a rebuilt row counts as known."""

_QUICK = Matching(chains=2, sweeps=150, restarts=0)
_MANY_VALUED = Matching(longest=400, restarts=1)
"""The search of a full audit where columns have many values: a third of what the engine does by default. Not all counts
can be met there in any time that an audit has; on 200 rows the rest lowers the mismatch by less than a tenth."""
_MANY = 10
"""Cells of a column, on average, from which a table counts as many-valued; below, searches do meet all counts."""
_SEARCHED, _LEAST = 0.7, 0.1
"""Of the time that is left, what the search gets: rows are judged and filled in afterwards. And seconds, at least."""


@dataclass(frozen=True)
class Consistency:
    """Whether a table agrees with its own model; needs no real rows.

    Parameters
    ----------
    agreement
        Classifiers: the share of rows whose label is the one the model predicts; regressors: R2 of its predictions.
    energy
        Mismatch of node counts of a rebuilt table; 0 is every one met; ``None`` where rows were drawn.
    confident
        Rows with a confidence of 0.95 or more; ``None`` where rows were drawn.
    confident_share
        The same as a share.
    """

    agreement: float | None
    energy: float | None
    confident: int | None
    confident_share: float | None


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
    reconstruction: Reconstruction
    method: str
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
            "complete": rec.complete,
            "notes": list(rec.notes),
            "shortfalls": list(rec.shortfalls),
        }


def by_query(model: Model, prior: Prior, words: str, rows: int, seed: int) -> Extraction:
    """Draw rows that owe nothing to the file: the prior's, kept by the model's predictions.

    Raises
    ------
    RetrodictError
        If no row can be drawn.
    """
    rec = reconstruct(model, prior, rows, seed=seed, progress=False)
    return Extraction("by_query", rec, f"drawn by predictions under a prior: {words}", consistency(rec, model))


def from_file(model: Model, rows: int, seed: int, quick: bool) -> tuple[Extraction, str | None]:
    """Rebuild the training table where the file tells enough of it, else draw rows under the prior that it implies.

    Returns
    -------
    tuple of Extraction and str or None
        And why the table itself was not rebuilt, where it was not.

    Raises
    ------
    RetrodictError
        If the file implies no prior either.
    """
    job = rebuilding_unasked(model, seed)
    if isinstance(job, str):
        rec = reconstruct(model, None, rows, seed=seed, progress=False)
        return Extraction(
            "from_file", rec, "drawn by predictions under the prior that the file implies", consistency(rec, model)
        ), job.split(": ", 1)[-1]
    if job.engine is not None:
        engine, left = _QUICK if quick else _full(job), time_limit.left()
        if not math.isinf(left):
            engine = replace(engine, seconds=max(_SEARCHED * left, _LEAST))
        job = replace(job, engine=engine)
    rec = job.run(None, False)
    words = "stored in the file" if job.engine is None else "rebuilt from the node counts of the file's trees"
    return Extraction("from_file", rec, f"rows {words}", consistency(rec, model)), None


def _full(job: Rebuilding) -> Matching:
    many = isinstance(job.source, Reading) and float(np.mean(job.source.problem.cells)) >= _MANY
    return _MANY_VALUED if many or job.engine is None else job.engine


def consistency(rec: Reconstruction, model: Model) -> Consistency:
    """Hold a table against the model that it came from."""
    energy = confident = share = None
    if rec.rebuilt is not None:
        energy = rec.rebuilt.energy
        confident = sum(each.rows for each in rec.rebuilt.confidence if each.low >= SURE)
        share = confident / rec.n_rows
    return Consistency(_agreement(rec, model), energy, confident, share)


def _agreement(rec: Reconstruction, model: Model) -> float | None:
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
