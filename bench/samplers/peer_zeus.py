"""zeus: ensemble slice sampling (Karamanis, Beutler & Peacock, MNRAS 508, 2021). It gives no evidence."""

from __future__ import annotations

from typing import Any

import numpy as np
import zeus

from bench.samplers.found import Draw, Found, log_density
from retrodict.inference.posterior import Posterior

BUDGET, BURN_IN, WALKERS = 100_000, 0.3, 40
"""Calls, the share of the chain that is left out, and walkers at least (twice the dimensions where that is more)."""


def by(**settings: Any) -> Draw:
    """Return a sampler with these settings, its walkers started at prior draws."""

    def draw(posterior: Posterior, rng: np.random.Generator) -> Found:
        dim, before = posterior.prior.latent_dim, posterior.meter.queries
        walkers = max(WALKERS, 2 * dim + 2)
        np.random.seed(rng.integers(2**31))  # noqa: NPY002  zeus draws from the global generator
        sampler = zeus.EnsembleSampler(
            walkers, dim, log_density(posterior), vectorize=True, verbose=False, check_walkers=False, **settings
        )
        chain: list[np.ndarray] = []
        for position, _, _ in sampler.sample(rng.standard_normal((walkers, dim)), iterations=BUDGET, progress=False):
            chain.append(np.array(position))
            if (posterior.meter.queries - before) * (1 + 1 / len(chain)) > BUDGET:  # another step would pass the budget
                break
        kept = np.array(chain)[int(BURN_IN * len(chain)) :]
        claimed = kept.shape[0] * walkers / np.max(zeus.AutoCorrTime(kept))
        return Found(kept.reshape(-1, dim), claimed=claimed)

    return draw


SETTINGS = {"default": by(), "tuned": by(light_mode=True)}
TUNED = "`light_mode`, which takes no steps out, for models whose calls are dear"
