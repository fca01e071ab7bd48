"""Which engine for which observation, and why, from first estimates of the evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.inference.smc import TemperedSMC

Array = np.ndarray

EXACTNESS = 4.0
"""Calls of an approximate engine that one call of an exact engine is worth."""


@dataclass(frozen=True)
class Choice:
    """The engine for one observation (`rejection` or `smc`), and the reason in words."""

    engine: str
    reason: str


def smc_cost(n: Int[Array, " m"], evidence: Float[Array, " m"], engine: TemperedSMC) -> Float[Array, " m"]:
    """Return the calls that SMC will take, roughly: particles, times some moves for each halving of the mass.

    A temperature step that keeps half of the effective sample size gains about a nat of evidence in one dimension, and
    takes about five moves; the last temperature takes about fifteen.
    """
    particles = np.maximum(n, engine.populations * engine.min_particles)
    return particles * (20.0 + 5.0 * np.maximum(-np.log(np.maximum(evidence, 1e-12)), 0.0))


def choose(
    missing: Int[Array, " m"], evidence: Float[Array, " m"], engine: TemperedSMC, budget: int | None
) -> list[Choice]:
    """Choose for each observation between one shared rejection stream and an SMC run of its own.

    The stream costs what its slowest observation needs, and serves all the others on the way. So the observations are
    ordered by that need, and the stream runs as far as the total of model calls stays least, an approximate engine's
    calls counted `EXACTNESS` times.

    Parameters
    ----------
    missing
        Rows still wanted for each observation, shape (m,).
    evidence
        First estimates of the evidence relative to its bound, shape (m,); 0 where nothing was likely yet.
    engine
        The SMC that would run.
    budget
        Model calls left; ``None`` is without limit.

    Returns
    -------
    list[Choice]
        One for each observation.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        need = np.where(missing > 0, missing / evidence, 0.0)
    cost = EXACTNESS * smc_cost(missing, evidence, engine) * (missing > 0)
    order = np.argsort(need)
    lengths = np.concatenate([[0.0], need[order]])
    left_over = np.concatenate([[cost.sum()], cost.sum() - np.cumsum(cost[order])])
    affordable = lengths <= (math.inf if budget is None else 0.9 * budget)
    total = np.where(np.isfinite(lengths) & affordable, lengths + left_over, math.inf)
    served = {*order[: int(np.argmin(total))].tolist(), *np.flatnonzero(missing == 0).tolist()}
    return [_explain(i in served, float(evidence[i]), float(need[i]), budget) for i in range(len(missing))]


def _explain(served: bool, evidence: float, need: float, budget: int | None) -> Choice:
    if served and evidence == 0.0:
        return Choice("rejection", "no rows asked for")
    if served:
        cost = 1.0 / evidence
        return Choice("rejection", f"evidence about {evidence:.2g}: exact draws cost about {cost:,.3g} calls a row")
    if evidence == 0.0:
        return Choice("smc", "no pilot draw was likely: rejection might never end")
    if budget is not None and need > 0.9 * budget:
        return Choice(
            "smc", f"evidence about {evidence:.2g}: rejection would take about {need:,.3g} calls, over the budget"
        )
    return Choice(
        "smc", f"evidence about {evidence:.2g}: rejection would take about {need:,.3g} calls, far more than SMC"
    )
