"""Engines under the noise of every objective, against exact answers over listed states, and broken twins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pytest

from retrodict.errors import ObservationError
from retrodict.inference.enumeration import Enumeration
from retrodict.inference.observation import Value
from retrodict.inference.rejection.engine import Rejection
from retrodict.inference.rejection.joint import draw_joint
from retrodict.inference.smc.engine import TemperedSMC
from retrodict.inference.task import JointTask, RunState, unwatched
from retrodict.models import Meter
from retrodict.models.noise import Gamma, Gaussian, InverseGaussian, Laplace, NegativeBinomial, Noise, Poisson, Tweedie
from retrodict.reconstruction.rows import MemoryRows
from retrodict.schema import Schema, Target
from tests.inference.estimates import WORLD, N, draw, indicators
from tests.inference.oracle import passes
from tests.models.test_noise import stated

pytestmark = pytest.mark.slow  # every noise by Monte Carlo


@dataclass(frozen=True)
class MeanTable:
    """A regressor that looks its positive mean up by the row's categories."""

    schema: Schema
    means: np.ndarray
    noise: Noise
    noise_source: str = "stated"
    family: str = "table"
    likelihood: str = "exact (table)"
    fingerprint: str = "table"

    @property
    def noise_scale(self) -> float | None:
        return self.noise.scale

    def bind(self, schema: Schema) -> Self:
        return replace(self, schema=schema)

    def with_noise(self, scale: float, source: str) -> Self:
        return replace(self, noise=self.noise.with_scale(scale), noise_source=source)

    def predict(self, X: np.ndarray) -> np.ndarray:
        return self.means[np.ravel_multi_index(X.astype(np.int64).T, WORLD.model.sizes)]


MEANS = np.random.default_rng(8).gamma(2.0, 1.2, len(WORLD.states))
CASES: list[tuple[Any, float]] = [
    (Laplace(0.6), 2.0),
    (Laplace(0.6, 0.15), 2.0),
    (Poisson(), 0.0),
    (Poisson(), 7.0),
    (NegativeBinomial(0.7), 5.0),
    (Gamma(0.4), 1.1),
    (InverseGaussian(0.3), 1.1),
    (Tweedie(0.9, 1.4), 0.0),
    (Tweedie(0.9, 1.4), 3.0),
]
BEYOND = pytest.mark.parametrize(("noise", "value"), CASES, ids=str)


def world(noise: Noise) -> Any:
    prior = replace(WORLD.prior, schema=replace(WORLD.prior.schema, target=Target("y")))

    @dataclass(frozen=True)
    class _World:
        prior: Any
        model: Any

    return _World(prior, MeanTable(prior.schema, MEANS, noise))


def truth(noise: Noise, value: float) -> tuple[np.ndarray, float]:
    """Return the marginals of the states behind a value, and its evidence, by scipy's densities."""
    joint = np.exp(WORLD.log_prior + [stated(noise, value, mean) for mean in MEANS])
    return joint / joint.sum() @ indicators(WORLD), float(joint.sum())


def found(engine: Any, noise: Noise, observation: Value) -> Callable[[int], np.ndarray]:
    here = world(noise)
    return lambda seed: WORLD.frequencies(draw(engine, here, observation, seed).X) @ indicators(WORLD)


@BEYOND
@pytest.mark.parametrize("engine", [Rejection(), Enumeration()], ids=lambda one: one.name)
def test_the_posterior_is_that_of_the_likelihood(noise: Any, value: float, engine: Any) -> None:
    exact, evidence = truth(noise, value)
    assert passes(found(engine, noise, Value(value, noise)), exact)
    report = draw(engine, world(noise), Value(value, noise), 0).diagnostics
    assert report.evidence == pytest.approx(evidence, rel=1e-9, abs=4 * report.evidence_se)


@pytest.mark.slow
@BEYOND
def test_tempered_draws_are_too(noise: Any, value: float) -> None:
    assert passes(found(TemperedSMC(min_particles=N // 4), noise, Value(value, noise)), truth(noise, value)[0])


@BEYOND
def test_gaussian_noise_in_its_place_is_caught(noise: Any, value: float) -> None:
    """The twin of the same spread that a model of these means would be given."""
    off = noise.draw(np.full(4_000, 2.4), np.random.default_rng(0)) - 2.4
    assert not passes(found(Rejection(), noise, Value(value, Gaussian(float(np.std(off))))), truth(noise, value)[0])


def targets(noise: Noise, joint: Any) -> Callable[[int], np.ndarray]:
    """Return the joint moments of targets and states, and how often a target is low in each."""
    here, tests = world(noise), indicators(WORLD)

    def run(seed: int) -> np.ndarray:
        sink, state = MemoryRows(N, 4), RunState.of(np.zeros(0))
        task = JointTask(here.prior, Meter(here.model), N, np.random.SeedSequence(seed), (), joint)
        draw_joint(task, task.meter, sink, state, unwatched)
        code = np.ravel_multi_index(sink.X.astype(np.int64).T, WORLD.model.sizes)
        y = sink.key
        return np.concatenate([(f(y)[:, None] * tests[code]).mean(axis=0) for f in (lambda v: v, lambda v: v <= 1.0)])

    return run


DRAWN = [
    *(Poisson(), Gamma(0.4), InverseGaussian(0.3)),
    *(pytest.param(noise, marks=pytest.mark.slow) for noise in (NegativeBinomial(0.7), Tweedie(0.9, 1.4))),
]


@pytest.mark.parametrize("noise", DRAWN, ids=repr)
def test_rows_and_targets_are_drawn_jointly(noise: Any) -> None:
    shares, tests = np.exp(WORLD.log_prior), indicators(WORLD)
    rng = np.random.default_rng(0)
    low = np.array([(noise.draw(np.full(400_000, mean), rng) <= 1.0).mean() for mean in MEANS])
    exact = np.concatenate([(shares * MEANS) @ tests, (shares * low) @ tests])
    assert passes(targets(noise, noise), exact)
    assert not passes(targets(noise, Gaussian(0.8)), exact)


@pytest.mark.parametrize(
    ("noise", "value", "said"),
    [
        (Poisson(), -1.0, "must be a whole number of at least 0, as the model's likelihood is Poisson counts, got -1"),
        (Poisson(), 2.5, "must be a whole number of at least 0"),
        (Gamma(1.0), 0.0, "must be a number above 0"),
        (Tweedie(1.0), -0.5, "must be a number of at least 0"),
        (Gamma(), 1.0, "the noise scale must be a positive number, got None"),
        (Gaussian(1.0), float("nan"), "must be a finite number"),
    ],
)
def test_what_can_not_be_observed_is_refused(noise: Any, value: float, said: str) -> None:
    with pytest.raises(ObservationError, match=said):
        Value(value, noise)


def test_what_an_observation_says() -> None:
    count, year = Value(3.0, Poisson()), Value(0.0, Tweedie(1.0))
    assert (count.evidence_is, year.evidence_is) == ("probability", "probability")
    assert Value(1.0, Tweedie(1.0)).evidence_is == Value(1.0, Gaussian(1.0)).evidence_is == "density"
    assert (count.loosen, count.apart(2.0), Value(1.0, Gamma(2.0)).apart(2.0)) == (None, "2 away", "2 away")
    assert Value(1.0, Laplace(0.5)).apart(2.0) == "4 noise scales (0.5) away"
