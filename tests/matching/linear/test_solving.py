"""Planted tables come back from their equations, surely and the same however they are solved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba")

from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier

from retrodict.matching.linear import drawing, listing
from retrodict.matching.linear.columns import columns_of
from retrodict.matching.linear.drawn_table import drawn_table
from retrodict.matching.linear.generation import relaxed
from retrodict.matching.linear.listing import Listed
from retrodict.matching.linear.routing import leaves_of
from retrodict.matching.linear.slack import EXACT
from retrodict.matching.linear.solve import solve
from tests.matching.planted_equations import found, in_codes, read

SEED = np.random.SeedSequence(0)


def planted(n: int = 80, classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return a table of zeros and ones, and labels that it tells something of."""
    rng = np.random.default_rng(7)
    X = rng.integers(0, 2, (n, 7)).astype(np.float64)
    score = X[:, 0] + X[:, 1] * X[:, 2] - X[:, 3] + rng.normal(0.0, 0.7, n)
    return X, np.digitize(score, np.quantile(score, np.arange(1, classes) / classes)).astype(np.float64)


def boosted(classes: int = 2, **options: float) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(random_state=0, **{"n_estimators": 40, **options}).fit(*planted(classes=classes))


@pytest.mark.parametrize("classes", [2, 3])
def test_a_planted_table_comes_back_and_is_certain(classes: int) -> None:
    X, y = planted(classes=classes)
    reading = read(boosted(classes))
    solution = solve(reading.equations, SEED)
    assert found(reading, X, y) == 1.0
    assert solution.energy <= EXACT
    assert solution.misfit <= EXACT
    assert solution.optimal
    assert solution.determined == 1.0
    assert solution.label_agreement.all()
    assert solution.entry_agreement.mean() > 0.9


def test_rows_that_are_known_shorten_the_search_and_others_do_no_harm() -> None:
    equations = read(boosted()).equations
    plain = solve(equations, SEED)
    again = solve(equations, SEED, known=plain.codes)
    wrong = solve(equations, SEED, known=np.zeros_like(plain.codes))
    assert again.rounds < plain.rounds
    for other in (again, wrong):
        assert other.energy <= EXACT
        assert np.array_equal(np.unique(other.codes, axis=0), np.unique(plain.codes, axis=0))


def test_equations_of_no_table_are_not_met_and_show_nothing() -> None:
    equations = read(boosted()).equations
    broken = replace(equations, blocks=replace(equations.blocks, totals=equations.blocks.totals * 1.3))
    solution = solve(broken, SEED, seconds=2.0)
    assert solution.energy > 1.0
    assert not solution.determined


def test_listed_prices_are_the_slopes_of_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_NEAR", 20)
    equations = read(boosted(3)).equations
    listed = Listed(equations)
    rng = np.random.default_rng(0)
    residual = rng.normal(size=equations.blocks.totals.shape) * (equations.blocks.weights > 0)
    state, label = rng.integers(0, len(listed.states), 50), rng.integers(0, 3, 50)
    columns = columns_of(equations, listed.states.codes[state], equations.labels[label])
    there = columns.sites >= 0
    slopes = ((residual[columns.sites] * columns.entries.transpose(0, 2, 1)).sum(axis=2) * there).sum(axis=0)
    lengths = np.sqrt((columns.entries**2).sum(axis=(0, 1)))
    assert listed.norms[label, state] == pytest.approx(lengths, rel=1e-5)
    assert listed.prices(residual)[label, state] == pytest.approx(slopes / lengths, rel=1e-3, abs=1e-5)
    weights = np.zeros_like(listed.norms)
    np.add.at(weights, (label, state), 1.0)
    sums = np.zeros_like(residual)
    np.add.at(sums, columns.sites[there], columns.entries.transpose(0, 2, 1)[there])
    assert listed.sums(weights) == pytest.approx(sums, abs=1e-3)
    nothing = np.empty(0, dtype=np.int64)
    first = listed.best(residual, 0.0, 30, nothing, np.empty(0)).keys
    again = listed.best(residual, 0.0, 30, first, np.zeros(30)).keys  # of the near ones, without those taken
    assert not set(first) & set(again)


def test_workers_and_stops_do_not_change_the_table() -> None:
    equations = read(boosted()).equations
    states: list[bytes] = []
    whole = relaxed(equations, proposer=Listed(equations, 1), checkpoint=lambda make, now: states.append(make()))
    other = relaxed(equations, proposer=Listed(equations, 2))
    went_on = relaxed(equations, state=states[len(states) // 2])
    for each in (other, went_on):
        assert (each.codes == whole.codes).all()
        assert (each.labels == whole.labels).all()
        assert (each.x == whole.x).all()
        assert each.rounds == whole.rounds
    none = solve(equations, SEED, seconds=0.0)
    assert not none.optimal
    assert none.determined is None


@pytest.mark.slow
def test_a_table_whose_draws_are_known_comes_back_in_its_order() -> None:
    X, y = planted()
    reading = read(GradientBoostingClassifier(n_estimators=100, subsample=0.8, random_state=0).fit(X, y))
    equations = reading.equations
    assert equations.multiplicities is not None
    codes, labels = in_codes(reading, X, y)
    solution = solve(equations, SEED, seconds=60.0)
    same = (leaves_of(equations.routes, codes) == leaves_of(equations.routes, solution.codes)).all(axis=0)
    assert (same & (labels == solution.labels)).all()
    assert solution.energy <= EXACT
    # a broken twin: draws of another order
    turned = replace(equations, multiplicities=np.roll(equations.multiplicities, 1, axis=1))
    other = solve(turned, SEED, seconds=60.0)
    assert (other.labels == np.roll(labels, 1)).all()


@pytest.mark.slow
def test_a_search_place_by_place_goes_on_to_the_same_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_NEAR", 20)
    equations = read(
        GradientBoostingClassifier(n_estimators=60, subsample=0.8, random_state=0).fit(*planted())
    ).equations
    kept: list[bytes] = []
    whole = drawn_table(equations, Listed(equations), checkpoint=lambda make, now: kept.append(make()))
    for state in (kept[len(kept) // 2], kept[-1]):
        again = drawn_table(equations, Listed(equations), state=state)
        assert again.rounds == whole.rounds
        assert (again.codes == whole.codes).all()
        assert (again.labels == whole.labels).all()


@pytest.mark.slow
def test_counts_alone_tell_no_labels() -> None:
    equations = read(HistGradientBoostingClassifier(max_iter=30, min_samples_leaf=5).fit(*planted())).equations
    blocks = equations.blocks
    counts = blocks.coefficients.copy()
    counts[..., 1:] = 0.0
    weights = np.where((counts != 0.0).any(axis=-1)[0, 0], blocks.weights, 0.0)
    solution = solve(replace(equations, blocks=replace(blocks, coefficients=counts, weights=weights)), SEED)
    assert not solution.label_agreement.any()
