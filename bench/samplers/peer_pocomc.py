"""pocoMC: persistent sampling, preconditioned by a normalising flow (Karamanis et al., JOSS 7, 2022)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pocomc

from bench.samplers.found import LOG_TWO_PI, Draw, Found, log_likelihood
from retrodict.inference.posterior import Posterior


class StandardNormal:
    """The latents' prior, as pocoMC wants it; its own goes through SciPy's distributions one by one."""

    def __init__(self, dim: int, rng: np.random.Generator) -> None:
        self.dim = dim
        self.rng = rng
        self.bounds = np.tile([-np.inf, np.inf], (dim, 1))

    def logpdf(self, x: np.ndarray) -> np.ndarray:
        """Return log-densities, shape (n, m) -> (n,)."""
        return -0.5 * ((x**2).sum(axis=1) + self.dim * LOG_TWO_PI)

    def rvs(self, size: int = 1) -> np.ndarray:
        """Return draws, shape (n, m)."""
        return self.rng.standard_normal((size, self.dim))


def by(**settings: Any) -> Draw:
    """Return a sampler with these settings."""

    def draw(posterior: Posterior, rng: np.random.Generator) -> Found:
        prior = StandardNormal(posterior.prior.latent_dim, rng)
        seed = int(rng.integers(2**31))
        sampler = pocomc.Sampler(prior, log_likelihood(posterior), vectorize=True, random_state=seed, **settings)
        sampler.run(progress=False)
        z, weight, _, _ = sampler.posterior()
        log_evidence, error = sampler.evidence()
        claimed = weight.sum() ** 2 / (weight**2).sum()
        return Found(z, weight, claimed, float(log_evidence), np.nan if error is None else float(error))

    return draw


SETTINGS = {"default": by(), "tuned": by(precondition=False)}
TUNED = "without the flow (`precondition=False`), which these targets hardly need"
