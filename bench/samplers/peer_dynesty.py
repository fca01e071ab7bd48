"""dynesty: nested sampling (Speagle, MNRAS 493, 2020)."""

from __future__ import annotations

import dynesty
import numpy as np

from bench.samplers.found import Found, from_cube, log_likelihood
from retrodict.inference.posterior import Posterior


def _found(results: dynesty.results.Results) -> Found:
    weight = results.importance_weights()
    claimed = weight.sum() ** 2 / (weight**2).sum()
    return Found(results.samples, weight, claimed, float(results.logz[-1]), float(results.logzerr[-1]))


def static(posterior: Posterior, rng: np.random.Generator) -> Found:
    """Draw by static nested sampling, 500 live points."""
    dim = posterior.prior.latent_dim
    sampler = dynesty.NestedSampler(log_likelihood(posterior), from_cube, dim, rstate=rng)
    sampler.run_nested(print_progress=False)
    return _found(sampler.results)


def dynamic(posterior: Posterior, rng: np.random.Generator) -> Found:
    """Draw by dynamic nested sampling with all its weight on the posterior."""
    dim = posterior.prior.latent_dim
    sampler = dynesty.DynamicNestedSampler(log_likelihood(posterior), from_cube, dim, nlive=250, rstate=rng)
    sampler.run_nested(print_progress=False, wt_kwargs={"pfrac": 1.0}, n_effective=2_000)
    return _found(sampler.results)


SETTINGS = {"default": static, "tuned": dynamic}
TUNED = "the dynamic sampler, 250 live points, all weight on the posterior, 2,000 effective draws"
