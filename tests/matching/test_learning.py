"""What chains learn under noise: of the prior, of the number of rows, and of the table in the middle of their draws."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import lgamma

import numpy as np
import pytest

from retrodict.matching import Matching, Problem, Table, Targets, Trees
from retrodict.matching.problem import Noise
from retrodict.matching.row_priors.learnable import COMPONENTS, learnable
from retrodict.matching.search.agreement import Samples
from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import fixed_arrays
from retrodict.matching.search.central import central
from retrodict.matching.search.learning import learn, own_copies
from retrodict.matching.search.row_number import _draws
from tests.inference.oracle import deviation

pytestmark = pytest.mark.slow  # the moves are compiled anew for counts with noise

STATED = np.array([[[3.0, 1.0], [0.0, 4.0]], [[2.0, 1.0], [1.0, 2.0]]])
"""Class counts that the two leaves of two stumps on one column of zeros and ones state."""
CHANCES, CLASSES = np.array([0.6, 0.4]), np.array([0.3, 0.7])


def stumps(n: int, scale: float = 1.0) -> Problem:
    """Return the problem of n rows that two stumps count with noise."""
    table = Table(n, np.array([2]), np.array([False]), np.array([-1]), (CHANCES,))
    inner, none = np.array([True, False, False] * 2), np.full(6, -1)
    left, right = none.copy(), none.copy()
    left[inner], right[inner] = [1, 4], [2, 5]
    feature = np.where(inner, 0, -1)
    ones = np.ones((2, n), dtype=np.int64)
    trees = Trees(np.array([0, 3]), feature, np.zeros(6, int), np.ones(6, int), left, right, np.zeros(6), ones)
    sums = np.zeros((6, 2))
    sums[~inner] = STATED.reshape(4, 2)
    targets = Targets(2, np.empty(0), CLASSES, sums, np.ones(2, dtype=bool))
    return Problem(table, trees, targets, noise=Noise("laplace", scale, np.zeros(6, dtype=bool), ~inner))


def chances_of_numbers(most: int, scale: float) -> np.ndarray:
    """Return how likely each number of rows is, from 1 to `most`: all tables are counted by what kinds they hold."""
    likely = np.outer(CHANCES, CLASSES).ravel()
    out = np.zeros(most)
    for many in product(range(most + 1), repeat=4):
        n = sum(many)
        if 1 <= n <= most:
            ways = lgamma(n + 1) - sum(lgamma(k + 1) for k in many)
            off = np.abs(np.reshape(many, (2, 2)) - STATED).sum() / scale
            out[n - 1] += np.exp(ways + np.array(many) @ np.log(likely) - off)
    return out / out.sum()


@pytest.mark.slow
def test_rows_come_and_go_as_often_as_their_number_is_likely() -> None:
    most = 10
    drawn = [_draws(stumps(most), 7, np.random.SeedSequence(seed), np.inf) for seed in range(16)]
    found = np.array([np.bincount(each, minlength=most + 1)[1:] / len(each) for each in drawn])
    kept = found.mean(axis=0) > 0.02
    worst, allowed = deviation(found[:, kept], chances_of_numbers(most, 1.0)[kept])
    assert worst < allowed
    worst, allowed = deviation(found[:, kept], chances_of_numbers(most, 1.5)[kept])  # another noise is another answer
    assert worst > allowed


def test_learned_chances_are_those_of_the_rows() -> None:
    problem = learnable(stumps(40))
    run = Annealing.start(problem, own_copies(fixed_arrays(problem)), np.random.SeedSequence(0), None)
    rows = np.arange(40)
    run.chain.codes[:, 0], run.chain.labels[:], run.chain.components[:] = rows < 10, rows < 25, rows % 2
    rng, shares, chances = np.random.default_rng(0), [], []
    for _ in range(800):
        learn(problem, run.fixed, run.chain, rng)
        shares.append(run.fixed.label_chances @ run.fixed.assumed.shares)
        chances.append(run.fixed.assumed.chances[:3, 0, 1].copy())
    expected = np.full(COMPONENTS, 0.1 / 41)
    expected[:2] = 20.1 / 41
    held = np.array([(5 + 0.4) / 21, (5 + 0.4) / 21, 0.4])  # of a component without rows: what is assumed
    worst, allowed = deviation(np.hstack([shares, chances]), np.concatenate([expected, held]))
    assert worst < allowed
    forgetful = np.concatenate([expected, np.array([0.4, 0.4, 0.4])])
    worst, allowed = deviation(np.hstack([shares, chances]), forgetful)
    assert worst > allowed


def test_the_table_in_the_middle_is_nearer_than_any_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, n, sizes = np.random.default_rng(0), 20, np.array([2, 3, 7, 2, 4, 5])
    table = Table(n, sizes, np.array([False, False, True] * 2), np.full(6, -1), tuple(np.full(k, 1 / k) for k in sizes))
    problem = replace(stumps(n), table=table)
    true = np.column_stack([rng.integers(0, k, n) for k in sizes])
    labels = rng.integers(0, 2, n)
    draws, tags = [], []
    for _ in range(60):
        order = rng.permutation(n)
        wrong = rng.random(true.shape) < 0.25
        draws.append(np.where(wrong, rng.integers(0, sizes, true.shape), true)[order])
        tags.append(labels[order])
    samples = Samples(np.stack(draws), np.stack(tags), np.zeros((60, n), dtype=np.int64))
    found, entries, _ = central(problem, draws[-1], tags[-1], [samples])
    rows = {tuple(row) for row in np.column_stack([found.codes[0], found.labels[0]])}
    assert len(rows & {tuple(row) for row in np.column_stack([true, labels])}) >= n - 1
    assert 0.7 < entries.mean() < 0.9
    assert all(not np.array_equal(np.sort(one, axis=0), np.sort(true, axis=0)) for one in draws)
    monkeypatch.setattr("retrodict.matching.search.central.MOST_PAIRED", n - 1)
    one, _, _ = central(problem, draws[-1], tags[-1], [samples])
    assert np.array_equal(one.codes[0], draws[-1]), "places of rows that are not paired mean nothing across draws"


def test_a_killed_run_goes_on_where_it_was() -> None:
    problem, settings, seed = learnable(stumps(8)), Matching(sweeps=40, chains=2), np.random.SeedSequence(0)
    kept: list[bytes] = []
    whole = settings.solve(problem, seed, checkpoint=lambda make, now: kept.append(make()))
    for state in (kept[10], kept[-5]):
        again = replace(settings, workers=1).solve(problem, seed, state=state)
        np.testing.assert_array_equal(again.codes, whole.codes)
        np.testing.assert_array_equal(again.entry_agreement, whole.entry_agreement)
        assert (again.energies, again.mixing) == (whole.energies, whole.mixing)
