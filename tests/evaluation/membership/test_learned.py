"""Attacks that learn: they find what thresholds can't, and nothing where there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from retrodict.errors import RequestError, TimeLimitError
from retrodict.evaluation.membership import worst_case
from retrodict.evaluation.membership.asked import Asked, Scores
from retrodict.evaluation.membership.folds import FOLDS, cross_fitted, dealt
from retrodict.evaluation.membership.judged import area_of
from retrodict.evaluation.membership.quantile import quantile_scores
from retrodict.evaluation.membership.roc import auc
from retrodict.evaluation.membership.thresholds import threshold_scores
from retrodict.evaluation.membership.worst_case import worst_case_scores
from retrodict.time_limit import within
from tests.evaluation.membership.worlds import asked_of, public, rows

Attack = Callable[[Asked, np.random.SeedSequence], Iterator[Scores]]
SEED = np.random.SeedSequence(0)


def area(attack: Attack, asked: Asked) -> float:
    (one,) = attack(asked, np.random.SeedSequence(0))
    return auc(one.members, one.others).value


def loss(asked: Asked) -> float:
    found = {one.attack: one for one in threshold_scores(asked)}["loss"]
    return auc(found.members, found.others).value


def test_a_classifier_learns_what_no_threshold_tells() -> None:
    """Of members the model is neither more nor less sure than of others: it is about as sure of each."""
    rng = np.random.default_rng(0)
    members = rows(rng.normal(2.0, 0.2, 100), rng.normal(size=100))
    others = rows(np.where(rng.random(100) < 0.5, 0.5, 3.5) + rng.normal(0, 0.2, 100), rng.normal(size=100))
    asked = asked_of(members, others)
    assert loss(asked) == pytest.approx(0.5, abs=0.1)
    assert area(worst_case_scores, asked) > 0.97


def test_a_row_is_held_against_rows_like_it() -> None:
    """How hard a row is differs far more than membership shifts it, and follows from its features."""
    rng = np.random.default_rng(1)
    a, b = rng.uniform(0, 10, 250), rng.uniform(0, 10, 250)
    asked = asked_of(rows(a + 1.0 + rng.normal(0, 0.5, 250), a), rows(b + rng.normal(0, 0.5, 250), b))
    assert loss(asked) < 0.65
    assert area(quantile_scores, asked) > 0.8  # of known means it were 0.92, the normal probability of 1 / (0.5 sqrt 2)


def test_equal_rows_are_in_one_part_and_kinds_are_spread() -> None:
    rng = np.random.default_rng(2)
    twice = rows(rng.normal(size=60), rng.normal(size=60))
    asked = asked_of(twice, twice.iloc[:55])
    part = dealt(asked, np.random.default_rng(0))
    assert part[:55].tolist() == part[60:].tolist()
    other = asked_of(twice, rows(rng.normal(size=70), rng.normal(size=70)))
    part = dealt(other, np.random.default_rng(0))
    assert np.bincount(part[:60], minlength=FOLDS).tolist() == [12] * FOLDS
    assert np.bincount(part[60:], minlength=FOLDS).tolist() == [14] * FOLDS


def test_no_row_is_judged_by_what_was_learned_from_it() -> None:
    asked = public(np.random.default_rng(3))
    seen = []

    def fit(shown: np.ndarray) -> np.ndarray:
        seen.append(shown)
        return np.arange(len(shown), dtype=float)

    members, others = cross_fitted(asked, fit, np.random.default_rng(0))
    part = dealt(asked, np.random.default_rng(0))
    assert all((shown == (part != k)).all() for k, shown in enumerate(seen))
    own = np.concatenate([members, others])[part == 0]
    np.testing.assert_allclose(own, (np.arange(36) + 0.5) / 36, atol=1e-5)  # ranks within its part


@pytest.mark.parametrize("attack", [worst_case_scores, quantile_scores])
def test_too_few_rows_and_no_time_are_said(attack: Attack) -> None:
    with pytest.raises(RequestError, match="20 rows of a kind are too few to learn from"):
        list(attack(public(np.random.default_rng(4), 20), SEED))
    with within(0.0), pytest.raises(TimeLimitError):
        list(attack(public(np.random.default_rng(4)), SEED))


def in_sample(asked: Asked, fit: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator) -> tuple[object, object]:
    """Judge rows by what was learned from them: what `cross_fitted` is there to prevent."""
    found = fit(np.ones(len(asked.members) + len(asked.others), dtype=bool))
    return found[: len(asked.members)], found[len(asked.members) :]


def of_public(attack: Attack, tries: int) -> tuple[float, float]:
    """Return how often the interval holds 0.5 of a model that saw none of the rows, and the mean AUC."""
    found = []
    for i in range(tries):
        (one,) = attack(public(np.random.default_rng([7, i])), np.random.SeedSequence(i))
        found.append(area_of(one))
    return float(np.mean([one.low <= 0.5 <= one.high for one in found])), float(np.mean([one.value for one in found]))


@pytest.mark.slow
@pytest.mark.parametrize("attack", [worst_case_scores, quantile_scores])
def test_of_a_public_model_nothing_is_learned(attack: Attack) -> None:
    tries = 80
    inside, mean = of_public(attack, tries)
    assert inside >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / tries)
    assert abs(mean - 0.5) < 4 * 0.062 / np.sqrt(tries)  # at most sqrt(2) of an AUC's standard error of 0.044


@pytest.mark.slow
def test_a_classifier_that_judges_the_rows_it_learned_from_is_seen_by_the_same_test(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worst_case, "cross_fitted", in_sample)
    inside, mean = of_public(worst_case_scores, 10)
    assert inside < 0.5
    assert mean > 0.6
