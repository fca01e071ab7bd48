"""Whole runs: planted tables come back, whatever the workers, and after a break."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier

from retrodict.errors import RequestError
from retrodict.matching import Matched, Matching, Problem, Reading, energy, read_problem
from retrodict.matching.search.agreement import Samples, agreement, consensus, in_order
from retrodict.matching.search.labels import root_labels

SEED = np.random.SeedSequence(3)


def binary(n: int = 30, d: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 2, (n, d)).astype(float)
    return table, (table[:, 0] + table[:, 1] * table[:, 2] + rng.random(n) > 1.2).astype(int)


def small() -> tuple[Reading, np.ndarray, np.ndarray]:
    table, target = binary()
    reading = read_problem(RandomForestClassifier(40, random_state=0).fit(table, target))
    return reading, reading.codebook.encode(table), target


def test_a_bootstrapped_forest_gives_back_its_table_in_order() -> None:
    reading, codes, target = small()
    found = Matching().solve(reading.problem, SEED)
    assert found.energy == 0.0
    assert energy(reading.problem, found.codes, found.labels) == 0.0
    np.testing.assert_array_equal(found.labels, target)
    assert (found.codes == codes).mean() > 0.98
    assert found.confidence.shape == (30,)
    assert found.confidence.min() > 0.5


def test_a_forest_on_all_rows_gives_back_its_table_in_some_order() -> None:
    table, target = binary(seed=1)
    reading = read_problem(RandomForestClassifier(40, bootstrap=False, random_state=0).fit(table, target))
    found = Matching().solve(reading.problem, SEED)
    assert found.energy == 0.0
    rows = np.column_stack([found.codes, found.labels])
    planted = np.column_stack([reading.codebook.encode(table), target])
    same = {tuple(row): int((planted == row).all(axis=1).sum()) for row in planted}
    back = {tuple(row): int((rows == row).all(axis=1).sum()) for row in rows}
    assert sum(min(n, back.get(row, 0)) for row, n in same.items()) >= 28


def test_another_table_is_not_taken_for_the_right_one() -> None:
    codes = small()[1]
    other, target = binary(seed=9)
    wrong = read_problem(RandomForestClassifier(40, random_state=0).fit(other, target)).problem
    found = Matching().solve(wrong, SEED)
    assert (found.codes == codes).mean() < 0.9


@pytest.mark.slow
def test_targets_of_a_regressor_come_back() -> None:
    table, _ = binary(24)
    target = table @ np.arange(1.0, 6.0)
    reading = read_problem(RandomForestRegressor(40, random_state=0).fit(table, target))
    found = Matching().solve(reading.problem, SEED)
    np.testing.assert_allclose(reading.target(found.labels), target, atol=1e-6)
    assert found.energy < 1e-6


@pytest.mark.parametrize(
    "model",
    [
        DecisionTreeClassifier(random_state=0),
        DecisionTreeClassifier(max_depth=1, random_state=0),
        ExtraTreesClassifier(15, random_state=0),
        RandomForestClassifier(15, max_samples=0.5, random_state=0),
        RandomForestClassifier(15, class_weight="balanced", random_state=0),
        GradientBoostingClassifier(n_estimators=15, random_state=0),
    ],
    ids=lambda model: f"{type(model).__name__}",
)
def test_every_count_is_met(model: object) -> None:
    table, target = binary(25)
    problem = read_problem(model.fit(table, target)).problem  # type: ignore[attr-defined]
    assert Matching().solve(problem, SEED).energy == pytest.approx(0.0, abs=1e-6)


def test_a_tree_without_splits() -> None:
    table, _ = binary(10)
    problem = read_problem(DecisionTreeClassifier().fit(table, np.zeros(10))).problem
    found = Matching().solve(problem, SEED)
    assert found.energy == 0.0
    assert found.codes.shape == (10, 0)


def _same(a: Matched, b: Matched) -> None:
    np.testing.assert_array_equal(a.codes, b.codes)
    np.testing.assert_array_equal(a.labels, b.labels)
    np.testing.assert_array_equal(a.confidence, b.confidence)
    assert (a.energy, a.energies, a.restarts, a.sweeps) == (b.energy, b.energies, b.restarts, b.sweeps)


def hard() -> Problem:
    """Return a problem that no chain solves at once."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(60, 4))
    return read_problem(RandomForestClassifier(10, random_state=0).fit(table, rng.integers(0, 3, 60))).problem


def test_workers_and_seed() -> None:
    problem = hard()
    settings = {"chains": 3, "sweeps": 20, "restarts": 1}
    first = Matching(**settings, workers=1).solve(problem, SEED)
    _same(first, Matching(**settings, workers=3).solve(problem, SEED))
    other = Matching(**settings).solve(problem, np.random.SeedSequence(4))
    assert not np.array_equal(first.codes, other.codes)


@pytest.mark.parametrize("stop", [1, 12, 37])
def test_a_broken_run_goes_on_as_if_it_had_not_been_broken(stop: int) -> None:
    problem, settings = hard(), Matching(sweeps=20, restarts=1)
    kept: list[bytes] = []
    whole = settings.solve(problem, SEED, checkpoint=lambda make, now: kept.append(make()))
    assert whole.restarts == 1
    _same(whole, settings.solve(problem, SEED, state=kept[stop]))


def test_a_time_limit_keeps_the_best() -> None:
    found = Matching(seconds=1e-9).solve(hard(), SEED)
    assert found.codes.shape == (60, 4)
    assert found.energy > 0


def test_known_labels_stay() -> None:
    reading, _, target = small()
    found = Matching(sweeps=10, restarts=0).solve(reading.problem, SEED, labels=1 - target)
    np.testing.assert_array_equal(found.labels, 1 - target)


def test_roots_give_the_labels_away() -> None:
    table, target = binary(80)
    problem = read_problem(RandomForestClassifier(60, random_state=0).fit(table, target)).problem
    labels = root_labels(problem)
    assert labels is not None
    np.testing.assert_array_equal(labels, target)
    few = read_problem(RandomForestClassifier(20, random_state=0).fit(table, target)).problem
    assert root_labels(few) is None


def test_agreement_of_planted_samples() -> None:
    reading, codes, target = small()
    samples = held(np.stack([codes, codes, codes, 1 - codes]), np.stack([target] * 4))
    middle, labels = consensus(reading.problem, samples)
    np.testing.assert_array_equal(middle, codes)
    np.testing.assert_array_equal(labels, target)
    cells, tags = agreement(codes, target, [samples])
    assert (cells == 0.75).all()
    assert (tags == 1.0).all()
    turned = held(codes[None, ::-1], target[None, ::-1])
    assert agreement(codes, target, [in_order(codes, target, turned)])[0].all()
    assert not agreement(codes, target, [turned])[0].all()


def held(codes: np.ndarray, labels: np.ndarray) -> Samples:
    """Return tables without latents as a chain's."""
    s, n, _ = codes.shape
    return Samples(codes, labels, np.zeros((s, n), dtype=np.int64), np.empty((s, n, 0)), np.zeros(s))


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Matching(chains=0), "chains"),
        (lambda: Matching(sweeps=0), "sweeps"),
        (lambda: Matching(workers=0), "workers"),
        (lambda: Matching(restarts=-1), "restarts"),
        (lambda: Matching(seconds=0.0), "time limit"),
    ],
)
def test_settings_that_mean_nothing(make: Callable[[], Matching], word: str) -> None:
    with pytest.raises(RequestError, match=word):
        make()
