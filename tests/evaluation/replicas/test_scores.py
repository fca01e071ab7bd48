"""Measures against scikit-learn's, and their intervals against what repeated samples do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, softmax
from scipy.stats import binom
from sklearn import metrics

from retrodict.evaluation.fidelity.resampling import Resample
from retrodict.evaluation.replicas import scores as measured
from retrodict.evaluation.replicas.scores import agreement, scores
from retrodict.evaluation.replicas.training import Answers


def classified(n: int, k: int, seed: int) -> tuple[Answers, np.ndarray]:
    rng = np.random.default_rng(seed)
    logits = np.round(rng.normal(size=(n, k)), 1)  # so that probabilities are tied
    truth = (logits + rng.gumbel(size=(n, k))).argmax(axis=1).astype(float)
    return Answers.of_base(softmax(logits, axis=1)), truth


@pytest.mark.parametrize("k", [2, 4])
def test_labels_are_measured_as_by_scikit_learn(k: int) -> None:
    answers, truth = classified(300, k, 0)
    assert answers.p is not None
    found = scores(answers, truth, k, Resample.of(300, np.random.default_rng(0)), None)
    p = answers.p[:, 1] if k == 2 else answers.p
    expected = {
        "accuracy": metrics.accuracy_score(truth, answers.said),
        "balanced accuracy": metrics.balanced_accuracy_score(truth, answers.said),
        "AUC": metrics.roc_auc_score(truth, p, multi_class="ovr"),
        "log-loss": metrics.log_loss(truth, answers.p),
        "Brier score": np.square(np.eye(k)[truth.astype(int)] - answers.p).sum(axis=1).mean() / (2 if k == 2 else 1),
    }
    assert {name: one.value for name, one in found.items()} == pytest.approx(expected)
    assert all(one.low <= one.value <= one.high for one in found.values())


def test_values_are_measured_as_by_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, other = rng.normal(size=(2, 200))
    said = truth + other
    found = scores(Answers(said, None), truth, 0, Resample.of(200, rng), None)
    expected = {
        "R2": metrics.r2_score(truth, said),
        "MAE": metrics.mean_absolute_error(truth, said),
        "RMSE": metrics.root_mean_squared_error(truth, said),
    }
    assert {name: one.value for name, one in found.items()} == pytest.approx(expected)
    agreed = agreement(Answers(said, None), Answers(truth, None), 0, Resample.of(200, rng))
    assert agreed.value == pytest.approx(expected["R2"])


def test_a_gap_says_how_much_worse() -> None:
    answers, truth = classified(400, 3, 1)
    flat = Answers.of_base(np.full((400, 3), 1 / 3))
    weights = Resample.of(400, np.random.default_rng(0))
    found = scores(flat, truth, 3, weights, answers)
    own = scores(answers, truth, 3, weights, None)
    assert found["AUC"].gap == pytest.approx(own["AUC"].value - 0.5)
    assert found["log-loss"].gap == pytest.approx(np.log(3) - own["log-loss"].value)
    same = scores(answers, truth, 3, weights, answers)
    assert all((one.gap, one.gap_low, one.gap_high) == (0, 0, 0) for one in same.values())


def test_one_class_leaves_auc_out() -> None:
    found = scores(classified(50, 2, 0)[0], np.zeros(50), 2, Resample.of(50, np.random.default_rng(0)), None)
    assert "AUC" not in found
    assert found["balanced accuracy"].value == pytest.approx(found["accuracy"].value)


def covered(narrowed: float) -> dict[str, int]:
    """Return how often 95% intervals, made narrower, hold the value of a very large sample, out of 200 times."""

    def sample(n: int, rng: np.random.Generator) -> tuple[Answers, np.ndarray]:
        p = expit(rng.normal(size=n) * 1.5)
        return Answers.of_base(np.column_stack([1 - p, p])), (rng.random(n) < p).astype(float)

    rng = np.random.default_rng(0)
    answers, truth = sample(200_000, rng)
    true = {name: one.value for name, one in scores(answers, truth, 2, Resample.of(200_000, rng), None).items()}
    held = dict.fromkeys(true, 0)
    for _ in range(200):
        answers, truth = sample(400, rng)
        for name, one in scores(answers, truth, 2, Resample.of(400, rng), None).items():
            half = narrowed * (one.high - one.low) / 2
            held[name] += abs((one.high + one.low) / 2 - true[name]) <= half
    return held


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 200 intervals of 95 %, fewer than the limit hold it with probability 0.001 each; two thirds as wide fail."""
    limit = binom.ppf(0.001, 200, 0.95)
    assert all(count >= limit for count in covered(1.0).values())
    assert all(count < limit for count in covered(0.66).values())


def test_a_sure_mistake_costs_a_finite_loss() -> None:
    wrong = Answers.of_base(np.tile([1.0, 0.0], (30, 1)))
    found = scores(wrong, np.ones(30), 2, Resample.of(30, np.random.default_rng(0)), None)
    assert found["log-loss"].value == pytest.approx(-np.log(measured._EPS))
