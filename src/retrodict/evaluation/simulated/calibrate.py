"""Simulation-based calibration: whether an engine's draws are what they are said to be, for a model and a prior."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrodict import time_limit
from retrodict.errors import RequestError
from retrodict.evaluation.simulated.drawing import Behind, draw_behind
from retrodict.evaluation.simulated.judged import findable, judge
from retrodict.evaluation.simulated.quantities import LIKELIHOOD, TOGETHER, Asked, check_asked, positions
from retrodict.evaluation.simulated.result import SimulationCalibration
from retrodict.evaluation.simulated.simulation import POOL, Simulated, output_of, simulate
from retrodict.inference.engines import AUTO
from retrodict.inference.given import engine_text
from retrodict.inference.observation.probabilities import PRECISION
from retrodict.inference.run import EngineLike, engine_of
from retrodict.inference.task import subseed
from retrodict.models import Meter
from retrodict.models.metering import WITHOUT_LIMIT
from retrodict.plain_text import listing
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.reconstruct import LEAST_BUDGET
from retrodict.reconstruction.request import Request, resolve, with_known_noise
from retrodict.results.arguments import check_count, check_seed, check_share
from retrodict.results.notes import Note
from retrodict.results.progress import RowProgress

SIMULATIONS, DRAWS = 200, 100
"""Where no number is asked for: a shift of half a posterior standard deviation is then found, and ranks are fine."""

FEWEST = 20
"""Simulations at least: fewer would find next to nothing."""

LEVEL = 0.05
"""Probability that right draws are called wrong, all quantities together."""

_JOB, _NOISE = 4, 1
"""First keys of the children of the seed; see `reconstruct`."""

_WORLDS, _DRAWS, _TIES, _RUNS = range(4)
"""Keys below that of the job: of what is simulated, of the engine, of tied ranks, of what would have been found."""


def calibrate(
    model: Any,
    prior: Any = None,
    *,
    simulations: int = SIMULATIONS,
    draws: int = DRAWS,
    engine: EngineLike = AUTO,
    output: str | None = None,
    precision: float = PRECISION,
    quantities: Asked | None = None,
    level: float = LEVEL,
    seed: int = 0,
    max_queries: int | None = None,
    progress: bool | None = None,
) -> SimulationCalibration:
    """Say whether an engine's draws are calibrated for a model and a prior, by simulation.

    A row is drawn from the prior and an output for it from the model; the engine then draws rows behind that output.
    The row itself is one more draw of the same posterior, so that over many such rounds its rank among the draws is
    uniform, whatever is asked of a row (Talts et al., 2018). Asked are each feature, the likelihood of the output
    (Modrák et al., 2023) and the distance from a random row, which looks at all features together (Lemos et al., 2023).
    Ranks are held against bands that hold the whole distribution function at once (Säilynoja et al., 2022).

    Parameters
    ----------
    model
        A loaded `Model`, a fitted estimator, or the path of a model file.
    prior
        A prior, or the path of a prior file; by default the one that the model's own disclosures imply.
    simulations
        Rounds, at least 20: what is wrong by a small amount takes many to be found.
    draws
        Rows drawn behind each output.
    engine
        As `reconstruct` takes it.
    output
        What is observed of a row: `label` of a classifier (the default), or its `probabilities`, as shares of
        `precision` labels; of a regressor its `value`.
    precision
        Labels that observed probabilities are shares of.
    quantities
        More to be asked: functions of a table of rows that return a number a row, by name.
    level
        Probability that draws without a fault are called wrong, all quantities together.
    seed
        The one seed: the same seed gives the same result.
    max_queries
        Model calls (rows scored) to spend at most; by default a million a simulation, which only rare outputs take.
    progress
        Whether to show a bar on standard error; by default where that is a terminal.

    Returns
    -------
    SimulationCalibration
        Which quantities are off, in which way, and how large a fault would have been found.

    Raises
    ------
    RetrodictError
        If the model, the prior or the request can't be used, or no output got any draws.
    """
    n, draws = check_count(simulations, "the number of simulations", FEWEST), check_count(draws, "the number of draws")
    root, asked = check_seed(seed), check_asked(quantities)
    if not check_share(level, "the level"):
        raise RequestError("the level must be above 0; 0.05 is usual")
    drawing, job = engine_of(engine), resolve(model, prior)
    seen = output_of(job, output)
    if taken := [name for name in asked if name in (*job.schema.names, LIKELIHOOD, TOGETHER)]:
        raise RequestError(f"quantities have the names of what is asked anyway: {listing(taken)}; name them otherwise")
    meter = Meter(job.model, n * LEAST_BUDGET if max_queries is None else check_count(max_queries, "the query budget"))
    job = with_known_noise(job, meter, subseed(root, _NOISE))
    last = n * (draws + 1)  # true rows and draws are scored once more, for their likelihood
    if meter.affordable(WITHOUT_LIMIT) < n + POOL + last + n * draws:
        raise RequestError(
            f"{n:,} simulations of {draws:,} draws take at least {n + POOL + last + n * draws:,} model calls; raise "
            "--max-queries, or ask for fewer"
        )
    job_seed = subseed(root, _JOB)
    rng = {key: np.random.default_rng(subseed(job_seed, key)) for key in (_WORLDS, _TIES, _RUNS)}
    worlds = simulate(job, meter, n, seen, precision, rng[_WORLDS])
    engine_meter = meter.capped(meter.affordable(WITHOUT_LIMIT) - last)
    with RowProgress("calibrating", n * draws, progress) as bar, time_limit.within(np.inf) as limit:

        def told(done: int, calls: int) -> None:
            bar.update(done * draws, calls)

        seeds = subseed(job_seed, _DRAWS)
        behind = draw_behind(drawing, job, engine_meter, worlds.observed, draws, seeds, told)
    kept = [i for i, one in enumerate(behind) if len(one.X)]
    if len(kept) < FEWEST:
        raise RequestError(
            f"only {len(kept)} of {n:,} simulated outputs got any draws within {meter.queries:,} model calls; "
            + ("give more seconds, or ask for fewer draws" if limit.reached else "raise --max-queries")
        )
    found = positions(job, meter, _at(worlds, kept), [behind[i] for i in kept], asked, rng[_TIES])
    judged = judge(found, check_share(level, "the level"))
    few = int(np.median([len(behind[i].X) for i in kept]))
    shift, width = findable(len(kept), few, level / len(found), rng[_RUNS])
    request = {
        "simulations": n,
        "draws": draws,
        "output": seen,
        "precision": precision,
        "engine": engine_text(engine),
        "level": level,
        "max_queries": meter.max_queries,
    }
    return SimulationCalibration(
        *(n, len(kept), draws, seen, engine_text(engine), float(level), judged, shift, width),
        observed=tuple(one.name for one in worlds.observed),
        drawn=tuple(len(one.X) for one in behind),
        engines=_engines(behind),
        queries=meter.queries,
        seed=int(seed),
        provenance=Provenance.of(job.model, job.prior, request, int(seed), meter.queries),
        notes=_notes(job, behind, draws, limit.reached),
    )


def _at(worlds: Simulated, kept: list[int]) -> Simulated:
    return Simulated(worlds.X[kept], tuple(worlds.observed[i] for i in kept), worlds.reference[kept], worlds.scale)


def _engines(behind: list[Behind]) -> dict[str, int]:
    """Return how many simulations each engine served."""
    names = [one.report.engine for one in behind if one.report is not None and len(one.X)]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def _notes(job: Request, behind: list[Behind], draws: int, ended: bool) -> tuple[Note, ...]:
    """Return what was left out, or thinned."""
    out = []
    without = [i for i, one in enumerate(behind) if not len(one.X)]
    if without:
        why = "the time limit was reached" if ended else "no row behind their output was found"
        text = f"{len(without):,} of {len(behind):,} simulations are not judged: {why}; nothing is said of such outputs"
        out.append(Note("not_judged", text, simulations=without))
    thinned = [i for i, one in enumerate(behind) if one.report is not None and 0 < len(one.X) < draws]
    if thinned:
        least = min(len(behind[i].X) for i in thinned)
        text = (
            f"{len(thinned):,} simulations are judged by fewer than {draws:,} draws ({least:,} at least): as many as "
            "were found, or as their effective number"
        )
        out.append(Note("fewer_draws", text, simulations=thinned, least=least))
    told = [one.report for one in behind if one.report is not None and len(one.X)]
    if any(not one.exact and not np.isfinite(one.ess) for one in told):
        text = "the engine does not say how many of its draws are effective: they are taken to be independent"
        out.append(Note("ess_unknown", text))
    noise = getattr(job.model, "noise_source", "")
    if str(noise).startswith("assumed"):
        out.append(Note("noise_assumed", f"the noise scale is {noise}"))
    return tuple(out)
