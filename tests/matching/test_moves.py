"""The compiled moves against the contract: energies recomputed from scratch, and exact Boltzmann shares."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from retrodict.matching import Problem, Table, Targets, Trees, energy, read_problem
from retrodict.matching.search.arrays import WHOLE, Chain, Fixed, Scratch, fixed_arrays, random_chain, scratch
from retrodict.matching.search.conditionals import entry_energies, label_energies
from retrodict.matching.search.moves import sweep
from retrodict.matching.search.node_counts import bit, change, count


def problem(kind: str, n: int = 40, trees: int = 7, seed: int = 0) -> Problem:
    """Return the problem of a small forest over numbers, integers, zeros and ones, and gaps."""
    rng = np.random.default_rng(seed)
    table = np.column_stack([rng.normal(size=n), rng.integers(0, 6, n), rng.integers(0, 2, n), rng.normal(size=n)])
    classes = (table[:, 0] + table[:, 1] > 2.5).astype(int) + (table[:, 2] > 0) * (rng.random(n) < 0.5)
    if kind == "gaps":
        table[rng.random(n) < 0.3, 0] = np.nan
    if kind == "regressor":
        return read_problem(
            RandomForestRegressor(trees, random_state=seed).fit(table, table[:, 1] + table[:, 3])
        ).problem
    if kind == "alike":
        return read_problem(ExtraTreesRegressor(trees, random_state=seed).fit(table, np.arange(n) % 7)).problem
    return read_problem(RandomForestClassifier(trees, random_state=seed).fit(table, classes)).problem


def unordered(seed: int = 0) -> Problem:
    """Return a problem in which one column of codes is a list of categories."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"a": rng.choice(list("pqrst"), 60), "b": rng.normal(size=60)})
    target = (table["a"].isin(["p", "q"]) & (table["b"] > 0)).astype(int)
    front = make_column_transformer((OneHotEncoder(), ["a"]), ("passthrough", ["b"]))
    return read_problem(make_pipeline(front, RandomForestClassifier(7, random_state=seed)).fit(table, target)).problem


def started(given: Problem, seed: int = 1) -> tuple[Fixed, Chain, Scratch]:
    fixed, chain = fixed_arrays(given), random_chain(given, np.random.SeedSequence(seed))
    chain.excess[:, 0], chain.excess[:, 1:] = -given.trees.counts, -given.targets.sums
    count(fixed, chain)
    return fixed, chain, scratch(given)


PROBLEMS = {
    "classes": lambda: problem("classes"),
    "gaps": lambda: problem("gaps"),
    "regressor": lambda: problem("regressor"),
    "alike": lambda: problem("alike"),
    "listed": unordered,
}
ANEW = ("regressor", "alike")
"""Sums of targets are doubles, for which every move is compiled anew."""
EACH = [pytest.param(name, marks=pytest.mark.slow if name in ANEW else ()) for name in PROBLEMS]


@pytest.mark.parametrize("name", EACH)
def test_energy_is_that_of_the_contract(name: str) -> None:
    given = PROBLEMS[name]()
    _, chain, _ = started(given)
    assert chain.energy[0] == pytest.approx(energy(given, chain.codes, chain.labels), rel=1e-5)


@pytest.mark.parametrize("name", EACH)
def test_conditionals_are_energies_of_whole_tables(name: str) -> None:
    given = PROBLEMS[name]()
    fixed, chain, room = started(given)
    rng = np.random.default_rng(0)
    for _ in range(15):
        i, f = int(rng.integers(given.table.n)), int(rng.integers(len(given.table.sizes)))
        entry_energies(fixed, chain, room, i, f)
        found = room.gain[: given.table.sizes[f]].copy()
        exact = []
        for code in range(given.table.sizes[f]):
            table = chain.codes.copy()
            table[i, f] = code
            exact.append(energy(given, table, chain.labels))
        own = int(chain.codes[i, f])
        np.testing.assert_allclose(found - found[own], np.array(exact) - exact[own], atol=2e-3)
        row = chain.codes[i].copy()
        row[f] = (own + 1) % given.table.sizes[f]
        moved = change(fixed, chain, i, row, np.uint64(bit(f)))
        assert moved == pytest.approx(exact[row[f]] - exact[own], abs=2e-3)


