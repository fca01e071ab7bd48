"""Engines against exact answers beyond the suite that all pass, and broken twins that the same tests must catch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from retrodict.inference import enumeration
from retrodict.inference.enumeration import Enumeration, StateTable
from retrodict.inference.observation import Observation, Value
from retrodict.inference.posterior import Posterior
from retrodict.inference.rejection import acceptance
from retrodict.inference.rejection.engine import Rejection
from retrodict.inference.run import engine_of, run
from retrodict.inference.smc import at_posterior, kernels, ladder, moving, references
from retrodict.inference.smc.engine import TemperedSMC
from retrodict.inference.task import Task
from retrodict.models import Meter
from retrodict.models.noise import Gaussian
from retrodict.reconstruction.rows import MemoryRows
from tests.inference.estimates import (
    LABELS,
    OBSERVATIONS,
    WORLD,
    N,
    discrete_run,
    discrete_truth,
    draw,
    indicators,
)
from tests.inference.oracle import passes
from tests.inference.worlds import GaussianWorld

GAUSS = GaussianWorld.random(seed=1)
SMC = TemperedSMC(min_particles=N // 4)
ENGINES: dict[str, Any] = {"rejection": Rejection(), "smc": SMC, "enumeration": Enumeration()}


def gaussian_run(engine: Any, value: float) -> Callable[[int], np.ndarray]:
    """Return a run's estimates: means and second moments of the features."""

    def run(seed: int) -> np.ndarray:
        X = draw(engine, GAUSS, Value(value, Gaussian(GAUSS.model.noise_scale)), seed).X
        upper = np.triu_indices(X.shape[1])
        return np.concatenate([X.mean(axis=0), (X.T @ X / len(X))[upper]])

    return run


def gaussian_truth(value: float) -> np.ndarray:
    mean, covariance, _ = GAUSS.posterior(value)
    return np.concatenate([mean, (covariance + np.outer(mean, mean))[np.triu_indices(len(mean))]])


@pytest.mark.parametrize(
    ("engine", "value"), [(Rejection(), 0.5), (SMC, 0.5), (SMC, 4.0)], ids=["rejection", "smc", "smc-rare"]
)
def test_gaussian_posterior(engine: Any, value: float) -> None:
    assert passes(gaussian_run(engine, value), gaussian_truth(value))


@pytest.mark.parametrize("name", ENGINES)
def test_evidence(name: str) -> None:
    """Single estimates lie within three standard errors, and their errors are neither too small nor wild."""
    cases: list[tuple[Any, Observation, float]] = [(WORLD, o, WORLD.posterior(o)[1]) for o in OBSERVATIONS]
    values = {"rejection": [0.5], "smc": [0.5, 4.0], "enumeration": []}[name]
    cases += [(GAUSS, Value(v, Gaussian(GAUSS.model.noise_scale)), GAUSS.posterior(v)[2]) for v in values]
    z = []
    for world, observation, truth in cases:
        for seed in range(6):
            report = draw(ENGINES[name], world, observation, seed).diagnostics
            if name == "enumeration":
                assert report.evidence == pytest.approx(truth, rel=1e-12)
                assert report.evidence_se == 0.0
                continue
            assert report.log_evidence == pytest.approx(np.log(report.evidence), rel=1e-9)
            z.append((report.evidence - truth) / report.evidence_se)
    if z:
        assert np.max(np.abs(z)) < 3.0
        assert np.sum(np.square(z)) < chi2.ppf(0.999, len(z))


class _GreedyRejection(Rejection):
    """Broken twin: keeps rows with the square root of the right probability."""

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Any:
        return super().draw(replace(posterior, observation=_Flattened(posterior.observation)), n, rng)


class _Flattened:
    """An observation whose likelihood was taken to the power one half."""

    def __init__(self, inner: Observation) -> None:
        self.name, self.log_bound, self._inner = inner.name, 0.0, inner

    def log_likelihood(self, output: np.ndarray) -> np.ndarray:
        return 0.5 * (self._inner.log_likelihood(output) - self._inner.log_bound)


@pytest.mark.parametrize("observation", OBSERVATIONS, ids=lambda o: o.name)
def test_broken_rejection_is_caught(observation: Observation) -> None:
    truth = discrete_truth(observation)
    assert not passes(discrete_run(_GreedyRejection(), observation), truth)


def test_broken_rejection_is_caught_on_gaussians() -> None:
    assert not passes(gaussian_run(_GreedyRejection(), 0.5), gaussian_truth(0.5))


