"""Exact divergences on worlds: every state's probability under the prior, and what the model says of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.priors import CopulaPrior, EmpiricalPrior, Enumerable, IndependentPrior, MixturePrior, Prior
from retrodict.priors.marginals import FiniteMarginal
from retrodict.study.worlds import Truth
from retrodict.theory import DiscreteWorld, error_budget

Array = np.ndarray

_PRECISION = 1e-9  # of the probability of one state under a copula
_SEED = 0
FLOOR = 1e-6
"""Of a model's probabilities, wherever their logarithm is taken."""

LARGEST_COPULA = 1_024
"""More states than this take too long to integrate."""


@dataclass(frozen=True)
class ExactDivergences:
    """The terms of a world's error budget, in nats; None where infinite or not known.

    Parameters
    ----------
    prior_kl
        ``KL(P(x) || Q(x))``.
    posterior_kl
        ``E_P(y) KL(P(x|y) || Q(x|y))``.
    """

    prior_kl: float | None = None
    posterior_kl: float | None = None


def exact_divergences(
    truth: Truth, q_x: Float[Array, " n"] | None, q_y_given_x: Float[Array, "n k"]
) -> ExactDivergences:
    """Return the divergences of a prior and of the posteriors that it makes with a model.

    Parameters
    ----------
    truth
        Of the world.
    q_x
        The prior's probability of each state; None where it is not known.
    q_y_given_x
        What the model says of every state; see `model_divergence`.
    """
    if q_x is None:
        return ExactDivergences()
    budget = error_budget(DiscreteWorld(truth.p_x, truth.p_y, q_x, _floored(q_y_given_x)))
    return ExactDivergences(_finite(budget.prior), _finite(budget.posterior))


def model_divergence(truth: Truth, q_y_given_x: Float[Array, "n k"]) -> float | None:
    """Return ``E_P(x) KL(P(y|x) || Q(y|x))`` in nats.

    Trees, neighbours and naive Bayes rule out what can happen, which would make it infinite: probabilities are at least
    a millionth, as they are for the log-loss.
    """
    return _finite(error_budget(DiscreteWorld(truth.p_x, truth.p_y, truth.p_x, _floored(q_y_given_x))).model)


def _floored(p: Float[Array, "n k"]) -> Float[Array, "n k"]:
    p = np.maximum(p, FLOOR)
    return p / p.sum(axis=1, keepdims=True)


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def state_probabilities(prior: Prior, truth: Truth) -> Float[Array, " n"] | None:
    """Return the probability of each state, None where it is not known in closed form."""
    found = _probabilities(prior, truth)
    return None if found is None else found / found.sum()


def _probabilities(prior: Prior, truth: Truth) -> Float[Array, " n"] | None:
    grid = truth.grid[:, [[f.name for f in truth.features].index(name) for name in prior.schema.names]]
    if isinstance(prior, MixturePrior):
        parts = [_probabilities(part, truth) for part in prior.components]
        known = [part for part in parts if part is not None]
        return np.asarray(prior.weights) @ np.stack(known) if len(known) == len(parts) else None
    if isinstance(prior, EmpiricalPrior):
        return _smoothed(prior, grid)
    if isinstance(prior, IndependentPrior | CopulaPrior):
        marginals = [marginal for marginal in prior.marginals if isinstance(marginal, FiniteMarginal)]
        if len(marginals) < grid.shape[1]:
            return None
        if isinstance(prior, CopulaPrior):
            return _tied(prior.correlation, marginals, grid) if len(grid) <= LARGEST_COPULA else None
        return np.prod([_looked_up(m, grid[:, j]) for j, m in enumerate(marginals)], axis=0)
    if isinstance(prior, Enumerable) and prior.n_states() is not None:
        states, logs = prior.states()
        shares = {tuple(state): math.exp(log) for state, log in zip(states.tolist(), logs.tolist(), strict=True)}
        return np.array([shares.get(tuple(state), 0.0) for state in grid.tolist()])
    return None


def _looked_up(marginal: FiniteMarginal, codes: Float[Array, " n"]) -> Float[Array, " n"]:
    shares = dict(zip(marginal.values().tolist(), marginal.probabilities().tolist(), strict=True))
    return np.array([shares.get(code, 0.0) for code in codes.tolist()])


def _smoothed(prior: EmpiricalPrior, grid: Float[Array, "n d"]) -> Float[Array, " n"]:
    """Return the mean over rows of the chance that each feature is kept, or redrawn, to make the state."""
    rows, weights, redraw = prior.rows, np.asarray(prior.weights), float(prior.redraw or 0.0)
    chance = np.ones((len(grid), len(rows)))
    for j in range(grid.shape[1]):
        same = grid[:, j, None] == rows[None, :, j]
        chance *= (1.0 - redraw) * same + redraw * (same @ weights)[:, None]
    return chance @ weights


def _tied(
    correlation: Float[Array, "d d"], marginals: list[FiniteMarginal], grid: Float[Array, "n d"]
) -> Float[Array, " n"]:
    """Return the normal probability of each state's box of latents."""
    from scipy.special import ndtri
    from scipy.stats import multivariate_normal

    low, high = np.empty(grid.shape), np.empty(grid.shape)
    for j, marginal in enumerate(marginals):
        values, ends = marginal.values(), ndtri(np.clip(np.cumsum(marginal.probabilities()), 0, 1))
        ends[-1] = np.inf
        place = {value: i for i, value in enumerate(values.tolist())}
        at = np.array([place.get(code, -1) for code in grid[:, j].tolist()])
        low[:, j] = np.where(at > 0, ends[at - 1], -np.inf)
        high[:, j] = np.where(at < 0, -np.inf, ends[at])
    if grid.shape[1] == 1:
        return multivariate_normal.cdf(high) - multivariate_normal.cdf(low)
    within = (high > low).all(axis=1)
    out = np.zeros(len(grid))
    law = multivariate_normal(
        np.zeros(len(correlation)),
        correlation,
        abseps=_PRECISION,
        releps=1e-3,
        maxpts=4_000 * len(correlation),
        seed=_SEED,
    )
    out[within] = law.cdf(high[within], lower_limit=low[within])
    return np.maximum(out, 0.0)
