"""Report how populations of particles fared."""

from __future__ import annotations

import math

import numpy as np

from retrodict.inference.diagnostics import DOUBTS_ITSELF, Diagnostics
from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.at_posterior import Harvest
from retrodict.inference.smc.bridge import Bridge, widened
from retrodict.inference.smc.population import Populations, effective_draws
from retrodict.results.notes import Note

NAME = "smc"

DOUBTFUL = 0.5
"""Relative error of the evidence, or memory that particles have of their start, from which draws are doubtful."""

_APART = 2.0
"""Joint standard errors from which two estimates of the evidence are said to differ."""


def arrived(
    posterior: Posterior, n: int, run: Populations, found: Harvest, reached: int, spent: int, seconds: float
) -> Diagnostics:
    """Report populations that all reached the posterior.

    Parameters
    ----------
    posterior, n
        What was asked for.
    run
        The populations.
    found, reached
        What they gave at the posterior, and the rows taken of it.
    spent, seconds
        Model calls and time.
    """
    log_evidence, spread = evidence(run, found.bridged)
    log_evidence += posterior.observation.log_bound
    ess = min(effective_draws(found.draws) * reached / max(len(found.draws), 1), float(reached))
    left = found.memory
    values = {
        "populations": run.populations,
        "spread": spread,
        "ess": ess,
        "reached": reached,
        "queries": spent,
        "memory": left,
    }
    verdict = Note(
        "approximate",
        f"approximate: {run.populations} populations give the evidence to {100 * spread:.0f}%, "
        f"about {ess:,.0f} effective draws of {reached:,}, {spent:,} model calls",
        **values,
    )
    if spread > DOUBTFUL or left > DOUBTFUL:
        verdict = Note(
            DOUBTS_ITSELF,
            f"doubtful: the evidence is known to {100 * spread:.0f}% and moves left a memory "
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
        acceptance=found.acceptance,
        ess=ess,
        queries=spent,
        seconds=seconds,
        verdict=verdict,
    )


def not_reached(posterior: Posterior, n: int, run: Populations, limit: int, spent: int, seconds: float) -> Diagnostics:
    """Report populations that did not reach the posterior.

    Parameters
    ----------
    posterior, n
        What was asked for.
    run
        How far they got.
    limit
        Model calls that they had.
    spent, seconds
        Model calls and time.
    """
    nothing = not run.betas and not run.out_of_budget
    impossible = nothing and run.started == 0
    beta = run.betas[-1] if run.betas else 0.0
    values = {"arrived": 0, "populations": run.populations, "queries": spent, "limit": limit, "beta": beta}
    if impossible:
        text = (
            f"not reached: none of {spent:,} prior draws is possible under the model; raise --max-queries, widen the "
            "prior, or ask for none"
        )
    elif nothing:
        text = (
            f"not reached: {run.started} of {run.populations} populations found a prior draw that is possible under "
            f"the model, the next one none, within {limit:,} model calls for all of them; raise --max-queries"
        )
    else:
        text = (
            f"not reached: {limit:,} model calls were left for it, too few for {run.populations} populations of "
            f"particles (they ended at inverse temperature {beta:.2g} of 1); raise --max-queries"
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


def evidence(run: Populations, bridged: Bridge | None) -> tuple[float, float]:
    """Return the log-evidence over its bound, and its standard error (that of the evidence, as a share of it).

    Parameters
    ----------
    run
        Populations that reached the posterior: the mean of what they found is unbiased, and skewed.
    bridged
        What a bridge at the posterior says; it is taken where it is not doubtful itself, or is surer: populations that
        all lag behind agree on too little. Where the two differ by more than their errors allow, these are no errors:
        half of what they differ by is taken.
    """
    logs = run.log_evidence
    relative = np.exp(logs - logs.max())
    log_evidence = float(logs.max() + math.log(relative.mean()))
    r = run.populations
    between = widened(r) * float(relative.std(ddof=1) / math.sqrt(r) / relative.mean())
    within = math.sqrt(float(np.mean(run.spread**2)) / r)
    # Few populations may agree by chance: the error is the larger of what they differ by and what each owns to.
    spread = max(between, within)
    if bridged is None or bridged.error >= max(spread, DOUBTFUL):
        return log_evidence, spread
    differ = abs(bridged.log_evidence - log_evidence)
    apart = differ > _APART * math.hypot(spread, bridged.error)
    return bridged.log_evidence, max(bridged.error, differ / _APART) if apart else bridged.error
