"""Find the training table itself from what a model states of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrodict.errors import RequestError
from retrodict.models import load_model
from retrodict.reconstruction.prior_in_cells import informed
from retrodict.reconstruction.rebuilding import Rebuilding
from retrodict.reconstruction.rebuilt import Rebuilt
from retrodict.reconstruction.request import resolve
from retrodict.reconstruction.stored_rows import Stored
from retrodict.reconstruction.training_table import training_table
from retrodict.results.arguments import check_count, check_positive, check_seed

if TYPE_CHECKING:
    from retrodict.matching import Matching


def rebuild(
    model: Any,
    prior: Any = None,
    *,
    seed: int = 0,
    seconds: float | None = None,
    workers: int | None = None,
    search: Matching | None = None,
    out: str | Path | None = None,
    progress: bool | None = None,
) -> Rebuilt:
    """Find the training table that a model states: its stored rows, or the rows that give its trees their node counts.

    Stored rows are taken where they are the whole table; else node counts, where there are trees grown on all of it;
    else such rows as are stored.

    Parameters
    ----------
    model
        A loaded `Model`, a fitted estimator, or the path of a model file.
    prior
        A prior, or the path of a prior file: where values lie that node counts leave open; by default what the model
        itself implies.
    seed
        The one seed: the same seed gives the same table.
    seconds
        Stop the search after about so long, and keep the best; by default no limit. A search that this stops is not
        repeatable.
    workers
        Threads of the search; by default all cores. They never change the table.
    search
        The search with settings of its own, `retrodict.matching.Matching`, for those who study it.
    out
        A new folder for the table; the same call goes on where a killed one was.
    progress
        Whether to show a bar on standard error; by default where that is a terminal.

    Returns
    -------
    Rebuilt
        Rows and labels with the confidence of each, and how well they fit what the model states.

    Raises
    ------
    ModelError
        If the model states neither stored rows nor node counts of its training table.
    RetrodictError
        If the model or the prior can't be read, or the request can't be met.

    Notes
    -----
    ``Q(table | file) ∝ Q(file | table) Q(table)``, where ``Q(file | table)`` is whether the table gives the trees the
    counts and sums that the file states, and ``Q(table)`` is the prior, row by row.
    """
    check_seed(seed)
    given: dict[str, Any] = {} if seconds is None else {"seconds": check_positive(seconds, "the time limit")}
    given |= {} if workers is None else {"workers": check_count(workers, "the number of workers")}
    model = load_model(model)
    source, known = training_table(model), None
    if isinstance(source, Stored):
        if prior is not None:
            raise RequestError("the file stores its training rows, to which a prior adds nothing; leave the prior out")
        return Rebuilding(model, source, None, int(seed)).run(out, progress)
    if prior is not None:
        job = resolve(model, prior)
        source, known = informed(source, job), job.prior
    return Rebuilding(model, source, _search(search, given), int(seed), known).run(out, progress)


def _search(search: Any, given: dict[str, Any]) -> Matching:
    """Return the search with the settings given; its compiled parts are imported now, not before."""
    from retrodict.matching import Matching

    if search is not None and not isinstance(search, Matching):
        raise RequestError(
            f"a search must be a retrodict.matching.Matching, got {type(search).__name__}; leave it out for the default"
        )
    return replace(search or Matching(), **given)
