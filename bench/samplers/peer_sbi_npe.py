"""sbi's neural posterior estimation: a flow fitted to latents and labels of the prior, with sbi's own check of it."""

from __future__ import annotations

import logging

import numpy as np
import torch
from sbi.diagnostics import check_sbc, run_sbc
from sbi.inference import NPE

from bench.samplers.found import Found
from bench.samplers.peer_sbi_slice import latents
from retrodict.inference.posterior import Posterior

SIMULATIONS, ROWS = 10_000, 4_000
CHECKS, CHECK_DRAWS = 200, 200
"""Of simulation-based calibration: labels simulated, at a call each, and draws for each of them."""


def _simulate(posterior: Posterior, n: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Return latents of the prior, shape (n, m), and whether a label drawn for each is the one observed, (n, 1)."""
    z = rng.standard_normal((n, posterior.prior.latent_dim))
    seen = rng.random(n) < np.exp(posterior.evaluate(z)[1])
    return tuple(torch.as_tensor(part, dtype=torch.float32) for part in (z, seen[:, None]))


def default(posterior: Posterior, rng: np.random.Generator) -> Found:
    """Fit sbi's default flow, draw at the observed label, and calibrate."""
    torch.manual_seed(int(rng.integers(2**31)))
    logging.getLogger("sbi").setLevel(logging.ERROR)
    inference = NPE(latents(posterior.prior.latent_dim), show_progress_bars=False)
    inference.append_simulations(*_simulate(posterior, SIMULATIONS, rng)).train()
    fitted = inference.build_posterior()
    observed = torch.ones(1, 1)
    z = fitted.sample((ROWS,), x=observed, show_progress_bars=False)
    theta, label = _simulate(posterior, CHECKS, rng)
    ranks, averages = run_sbc(theta, label, fitted, num_posterior_samples=CHECK_DRAWS, show_progress_bar=False)
    said = check_sbc(ranks, theta, averages, num_posterior_samples=CHECK_DRAWS)
    more = {"sbc least p": float(said["ks_pvals"].min()), "sbc c2st": float(said["c2st_ranks"].max())}
    return Found(z.numpy().astype(np.float64), more=more)


SETTINGS = {"default": default}
