"""Moves along the gradient, alone, against a posterior that is known, and broken twins of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import retrodict as rd
from retrodict.errors import BudgetExhaustedError, ModelError
from retrodict.inference.observation import Label, Probabilities, Value
from retrodict.inference.posterior import Posterior
from retrodict.inference.smc import langevin, moving
from retrodict.inference.smc.engine import TemperedSMC
from retrodict.inference.smc.steps import BY_GRADIENT, SIZES, Steps
from retrodict.models import Meter
from retrodict.models.links import binary
from retrodict.models.noise import Gaussian, Poisson
from retrodict.priors.marginals import Normal
from tests.inference.oracle import passes
from tests.inference.test_oracle import GAUSS

GRID = np.linspace(-6.0, 8.0, 4_001)


class Logistic:
    """``p(1|x) = expit(4 u - 6)`` along ``u = (x_0 + x_1) / sqrt(2)``: no Gaussian, since that every move would fit."""

    family, likelihood, fingerprint = "logistic", "exact", "logistic"
    schema = rd.Schema((rd.Feature("a"), rd.Feature("b")), rd.schema.Target("y", (0, 1)))

    def bind(self, schema: Any) -> Any:
        return self

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        return binary(X @ np.full(2, 4.0 / np.sqrt(2.0)) - 6.0)

    def gradient(self) -> Any:
        def with_way_back(X: np.ndarray) -> Any:
            out = self.log_proba(X)
            p = np.exp(out)
            slope = np.full(2, 4.0 / np.sqrt(2.0))
            return out, lambda weight: np.outer(weight[:, 1] * p[:, 0] - weight[:, 0] * p[:, 1], slope)

        return with_way_back


PRIOR = rd.priors.IndependentPrior(Logistic.schema, (Normal(0.0, 1.0),) * 2)


def run(seed: int) -> np.ndarray:
    """Return the mean of `u`, its square, and the shares beyond two places."""
    posterior = Posterior(PRIOR, Meter(Logistic()), Label(1, 1))
    X = TemperedSMC(min_particles=64).draw(posterior, 500, np.random.default_rng(seed)).X
    return _tests(X.sum(axis=1) / np.sqrt(2.0)).mean(axis=0)


def _tests(u: np.ndarray) -> np.ndarray:
    return np.column_stack([u, u**2, u > 1.2, u > 2.4])


def truth() -> np.ndarray:
    density = np.exp(-0.5 * GRID**2) / (1.0 + np.exp(6.0 - 4.0 * GRID))
    return density @ _tests(GRID) / density.sum()


@pytest.fixture
def along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nearly all moves go along the gradient, whatever they gain."""
    first = BY_GRADIENT * len(SIZES)

    def shares(self: Steps, adapted: bool, smooth: bool, anew: float = 0.0) -> np.ndarray:
        out = np.full(3 * len(SIZES), 1e-3 if adapted and smooth else 1.0)
        out[len(SIZES) * (1 + adapted) :] = 0.0
        out[first:] = float(adapted and smooth)
        return out / out.sum()

    monkeypatch.setattr(Steps, "shares", shares)


def test_posterior(along: None) -> None:
    assert passes(run, truth())


def _always(posterior: Any, particles: Any, *given: Any) -> Any:
    """Broken twin: every proposal is taken."""
    moved = langevin.langevin(posterior, particles, *given)
    X, ll, slope = posterior.evaluate_with_gradient(moved.proposed)
    after = replace(moved.particles, z=moved.proposed, X=X, ll=ll, slope=slope)
    return replace(moved, particles=after, accepted=np.ones(len(ll), dtype=bool))


def test_a_twin_without_metropolis_is_caught(along: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "langevin", _always)
    assert not passes(run, truth())


@pytest.mark.slow
def test_a_twin_that_takes_the_way_back_for_the_way_there_is_caught(
    along: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(langevin, "_log_density", lambda adapted, moved, size: np.zeros(len(moved)))
    assert not passes(run, truth())


def test_a_gradient_is_two_calls_a_row() -> None:
    posterior = Posterior(GAUSS.prior, Meter(GAUSS.model, 21), Value(0.5, Gaussian(0.5)))
    z = np.random.default_rng(0).standard_normal((10, 4))
    X, ll, slope = posterior.evaluate_with_gradient(z)
    assert posterior.meter.queries == 20
    np.testing.assert_allclose(ll, Posterior(GAUSS.prior, Meter(GAUSS.model), posterior.observation).evaluate(z)[1])
    a = GAUSS.model.weights * [marginal.sd for marginal in GAUSS.prior.marginals]
    np.testing.assert_allclose(slope, ((0.5 - X @ GAUSS.model.weights) / 0.25)[:, None] * a, rtol=1e-5, atol=1e-7)
    with pytest.raises(BudgetExhaustedError, match="20 more needed"):
        posterior.evaluate_with_gradient(z)


@pytest.mark.parametrize(
    ("observation", "output"),
    [
        (Label(1, "b"), np.log([[0.2, 0.8], [0.7, 0.3]])),
        (Probabilities((0.4, 0.6), precision=20.0), np.log([[0.2, 0.8], [0.7, 0.3]])),
        (Value(2.0, Gaussian(0.5)), np.array([1.0, 2.5])),
        (Value(3.0, Poisson()), np.array([1.0, 2.5])),
    ],
    ids=lambda o: getattr(o, "name", ""),
)
def test_slopes_of_observations(observation: Any, output: np.ndarray) -> None:
    found = observation.slope(output)
    for place in np.ndindex(output.shape):
        apart = np.zeros_like(output)
        apart[place] = 1e-4
        rise = observation.log_likelihood(output + apart) - observation.log_likelihood(output - apart)
        assert found[place] == pytest.approx(rise[place[0]] / 2e-4, rel=1e-4)


def test_models_without_gradients_move_without_them() -> None:
    schema = rd.Schema((rd.Feature("a", low=0.0, high=1.0),), rd.schema.Target("y", (0, 1)))

    class Step:
        family, likelihood, fingerprint = "step", "exact", "step"

        def __init__(self) -> None:
            self.schema = schema

        def bind(self, schema: Any) -> Any:
            return self

        def log_proba(self, X: np.ndarray) -> np.ndarray:
            p = np.where(X[:, 0] > 0.999, 0.9, 1e-3)
            return np.log(np.column_stack([1 - p, p]))

    posterior = Posterior(rd.uniform_prior(schema), Meter(Step()), Label(1, 1))
    assert not posterior.smooth
    with pytest.raises(ModelError, match="has no gradients"):
        posterior.evaluate_with_gradient(np.zeros((2, 1)))
    draws = TemperedSMC(min_particles=64).draw(posterior, 100, np.random.default_rng(0))
    assert len(draws.X) == 100
