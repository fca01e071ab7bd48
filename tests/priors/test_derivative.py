"""Gradients by latents against differences of the transport."""

from __future__ import annotations

import numpy as np
import pytest

import retrodict as rd
from retrodict.priors import CopulaPrior, IndependentPrior
from retrodict.priors.contract import Smooth
from retrodict.priors.marginals import Normal, Uniform, integer_range, listed

SCHEMA = rd.Schema(
    (
        rd.Feature("n"),
        rd.Feature("u", low=0.0, high=2.0, missing=0.3),
        rd.Feature("k", "integer", 0, 5),
        rd.Feature("c", "categorical", categories=("a", "b")),
    )
)
MARGINALS = (Normal(1.0, 2.0), Uniform(0.0, 2.0), integer_range(0, 5), listed(np.array([0.4, 0.6])))
TIED = np.eye(4) + 0.3 * (1 - np.eye(4))


@pytest.mark.parametrize(
    "prior", [IndependentPrior(SCHEMA, MARGINALS), CopulaPrior(SCHEMA, MARGINALS, TIED)], ids=["independent", "copula"]
)
def test_gradient_by_latents(prior: Smooth) -> None:
    rng = np.random.default_rng(0)
    z, weight = rng.standard_normal((40, 5)), rng.normal(size=(40, 4))
    found = prior.latent_gradient(z, weight)
    gone = np.isnan(prior.transport(z)[:, 1])
    assert 0 < gone.sum() < 40
    for j in range(5):
        apart = 1e-6 * np.eye(5)[j]
        rise = (prior.transport(z + apart) - prior.transport(z - apart))[:, :2] / 2e-6
        rise[gone, 1] = 0.0
        np.testing.assert_allclose(found[:, j], (rise * weight[:, :2]).sum(axis=1), rtol=1e-5, atol=1e-6)
