"""The features behind each of many observed outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrodict.inference.engines import AUTO
from retrodict.inference.given import engine_text
from retrodict.inference.observation.probabilities import PRECISION
from retrodict.inference.run import EngineLike, engine_of, run
from retrodict.inference.task import RunState, Task, subseed
from retrodict.models import Meter
from retrodict.reconstruction.inversion import Inversion, draws_table
from retrodict.reconstruction.outputs import listed_outputs, observations_of
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.reconstruct import query_budget
from retrodict.reconstruction.request import resolve, with_known_noise
from retrodict.reconstruction.rows import MemoryRows
from retrodict.results.arguments import check_count, check_seed
from retrodict.results.progress import RowProgress

Array = np.ndarray

DRAWS = 100
"""Draws for each output where no number is asked for: quantiles from them are good to a few hundredths."""

_JOB, _NOISE = 2, 1
"""First keys of the children of the seed."""


def invert(
    model: Any,
    prior: Any = None,
    *,
    outputs: Any,
    draws: int = DRAWS,
    seed: int = 0,
    precision: float = PRECISION,
    engine: EngineLike = AUTO,
    max_queries: int | None = None,
    progress: bool | None = None,
) -> Inversion:
    """Draw, for each observed output of a model, the features that may stand behind it.

    One stream of prior draws serves all outputs, each draw kept for each of them on its own: the draws behind one
    output are exact and independent. Outputs that are too rare for it get a tempered SMC of their own.

    Parameters
    ----------
    model
        A loaded `Model`, a fitted estimator, or the path of a model file.
    prior
        A prior, or the path of a prior file; by default the one that the model's own disclosures imply;
        see `implied_prior`.
    outputs
        Labels, shape (n,); probability vectors, shape (n, k) or a frame with a column a class; or a regressor's values,
        shape (n,).
    draws
        Posterior draws for each output.
    seed
        The one seed: the same seed gives the same table.
    precision
        To how many labels a probability vector is equivalent: rows are matched to about ``1/sqrt(precision)``.
    engine
        As `reconstruct` takes it; an engine of one's own is asked for each different output's draws.
    max_queries
        Model calls (rows scored) to spend at most; by default a million, or a hundred a row.
    progress
        Whether to show a bar on standard error; by default where that is a terminal.

    Returns
    -------
    Inversion
        The draws, one report for each output, and per-output summaries.

    Raises
    ------
    RetrodictError
        If the model, the prior, an output, or the request can't be met at all.
    """
    draws, root = check_count(draws, "the number of draws"), check_seed(seed)
    drawing = engine_of(engine)
    job = resolve(model, prior)
    outputs = listed_outputs(outputs, job.schema.target)
    total = draws * len(outputs)
    budget = query_budget(max_queries, total)
    meter = Meter(job.model, budget)
    job = with_known_noise(job, meter, subseed(root, _NOISE))
    observed = observations_of(job.model, outputs, precision)
    distinct = list(dict.fromkeys(observed))
    places = {observation: i for i, observation in enumerate(distinct)}
    place = np.array([places[observation] for observation in observed])
    quota = draws * np.bincount(place)
    task = Task(job.prior, meter, distinct, quota, subseed(root, _JOB))
    rows = MemoryRows(total, len(job.schema))
    with RowProgress("inverting", total, progress) as bar:

        def checkpoint(state: RunState, now: bool) -> None:
            bar.update(rows.n, state.queries)

        reports = run(drawing, task, rows, None, checkpoint)
    request = {
        "outputs": len(observed),
        "draws": draws,
        "precision": precision,
        "engine": engine_text(engine),
        "max_queries": budget,
    }
    return Inversion(
        schema=job.schema,
        outputs=tuple(observation.name for observation in observed),
        place=tuple(int(i) for i in place),
        diagnostics=tuple(reports),
        provenance=Provenance.of(job.model, job.prior, request, int(seed), meter.queries),
        frame=draws_table(job.schema, job.columns, rows.X, rows.key.astype(np.int64), place, draws),
    )
