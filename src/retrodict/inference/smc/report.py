"""Report how populations of particles fared."""

from __future__ import annotations

import math

import numpy as np

from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.kernels import Particles
from retrodict.inference.smc.population import Population, effective_draws
from retrodict.results.notes import Note

NAME = "smc"

DOUBTFUL = 0.5
"""Relative error of the evidence, or memory that particles have of their start, from which draws are doubtful."""

_WIDEST = 2.0
"""What the spread of two or three populations is widened by: the t distribution with so few has no finite variance."""


def arrived(
    posterior: Posterior, n: int, runs: list[Population], reached: int, spent: int, seconds: float
) -> Diagnostics:
    """Report populations that all reached the posterior.

    Parameters
    ----------
    posterior, n
        What was asked for.
    runs
        The populations.
    reached
        Rows taken from them.
    spent, seconds
        Model calls and time.
    """
    logs = np.array([run.log_evidence for run in runs])
    relative = np.exp(logs - logs.max())
    log_evidence = float(logs.max() + math.log(relative.mean()) + posterior.observation.log_bound)
    r = len(runs)
    # A spread measured on few populations has Student's tails: widened to the standard deviation of that t.
    tails = math.sqrt((r - 1) / (r - 3)) if r > 3 else _WIDEST
    between = tails * float(relative.std(ddof=1) / math.sqrt(r) / relative.mean())
    within = math.sqrt(float(np.mean([run.spread**2 for run in runs])) / r)
    # Few populations may agree by chance: the error is the larger of what they differ by and what each owns to.
    spread = max(between, within)
    ess = min(effective_draws(_together(runs)), float(reached))
    left = max(run.memory for run in runs)
    values = {"populations": r, "spread": spread, "ess": ess, "reached": reached, "queries": spent, "memory": left}
    verdict = Note(
        "approximate",
        f"approximate: {r} populations agree on the evidence to {100 * spread:.0f}%, "
        f"about {ess:,.0f} effective draws of {reached:,}, {spent:,} model calls",
        **values,
    )
    if spread > DOUBTFUL or left > DOUBTFUL:
        verdict = Note(
            "doubtful",
            f"doubtful: populations differ on the evidence by {100 * spread:.0f}% and moves left a memory "
            f"of {left:.2f}; raise --max-queries, or allow more particles or moves",
            **values,
        )
    return Diagnostics(
        observation=posterior.observation.name,
        engine=NAME,
        exact=False,
        requested=n,
        reached=reached,
        evidence=math.exp(log_evidence),
        evidence_se=math.exp(log_evidence) * spread,
        log_evidence=log_evidence,
        acceptance=float(np.mean([run.acceptance for run in runs])),
        ess=ess,
        queries=spent,
        seconds=seconds,
        verdict=verdict,
    )


def not_reached(
    posterior: Posterior, n: int, runs: list[Population], populations: int, limit: int, spent: int, seconds: float
) -> Diagnostics:
    """Report populations of which one did not reach the posterior.

    Parameters
    ----------
    posterior, n
        What was asked for.
    runs, populations
        Those that were begun, and how many there were to be.
    limit
        Model calls that all of them had.
    spent, seconds
        Model calls and time.
    """
    there = sum(run.arrived for run in runs)
    nothing = bool(runs) and not runs[-1].betas and not runs[-1].out_of_budget
    impossible = nothing and there == 0
    beta = runs[-1].betas[-1] if runs and runs[-1].betas else 0.0
    values = {"arrived": there, "populations": populations, "queries": spent, "limit": limit, "beta": beta}
    if impossible:
        text = (
            f"not reached: none of {spent:,} prior draws is possible under the model; raise --max-queries, widen the "
            "prior, or ask for none"
        )
    elif nothing:
        text = (
            f"not reached: {there} of {populations} populations arrived, and the next one found no prior "
            f"draw that is possible under the model, within {limit:,} model calls for all of them; raise --max-queries"
        )
    else:
        text = (
            f"not reached: {limit:,} model calls were left for it, too few for {populations} populations of "
            f"particles ({there} arrived, the next one ended at inverse temperature {beta:.2g} of 1); "
            "raise --max-queries"
        )
    return Diagnostics(
        observation=posterior.observation.name,
        engine=NAME,
        exact=False,
        requested=n,
        evidence=0.0 if impossible else math.nan,
        log_evidence=-math.inf if impossible else math.nan,
        ess=0.0,
        queries=spent,
        seconds=seconds,
        verdict=Note("out_of_reach" if impossible else "not_reached", text, **values),
    )


def _together(runs: list[Population]) -> Particles:
    """Return the particles of all populations, their ancestors numbered apart."""
    eve = np.concatenate([run.kept.eve + i * 2**32 for i, run in enumerate(runs)])
    z, X, ll = (np.concatenate([getattr(run.kept, name) for run in runs]) for name in ("z", "X", "ll"))
    return Particles(z, X, ll, eve)
