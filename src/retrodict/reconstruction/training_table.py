"""What a model file discloses of its training table as a whole, and whether a request is for that table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from retrodict.disclosures import NodeCounts, inspect_model
from retrodict.errors import ModelError, RequestError, RetrodictError
from retrodict.matching import Reading, read_problem
from retrodict.models import Model, load_model
from retrodict.reconstruction.prior_in_cells import informed
from retrodict.reconstruction.rebuilding import Rebuilding, default_engine
from retrodict.reconstruction.request import check_count, resolve
from retrodict.reconstruction.stored_rows import Stored, stored_rows

if TYPE_CHECKING:
    from retrodict.matching.search.engine import Matching

LARGEST = 2_000
"""Rows of the largest table that is rebuilt without being asked for."""


def rebuilding(
    model: Any,
    engine: Matching,
    seed: int,
    prior: Any = None,
    n_rows: int | None = None,
    class_shares: Any = None,
    max_queries: int | None = None,
) -> Rebuilding:
    """Return the training table to rebuild, asked for by naming the engine.

    Parameters
    ----------
    model
        A model, or what `load_model` takes.
    engine, seed
        How it is rebuilt.
    prior
        Fills in what node counts leave open; ``None`` takes what the file implies.
    n_rows, class_shares, max_queries
        Settings of the other engines, which have no meaning here.

    Raises
    ------
    RetrodictError
        If the file does not disclose enough, or a setting contradicts what it discloses.
    """
    if class_shares is not None:
        raise RequestError(
            "the engine 'matching' rebuilds the training table, whose class shares are what they are; "
            "leave class shares out, or use the engine 'auto' with a prior"
        )
    if max_queries is not None:
        raise RequestError("the engine 'matching' makes no model calls; leave the query budget out")
    if not isinstance(model, Model):
        model = load_model(model)
    found = Rebuilding(model, _disclosed(model), engine, seed)
    if prior is not None:
        if isinstance(found.source, Stored):
            raise RequestError("the file stores its training rows, to which a prior adds nothing; leave the prior out")
        job = resolve(model, prior)
        found = replace(found, source=informed(found.source, job), prior=job.prior)
    if n_rows is not None and check_count(n_rows, "the number of rows") != found.n:
        raise RequestError(
            f"the file discloses a training table of {found.n:,} rows, and the engine 'matching' rebuilds these, not "
            f"{n_rows:,}; leave the number of rows out, or use the engine 'auto' with a number of rows"
        )
    return found


def rebuilding_unasked(model: Model, seed: int) -> Rebuilding | str:
    """Return the training table where a file tells enough of it, and it is small; else why it is not rebuilt."""
    try:
        source = _disclosed(model, LARGEST)
    except RetrodictError as error:
        why = str(error).split(";")[0]
    else:
        return Rebuilding(model, source, None if isinstance(source, Stored) else default_engine(), seed)
    return f"the training table is not rebuilt, rows are drawn under the prior that the file implies: {why}"


def _disclosed(model: Model, largest: int | None = None) -> Reading | Stored:
    """Return stored rows where they are the whole table, else its node counts, else the rows that are stored."""
    found = inspect_model(model)
    stored = stored_rows(model, found)
    if stored is not None and stored.whole:
        return stored
    try:
        # A tree counts different rows: a bootstrap draw leaves out some of the table.
        n = max((int(counts[0]) for fact in found.of(NodeCounts) for counts in fact.counts), default=0)
        reading = None if largest is not None and n > largest else read_problem(model, found)
        if reading is None or (largest is not None and reading.problem.n > largest):
            raise RequestError(f"it has more than {largest:,} rows; use the engine 'matching'")
    except (ModelError, RequestError):
        if stored is None:
            raise
        return stored
    return reading
