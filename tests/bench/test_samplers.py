"""Every sampler that is compared gives draws of the posterior that it was given, and all of its calls are counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.samplers import measuring
from bench.samplers.figures import figures
from bench.samplers.matrices import AUTO, compared, matrix
from bench.samplers.registry import PEERS, settings
from bench.samplers.targets import TARGETS, Target, smooth, two_modes
from retrodict.models import Meter

QUICK = [(name, "default") for name in ("emcee", "zeus")] + [("retrodict", "auto"), ("retrodict", "tempered SMC")]
SLOW = [("pocoMC", "tuned"), ("nautilus", "tuned"), ("sbi, slices", "tuned"), ("dynesty", "default")]
LIMIT = 200.0


class Counted:
    """A model that counts the rows it scores itself."""

    def __init__(self, model: object) -> None:
        self.model, self.rows = model, 0
        for name in ("family", "likelihood", "fingerprint", "schema"):
            setattr(self, name, getattr(model, name))

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        """Score rows."""
        self.rows += len(X)
        return self.model.log_proba(X)


def counted(target: Target) -> tuple[Target, Counted]:
    """Return a target whose model counts what the meter should."""
    posterior = target.posterior()
    model = Counted(posterior.meter.model)
    return replace(target, posterior=lambda: replace(posterior, meter=Meter(model))), model


def check(name: str, setting: str) -> None:
    """A sampler's shares are those of the posterior, within what its measured calls could give."""
    pytest.importorskip(PEERS[name].library)
    target, model = counted(smooth(2, 0.1))
    record = measuring.run_once(target, settings(name)[setting], 0, LIMIT)
    assert record["status"] == measuring.DONE
    assert record["calls"] == model.rows > 0
    assert len(record["shares"]) == len(target.truth)
    # Both partitions sum to one; 200 exact draws have a total variation of about .12 in twenty cells.
    assert np.sum(record["shares"]) == pytest.approx(2.0, abs=1e-5)
    assert 0.25 * np.abs(np.array(record["shares"]) - target.truth).sum() < 0.12


@pytest.mark.parametrize(("name", "setting"), QUICK)
def test_draws_are_the_posteriors_and_calls_are_counted(name: str, setting: str) -> None:
    check(name, setting)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "setting"), SLOW)
def test_slow_peers_draws_are_the_posteriors(name: str, setting: str) -> None:
    check(name, setting)


def test_a_sampler_of_the_prior_is_found_out() -> None:
    """The broken twin: draws of the prior are worth next to nothing as draws of the posterior."""
    target = smooth(2, 1e-3)
    rng, weight = np.random.default_rng(0), np.full(4_000, 1 / 4_000)
    shares = target.estimate(rng.standard_normal((4_000, 2)), weight).tolist()
    record = {"status": "done", "calls": 1, "seconds": 1.0, "claimed": 1.0, "log_evidence": 0.0}
    found = figures([record | {"log_evidence_error": 1.0, "shares": shares}] * 2, target.truth)
    assert found.effective < 3


@pytest.mark.parametrize("target", [smooth(5, 1e-3), two_modes(3, 1e-3)], ids=lambda target: target.name)
def test_answers_are_those_of_importance_sampling(target: Target) -> None:
    """Cells and evidence agree with weighted draws of a wider prior, within five Monte Carlo errors."""
    posterior, rng, n, wide = target.posterior(), np.random.default_rng(0), 200_000, 2.0
    z = wide * rng.standard_normal((n, posterior.prior.latent_dim))
    X, log_likelihood = posterior.evaluate(z)
    log_weight = log_likelihood - 0.5 * (1 - wide**-2) * (z**2).sum(axis=1) + z.shape[1] * np.log(wide)
    weight = np.exp(log_weight)
    error = weight.std() / weight.mean() / np.sqrt(n)
    assert np.log(weight.mean()) == pytest.approx(target.log_evidence, abs=5 * error)
    effective = weight.sum() ** 2 / (weight**2).sum()
    missed = target.estimate(X, weight / weight.sum()) - target.truth
    assert np.abs(missed / np.sqrt(target.truth * (1 - target.truth) / effective)).max() < 5


def test_a_run_past_its_limit_is_stopped_and_said_to_be() -> None:
    def forever(posterior: object, rng: np.random.Generator) -> None:
        while True:
            try:
                rng.random(1_000)
            except Exception:  # what a sampler may do
                continue

    record = measuring.run_once(smooth(2, 0.1), forever, 0, 0.05)
    assert record["status"] == measuring.OVER


def test_cells_without_a_finished_run_say_so() -> None:
    target = smooth(2, 0.1)
    done = {"status": "done", "calls": 10, "seconds": 0.1, "claimed": 5.0, "log_evidence": 0.0}
    done |= {"log_evidence_error": 0.1, "shares": (target.truth + 0.01).tolist()}
    records = {
        "2-1e-1": {"name": target.name, "log_evidence": target.log_evidence, "truth": target.truth.tolist()},
        "2-1e-1|{}|{}|0".format(*AUTO): done | {"engine": "rejection"},
        "2-1e-1|emcee|default|0": done | {"calls": 5, "engine": ""},
        "2-1e-1|dynesty|default|0": {"status": measuring.OVER, "calls": 7, "seconds": 1.0},
    }
    records["2-1e-1|emcee|tuned|0"] = done | {"calls": 20, "engine": ""}
    line = matrix(compared(records), lambda one: one.calls).splitlines()[-1]
    assert line == f"| {target.name} | ~10 (rejection) | over 1 s | **~5** / ~20 |"


def test_peers_run_on_targets_that_there_are() -> None:
    named = {word for peer in PEERS.values() for words in peer.targets.values() for word in words}
    assert named <= set(TARGETS)
