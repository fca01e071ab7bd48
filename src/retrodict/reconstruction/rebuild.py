"""Find the training table itself from what a model states of it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from retrodict import time_limit
from retrodict.errors import RequestError
from retrodict.matching.capability import EquationTable, Source, TreeTable
from retrodict.matching.count_noise import CountNoise
from retrodict.matching.reading import Reading
from retrodict.matching.solving import Solving
from retrodict.models import Model, load_model
from retrodict.reconstruction.count_search import CountSearch
from retrodict.reconstruction.deserved.simulation import Simulation
from retrodict.reconstruction.equation_search import EquationSearch
from retrodict.reconstruction.found_table import Search
from retrodict.reconstruction.known_cells import knowing, knowing_alike
from retrodict.reconstruction.noisy_table import noisy_table
from retrodict.reconstruction.prior_in_cells import informed
from retrodict.reconstruction.rebuilding import Rebuilding
from retrodict.reconstruction.rebuilt import Rebuilt
from retrodict.reconstruction.request import resolve
from retrodict.reconstruction.stored_rows import Stored
from retrodict.reconstruction.training_table import Equated, counted_again, training_table
from retrodict.results.arguments import check_count, check_positive, check_seed

if TYPE_CHECKING:
    import pandas as pd

    from retrodict.matching import Matching

Array = np.ndarray


def rebuild(
    model: Any,
    prior: Any = None,
    *,
    source: Source | None = None,
    rows: int | None = None,
    noise: CountNoise | str | None = None,
    known: pd.DataFrame | None = None,
    tables: int = 1,
    calibrate: int = 1,
    seed: int = 0,
    seconds: float | None = None,
    workers: int | None = None,
    search: Matching | None = None,
    out: str | Path | None = None,
    progress: bool | None = None,
) -> Rebuilt:
    """Find the training table that a model states.

    Stored rows are taken where they are the whole table; else the equations that boosted trees, and trees without
    draws, state of it; else node counts, where there are trees grown on all of it; else such rows as are stored.

    Parameters
    ----------
    model
        A loaded `Model`, a fitted estimator, or the path of a model file.
    prior
        A prior, or the path of a prior file: where values lie that counts and sums leave open; by default what the
        model itself implies.
    source
        `file`: all that the file states. `values`: split points and leaf values of boosted trees alone, as predictions
        need them: what is left in a stripped copy or a conversion. By default the file, and where this states too
        little the leaf values.
    rows
        How many rows the table has, where the file does not state it and you know; by default it is found, where it
        can be.
    noise
        Where the model's owner added noise to the class counts of its leaves, as differentially private forests have
        it: a `CountNoise`, or a text such as ``laplace:2`` (the scale in rows) or ``epsilon:5`` (of the whole forest).
        Tables are then drawn by their likelihood, and what is assumed of rows is learned with them where no prior is
        given. Confidence is the share of drawn tables that agree; none is made up to put it to the test.
    known
        Columns, rows or cells of the table that are known: features, and labels under the target's name. Row i is row i
        of the table; empty cells, and rows behind the last, are not known. They stay as they are, and node counts are
        taken though there may be equations.
    tables
        With more than one, so many tables are drawn from ``Q(table | file)`` beside the one in their middle, by at
        least four chains that each search for themselves: what differs between them is open. Node counts are then
        taken though there may be equations.
    calibrate
        How many tables are made up to learn what confidence is deserved, where node counts are matched: from the table
        that was found, by a model trained on each, which is rebuilt in the same way. Each takes about as long as the
        search itself. With 0, confidence is how far independent chains agree, which says little where a search falls
        short.
    seed
        The one seed: the same seed gives the same table.
    seconds
        Stop the search after about so long, and keep the best; by default no limit. Half of it is for the table, and
        half for those that are made up (`calibrate`). A search that this stops is not repeatable. What has to be found
        out before it begins, as learning rates or, under noise, a number of rows that are not stated, must be found by
        then.
    workers
        Threads of the search; by default all cores. They never change the table.
    search
        The search for node counts with settings of its own, `retrodict.matching.Matching`, for those who study it:
        equations are then not taken.
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
        If the model states neither stored rows nor equations nor node counts of its training table.
    TimeLimitError
        If the time was up before the search could begin.
    RetrodictError
        If the model or the prior can't be read, or the request can't be met.

    Notes
    -----
    ``Q(table | file) ∝ Q(file | table) Q(table)``, where ``Q(file | table)`` is whether the table gives the trees the
    counts and sums that the file states, and ``Q(table)`` is the prior, row by row. Where every tree was grown on all
    rows, counts and sums are linear in how many rows there are of each kind, and enough of them have one solution.
    """
    check_seed(seed)
    given: dict[str, Any] = {} if seconds is None else {"seconds": check_positive(seconds, "the time limit")}
    given |= {} if workers is None else {"workers": check_count(workers, "the number of workers")}
    known_rows = None if rows is None else check_count(rows, "the number of rows of the table")
    many = check_count(tables, "the number of tables") > 1
    made_up = check_count(calibrate, "the number of tables made up", least=0)
    wanted, matching = _source(source), _search(search, given | ({"tables": int(tables)} if many else {}))
    law = None if noise is None else CountNoise.of(noise)
    if (law is not None or known is not None) and wanted == "values":
        raise RequestError("leaf values have neither noise nor rows that are known; leave the source out")
    if many and wanted == "values":
        raise RequestError("tables are drawn from node counts, of which leaf values say nothing; leave the source out")
    if law is not None and made_up > 1:
        raise RequestError("from counts with noise no tables are made up to test confidence; leave calibrate out")
    model = load_model(model)
    way: Search
    with time_limit.within(math.inf if seconds is None else float(seconds)):
        if many and isinstance(model, EquationTable) and not isinstance(model, TreeTable):
            raise RequestError(
                "tables are drawn from node counts, and this model has equations alone; leave tables out"
            )
        if law is not None:
            job = None if prior is None else resolve(model, prior)
            noisy = noisy_table(model, law, job, known_rows, int(seed), workers)
            way = CountSearch(noisy if known is None else knowing(noisy, known), matching, noise=law)
            return Rebuilding(model, way, int(seed), None if job is None else job.prior).run(out, progress)
        by_counts = many or search is not None or known is not None
        found = training_table(model, source=wanted, rows=known_rows, counts=by_counts)
        if known is not None and not isinstance(found, Reading):
            raise RequestError("cells that are known are held in a search for node counts, and this file states none")
        if isinstance(found, Stored):
            if many:
                raise RequestError("the file stores its training rows, of which there is one table; leave tables out")
            if prior is not None:
                raise RequestError(
                    "the file stores its training rows, to which a prior adds nothing; leave the prior out"
                )
            return Rebuilding(model, found, int(seed)).run(out, progress)
        job = None if prior is None else resolve(model, prior)
        if isinstance(found, Equated):
            equations = found.reading if job is None else informed(found.reading, job)
            way = EquationSearch(equations, found.source, Solving(**given))
        else:
            reading = found if job is None else informed(found, job)
            reading = reading if known is None else knowing(reading, known)

            def read(made: Model, X: Array, y: Array) -> Reading:
                again = counted_again(made, wanted, known_rows)
                again = again if job is None else informed(again, job)
                return again if known is None else knowing_alike(again, reading, X, y)

            way = CountSearch(reading, matching, Simulation(model, read, made_up) if made_up else None)
        return Rebuilding(model, way, int(seed), None if job is None else job.prior).run(out, progress)


def _source(source: Any) -> Source | None:
    if source is not None and source not in get_args(Source):
        names = " or ".join(f"'{name}'" for name in get_args(Source))
        raise RequestError(f"the source must be {names}, got {source!r}; leave it out for the best there is")
    return source


def _search(search: Any, given: dict[str, Any]) -> Matching:
    """Return the search with the settings given; its compiled parts are imported now, not before."""
    from retrodict.matching import Matching

    if search is not None and not isinstance(search, Matching):
        raise RequestError(
            f"a search must be a retrodict.matching.Matching, got {type(search).__name__}; leave it out for the default"
        )
    return replace(search or Matching(), **given)
