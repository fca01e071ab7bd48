"""sbi's slice sampler: what it draws with where a likelihood can be asked (Tejero-Cantero et al., JOSS 5, 2020)."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import torch
from sbi.inference.posteriors import MCMCPosterior

from bench.samplers.found import Draw, Found, log_density
from retrodict.inference.posterior import Posterior

ROWS = 4_000


def latents(dim: int) -> torch.distributions.Distribution:
    """Return the latents' prior as sbi wants it."""
    return torch.distributions.MultivariateNormal(torch.zeros(dim), torch.eye(dim))


def by(**settings: Any) -> Draw:
    """Return a sampler with these settings."""

    def draw(posterior: Posterior, rng: np.random.Generator) -> Found:
        density = log_density(posterior)

        def potential(theta: torch.Tensor, x_o: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(density(theta.numpy()), dtype=torch.float32)

        seed = int(rng.integers(2**31))
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002  sbi's slice sampler draws from the global generator
        logging.getLogger("sbi").setLevel(logging.ERROR)
        sampler = MCMCPosterior(potential, latents(posterior.prior.latent_dim), **settings)
        sampler.set_default_x(torch.zeros(1, 1))
        return Found(sampler.sample((ROWS,), show_progress_bars=False).numpy().astype(np.float64))

    return draw


SETTINGS = {"default": by(), "tuned": by(num_chains=10, warmup_steps=50)}
TUNED = "10 chains instead of 20 and 50 warm-up sweeps instead of 200, since these posteriors are found soon"
