"""Moves of whole rows: exact energies, estimates near them, and repairs that only ever better a table."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from retrodict.matching import energy, read_problem
from retrodict.matching.search.annealing import Annealed
from retrodict.matching.search.arrays import forest
from retrodict.matching.search.moves import WHOLE
from retrodict.matching.search.node_counts import count
from retrodict.matching.search.repairing import repair
from retrodict.matching.search.row_places import estimate, place
from retrodict.matching.search.whole_rows import enter, leave, replacing
from tests.matching.test_moves import PROBLEMS, problem, started


@pytest.mark.parametrize("name", PROBLEMS)
def test_replacing_a_row_costs_what_whole_tables_say(name: str) -> None:
    given = PROBLEMS[name]()
    fixed, chain, _ = started(given)
    rng = np.random.default_rng(0)
    for _ in range(20):
        i, j = rng.choice(given.n, 2, replace=False)
        before = energy(given, chain.codes, chain.labels)
        codes, labels = chain.codes.copy(), chain.labels.copy()
        codes[i], labels[i] = codes[j], labels[j]
        exact = energy(given, codes, labels) - before
        assert replacing(fixed, chain, i, codes[j], labels[j]) == pytest.approx(exact, abs=5e-3)
        moved = leave(fixed, chain, i) + enter(fixed, chain, i, codes[j], labels[j])
        assert moved == pytest.approx(exact, abs=5e-3)
        assert energy(given, chain.codes, chain.labels) == pytest.approx(before + exact, rel=1e-5)


@pytest.mark.parametrize("name", ["classes", "gaps", "regressor", "listed"])
def test_placing_keeps_the_energy_it_states(name: str) -> None:
    given = PROBLEMS[name]()
    fixed, chain, room = started(given)
    for _ in range(20):
        place(fixed, chain, room, 3.0, False)
    assert chain.tally[WHOLE, 1] > 0
    assert chain.energy[0] == pytest.approx(energy(given, chain.codes, chain.labels), rel=1e-4, abs=1e-2)
    # The features in use of each row, which later moves rely on, are those of its new paths.
    used = chain.used.copy()
    chain.sums[:, 0], chain.sums[:, 1:] = -given.seen, -given.mass
    count(fixed, chain)
    drawn = given.draws.T > 0
    np.testing.assert_array_equal(used[drawn], chain.used[drawn])


def test_placing_keeps_known_labels() -> None:
    given = problem("classes")
    fixed, chain, room = started(given)
    labels = chain.labels.copy()
    for _ in range(10):
        place(fixed, chain, room, 3.0, True)
    np.testing.assert_array_equal(chain.labels, labels)


def test_estimates_tell_good_partners_from_bad_ones() -> None:
    given = problem("classes", n=60, trees=20)
    fixed, chain, _ = started(given)
    rows = np.arange(given.n)
    found = estimate(fixed, chain, rows)
    before = energy(given, chain.codes, chain.labels)
    exact = {"swaps": [], "copies": []}
    guessed = {"swaps": [], "copies": []}
    rng = np.random.default_rng(1)
    for _ in range(200):
        i, j = rng.choice(given.n, 2, replace=False)
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
    chain = Annealed.start(given, forest(given), np.random.SeedSequence(0), None)
    chain.sweeps(np.geomspace(chain.hottest, chain.coldest, 150))
    repair(chain, 200)
    assert chain.solved
    codes, labels = chain.chain.codes.copy(), chain.chain.labels.copy()
    wrong = np.array([3, 17, 40])
    codes[wrong] = 1 - codes[wrong]
    chain.put(codes, labels)
    assert not chain.solved
    before = chain.energy
    repair(chain, 0.1)  # hardly any work: whatever it leaves is no worse
    assert chain.energy <= before
    repair(chain, 200)
    assert chain.solved