@pytest.mark.parametrize("observation", OBSERVATIONS, ids=lambda o: o.name)
def test_broken_enumeration_is_caught(observation: Observation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin forgets the prior's weights."""
    right = StateTable.of.__func__  # type: ignore[attr-defined]
    monkeypatch.setattr(
        enumeration.StateTable,
        "of",
        classmethod(lambda cls, prior, meter: replace(t := right(cls, prior, meter), log_prior=0.0 * t.log_prior)),
    )
    truth = discrete_truth(observation)
    assert not passes(discrete_run(Enumeration(), observation), truth)


def _always(posterior: Any, particles: Any, beta: float, reference: Any, step: float, rng: Any) -> Any:
    """Broken twin of a move: every possible proposal is taken."""
    z = reference.propose(particles.z, step, rng)
    X, ll = posterior.evaluate(z)
    return kernels.Moved(kernels.Particles(z, X, ll, particles.eve), np.ones(len(z), dtype=bool), z, ll)


def _one_sided(posterior: Any, particles: Any, beta: float, reference: Any, step: float, rng: Any) -> Any:
    """Broken twin of a move: forgets what the reference and the prior disagree on."""
    z = reference.propose(particles.z, step, rng)
    X, ll = posterior.evaluate(z)
    accepted = np.log(rng.random(len(z))) < beta * (ll - particles.ll)
    keep = accepted[:, None]
    moved = kernels.Particles(
        np.where(keep, z, particles.z),
        np.where(keep, X, particles.X),
        np.where(accepted, ll, particles.ll),
        particles.eve,
    )
    return kernels.Moved(moved, accepted, z, ll)


@pytest.mark.parametrize("twin", [_always, _one_sided], ids=["always", "one-sided"])
def test_broken_smc_is_caught(twin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "move", twin)
    truth = discrete_truth(LABELS[0])
    assert not passes(discrete_run(SMC, LABELS[0]), truth)


def test_broken_smc_evidence_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin forgets how wide a reference is: no move changes, and its density is no density."""
    monkeypatch.setattr(references.GaussianReference, "log_volume", 0.0)
    with pytest.raises(AssertionError):
        test_evidence("smc")


@pytest.mark.slow
def test_broken_evidence_of_the_way_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin takes the mean of the logarithms for the logarithm of the mean, and has no bridge."""
    monkeypatch.setattr(ladder, "log_mean_exp", lambda log_weight: float(log_weight.mean()))
    monkeypatch.setattr(at_posterior, "bridge", lambda *given: None)
    with pytest.raises(AssertionError):
        test_evidence("smc")


def test_evidence_of_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What populations say of the evidence themselves, where no bridge is surer."""
    monkeypatch.setattr(at_posterior, "bridge", lambda *given: None)
    test_evidence("smc")


def run_all(engine: Any, observations: list[Observation], exclusive: bool) -> Callable[[int], np.ndarray]:
    """Return a joint run's estimates for all observations at once."""
    tests = indicators(WORLD)
    quota = np.array([400, 900, 200])

    def estimates(seed: int) -> np.ndarray:
        sink = MemoryRows(int(quota.sum()), 4)
        seeds = np.random.SeedSequence(seed)
        task = Task(WORLD.prior, Meter(WORLD.model), observations, quota, seeds, exclusive)
        reports = run(engine_of(engine), task, sink)
        assert [report.reached for report in reports] == quota.tolist()
        return np.concatenate([WORLD.frequencies(sink.X[sink.key == i]) @ tests for i in range(3)])

    return estimates


@pytest.mark.parametrize(("observations", "exclusive"), [(LABELS, True), (LABELS, False), (OBSERVATIONS, False)])
@pytest.mark.parametrize("engine", ["rejection", "auto", pytest.param("smc", marks=pytest.mark.slow), "enumeration"])
def test_joint_runs(engine: str, observations: list[Observation], exclusive: bool) -> None:
    truth = np.concatenate([discrete_truth(o) for o in observations])
    assert passes(run_all(engine, observations, exclusive), truth)


def test_broken_joint_run_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin gives each row its likeliest class instead of a drawn one."""

    def likeliest(batch: Any, tally: Any) -> np.ndarray:
        tally.note(np.exp(batch.output))
        return batch.output.argmax(axis=1)

    monkeypatch.setattr(acceptance, "draw_labels", likeliest)
    truth = np.concatenate([discrete_truth(o) for o in LABELS])
    assert not passes(run_all("rejection", LABELS, True), truth)
