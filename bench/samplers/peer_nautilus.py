"""nautilus: importance nested sampling with networks that bound the likelihood (Lange, MNRAS 525, 2023)."""

from __future__ import annotations

import nautilus
import numpy as np

from bench.samplers.found import Draw, Found, from_cube, log_likelihood
from retrodict.inference.posterior import Posterior


def by(n_eff: int = 10_000, **settings: int) -> Draw:
    """Return a sampler with these settings that stops at so many effective draws."""

    def draw(posterior: Posterior, rng: np.random.Generator) -> Found:
        dim, likelihood = posterior.prior.latent_dim, log_likelihood(posterior)
        seed = int(rng.integers(2**31))
        sampler = nautilus.Sampler(from_cube, likelihood, n_dim=dim, vectorized=True, seed=seed, **settings)
        sampler.run(n_eff=n_eff)
        z, log_weight, _ = sampler.posterior()
        # Lange (2023), section 3: the evidence's relative error is that of the effective draws.
        error = 1 / np.sqrt(sampler.n_eff)
        return Found(z, np.exp(log_weight - log_weight.max()), sampler.n_eff, float(sampler.log_z), error)

    return draw


SETTINGS = {"default": by(), "tuned": by(n_eff=4_000, n_live=500, n_networks=1)}
TUNED = "500 live points instead of 2,000, one network instead of four, 4,000 effective draws instead of 10,000"