@pytest.mark.parametrize("name", EACH)
def test_label_conditionals_are_energies_of_whole_tables(name: str) -> None:
    given = PROBLEMS[name]()
    fixed, chain, room = started(given)
    for i in range(0, given.table.n, 7):
        label_energies(fixed, chain, room, i)
        found, exact = room.gain[: given.targets.size].copy(), []
        for label in range(given.targets.size):
            labels = chain.labels.copy()
            labels[i] = label
            exact.append(energy(given, chain.codes, labels))
        own = int(chain.labels[i])
        np.testing.assert_allclose(found - found[own], np.array(exact) - exact[own], atol=2e-3)


@pytest.mark.parametrize("name", EACH)
def test_moves_keep_the_energy_they_state(name: str) -> None:
    given = PROBLEMS[name]()
    fixed, chain, room = started(given)
    sweep(fixed, chain, room, np.arange(given.table.n), 5.0, 3_000, 0.1, 0.2, False, -1.0)
    assert (chain.tally[:WHOLE, 1] > 0).all()
    assert chain.energy[0] == pytest.approx(energy(given, chain.codes, chain.labels), rel=1e-4, abs=1e-2)


def tiny() -> Problem:
    """Return two rows of two features and two trees: few enough tables to list."""
    leaf, none = -1, -1
    table = Table(
        n=2,
        sizes=np.array([3, 2]),
        ordered=np.array([True, True]),
        missing=np.array([-1, -1]),
        chances=(np.array([0.5, 0.2, 0.3]), np.array([0.4, 0.6])),
    )
    trees = Trees(
        roots=np.array([0, 3]),
        feature=np.array([0, leaf, leaf, 1, leaf, leaf]),
        low=np.array([0, 0, 0, 0, 0, 0]),
        high=np.array([2, 0, 0, 1, 0, 0]),
        left=np.array([1, none, none, 4, none, none]),
        right=np.array([2, none, none, 5, none, none]),
        counts=np.array([2.0, 1.0, 1.0, 2.0, 1.0, 1.0]),
        multiplicities=np.array([[1, 2], [1, 1]]),
    )
    targets = Targets(
        classes=2,
        levels=np.zeros(0),
        chances=np.array([0.7, 0.3]),
        sums=np.array([[1.0, 2.0], [1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]),
        labelled=np.array([True, True]),
    )
    return Problem(table, trees, targets)


def _deviation(given: Problem, temperature: float, assumed: float, sweeps: int, alike: bool = False) -> float:
    """Return the largest deviation from exact shares at `assumed`, in standard errors, of a chain at `temperature`."""
    rows = list(product(range(3), range(2), range(2)))
    weights, index = [], {}
    for a, b in product(rows, rows):
        codes, labels = np.array([a[:2], b[:2]]), np.array([a[2], b[2]])
        weight = np.exp(-energy(given, codes, labels) / assumed)
        for row in (a, b):
            weight *= given.table.chances[0][row[0]] * given.table.chances[1][row[1]] * given.targets.chances[row[2]]
        index[a + b] = len(weights)
        weights.append(weight)
    exact = np.array(weights) / np.sum(weights)
    fixed, chain, room = started(given)
    batches = np.zeros((40, len(exact)))
    for batch in batches:  # the spread of the batches' means, not of single draws, is the error of a Markov chain
        for _ in range(sweeps):
            sweep(fixed, chain, room, np.arange(given.table.n), temperature, 12, 0.3, 0.2, alike, -1.0)
            a, b = (tuple(int(x) for x in (*chain.codes[i], chain.labels[i])) for i in range(2))
            batch[index[a + b]] += 1 / sweeps
    common = exact > 1e-3
    error = batches.std(axis=0, ddof=1)[common] / np.sqrt(len(batches))
    return float(np.abs((batches.mean(axis=0) - exact)[common] / error).max())


def test_moves_leave_the_boltzmann_distribution_as_it_is() -> None:
    assert _deviation(tiny(), 0.7, 0.7, 400) < 5.0


def test_a_chain_at_another_temperature_is_caught() -> None:
    assert _deviation(tiny(), 0.9, 0.7, 400) > 5.0
