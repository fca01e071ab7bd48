"""emcee: an affine-invariant ensemble (Foreman-Mackey et al., PASP 125, 2013). It gives no evidence."""

from __future__ import annotations

from collections.abc import Callable

import emcee
import numpy as np

from bench.samplers.found import Draw, Found, log_density
from retrodict.inference.posterior import Posterior

BUDGET, BURN_IN, WALKERS = 100_000, 0.3, 40
"""Calls, the share of the chain that is left out, and walkers at least (twice the dimensions where that is more)."""


def by(moves: Callable[[], list | None]) -> Draw:
    """Return a sampler with these moves, its walkers started at prior draws."""

    def draw(posterior: Posterior, rng: np.random.Generator) -> Found:
        dim = posterior.prior.latent_dim
        walkers = max(WALKERS, 2 * dim + 2)
        sampler = emcee.EnsembleSampler(walkers, dim, log_density(posterior), vectorize=True, moves=moves())
        sampler.random_state = np.random.RandomState(rng.integers(2**31)).get_state()
        steps = BUDGET // walkers
        sampler.run_mcmc(rng.standard_normal((walkers, dim)), steps - 1)
        chain = sampler.get_chain(discard=int(BURN_IN * steps))
        claimed = chain.shape[0] * walkers / emcee.autocorr.integrated_time(chain, tol=0, quiet=True).max()
        return Found(chain.reshape(-1, dim), claimed=claimed)

    return draw


def snooker() -> list:
    """Return the moves that emcee's pages advise for posteriors that the stretch move finds hard."""
    return [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]


SETTINGS = {"default": by(lambda: None), "tuned": by(snooker)}
TUNED = "differential evolution and snooker moves, 80 to 20"
