"""Moves of whole rows: exact energies, estimates near them, and repairs that only ever better a table."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from retrodict.matching import energy, read_problem
from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import WHOLE, fixed_arrays
from retrodict.matching.search.node_counts import count
from retrodict.matching.search.repairing import repair
from retrodict.matching.search.row_places import change_places, estimate
from retrodict.matching.search.whole_rows import enter, leave, replacing
from tests.matching.test_moves import EACH, PROBLEMS, problem, started


@pytest.mark.parametrize("name", EACH)
def test_replacing_a_row_costs_what_whole_tables_say(name: str) -> None:
    given = PROBLEMS[name]()
    fixed, chain, _ = started(given)
    rng = np.random.default_rng(0)
    for _ in range(20):
        i, j = rng.choice(given.table.n, 2, replace=False)
        before = energy(given, chain.codes, chain.labels)
        codes, labels = chain.codes.copy(), chain.labels.copy()
        codes[i], labels[i] = codes[j], labels[j]
        exact = energy(given, codes, labels) - before
        assert replacing(fixed, chain, i, codes[j], labels[j]) == pytest.approx(exact, abs=5e-3)
        moved = leave(fixed, chain, i) + enter(fixed, chain, i, codes[j], labels[j])
        assert moved == pytest.approx(exact, abs=5e-3)
        assert energy(given, chain.codes, chain.labels) == pytest.approx(before + exact, rel=1e-5)


@pytest.mark.parametrize("name", [each for each in EACH if each.values != ("alike",)])
def test_changes_of_place_keep_the_energy_it_states(name: str) -> None:
    given = PROBLEMS[name]()
    fixed, chain, room = started(given)
    for _ in range(20):
        change_places(fixed, chain, room, 3.0, False)
    assert chain.tally[WHOLE, 1] > 0
    assert chain.energy[0] == pytest.approx(energy(given, chain.codes, chain.labels), rel=1e-4, abs=1e-2)
    # The features in use of each row, which later moves rely on, are those of its new paths.
    used = chain.used.copy()
    chain.excess[:, 0], chain.excess[:, 1:] = -given.trees.counts, -given.targets.sums
    count(fixed, chain)
    drawn = given.trees.multiplicities.T > 0
    np.testing.assert_array_equal(used[drawn], chain.used[drawn])


def test_changes_of_place_keep_known_labels() -> None:
    given = problem("classes")
    fixed, chain, room = started(given)
    labels = chain.labels.copy()
    for _ in range(10):
        change_places(fixed, chain, room, 3.0, True)
    np.testing.assert_array_equal(chain.labels, labels)


def test_estimates_tell_good_partners_from_bad_ones() -> None:
    given = problem("classes", n=60, trees=20)
    fixed, chain, _ = started(given)
    rows = np.arange(given.table.n)
    found = estimate(fixed, chain, rows)
    before = energy(given, chain.codes, chain.labels)
    exact = {"swaps": [], "copies": []}
    guessed = {"swaps": [], "copies": []}
    rng = np.random.default_rng(1)
    for _ in range(200):
        i, j = rng.choice(given.table.n, 2, replace=False)
        for what, into in (("swaps", [(i, j), (j, i)]), ("copies", [(i, j)])):
            codes, labels = chain.codes.copy(), chain.labels.copy()
            for to, origin in into:
                codes[to], labels[to] = chain.codes[origin], chain.labels[origin]
            exact[what].append(energy(given, codes, labels) - before)
            guessed[what].append(getattr(found, what)[i, j])
    for what in exact:
        assert np.corrcoef(exact[what], guessed[what])[0, 1] > 0.8
        # Leaving out what two paths share overstates the curvature, and never the other way.
        assert (np.array(guessed[what]) >= np.array(exact[what]) - 1e-2).all()


def test_repair_mends_a_table_with_a_few_wrong_rows() -> None:
    rng = np.random.default_rng(0)
    table = rng.integers(0, 2, (60, 8))
    target = (table[:, 0] + table[:, 1] * table[:, 2] + (rng.random(60) < 0.2)) % 2
    given = read_problem(RandomForestClassifier(60, random_state=0).fit(table, target)).problem
    own = Annealing.start(given, fixed_arrays(given), np.random.SeedSequence(0), None)
    own.sweeps(np.geomspace(own.hottest, own.coldest, 150))
    repair(own, 200)
    assert own.solved
    codes, labels = own.chain.codes.copy(), own.chain.labels.copy()
    wrong = np.array([3, 17, 40])
    codes[wrong] = 1 - codes[wrong]
    own.put(codes, labels)
    assert not own.solved
    before = own.energy
    repair(own, 0.1)  # hardly any work: whatever it leaves is no worse
    assert own.energy <= before
    repair(own, 200)
    assert own.solved
