"""Rows that are too many to list: prices of a climb are those of columns, and small tables of numbers come back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba")

from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier

from retrodict.errors import ModelError
from retrodict.matching.equations import Equations
from retrodict.matching.linear import determination
from retrodict.matching.linear import solve as solving
from retrodict.matching.linear.annealing import Annealing
from retrodict.matching.linear.climbing import Climber
from retrodict.matching.linear.columns import columns_of
from retrodict.matching.linear.determination import Determination, determination_of, told_of_determination
from retrodict.matching.linear.generation import relaxed
from retrodict.matching.linear.slack import energy_of
from retrodict.matching.linear.wide import check_walk
from retrodict.matching.losses import JointSoftmax
from tests.matching.planted_equations import found, in_codes, read

SEED = np.random.SeedSequence(0)


def planted(n: int = 60, classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return a table of three numbers, a column of zeros and ones, and labels that they tell something of."""
    rng = np.random.default_rng(4)
    X = np.column_stack([rng.integers(0, 12, (n, 3)), rng.integers(0, 2, n)]).astype(np.float64)
    return X, ((X[:, 0] + X[:, 1] * X[:, 3] + rng.normal(0.0, 3.0, n)) // (18 / classes)).clip(0, classes - 1)


def boosted(classes: int = 2, trees: int = 30) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(n_estimators=trees, random_state=0).fit(*planted(classes=classes))


def explained(equations: Equations, codes: np.ndarray, labels: np.ndarray, residual: np.ndarray) -> np.ndarray:
    """Return prices as columns themselves have them."""
    columns = columns_of(equations, codes, labels)
    there = columns.sites >= 0
    products = (residual[columns.sites] * columns.entries.transpose(0, 2, 1)).sum(axis=2)
    return np.asarray((products * there).sum(axis=0) / np.sqrt((columns.entries**2).sum(axis=(0, 1))))


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
def test_climbs_price_rows_as_their_columns_do(classes: int) -> None:
    equations = read(boosted(classes)).equations
    shape = equations.blocks.totals.shape
    residual = np.random.default_rng(0).normal(size=shape) * (equations.blocks.weights > 0)
    climber = Climber(equations, SEED, workers=1, starts=20)
    offered = climber.best(residual, 0.0, 50, np.empty(0, dtype=np.int64), np.empty(0))
    codes, labels = offered.codes.copy(), offered.labels.copy()
    prices = climber.climb(codes, labels, residual)
    assert prices == pytest.approx(explained(equations, codes, equations.labels[labels], residual), rel=1e-6)
    # a top: no row that differs in one entry is dearer
    for f, size in enumerate(equations.table.sizes.tolist()):
        for code in range(size):
            other = codes.copy()
            other[:, f] = code
            assert (explained(equations, other, equations.labels[labels], residual) <= prices * (1.0 + 1e-6)).all()


@pytest.mark.slow
def test_what_is_offered_does_not_depend_on_workers() -> None:
    equations = read(boosted()).equations
    residual = np.random.default_rng(0).normal(size=equations.blocks.totals.shape)
    taken = np.empty(0, dtype=np.int64)
    offers = [Climber(equations, SEED, workers).best(residual, 0.0, 50, taken, np.empty(0)) for workers in (1, 2)]
    assert offers[0].keys.tolist() == offers[1].keys.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("model", [GradientBoostingClassifier, HistGradientBoostingClassifier])
def test_a_table_of_numbers_comes_back(model: type, monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = planted()
    options = {"n_estimators": 100} if model is GradientBoostingClassifier else {"min_samples_leaf": 4}
    fitted = model(random_state=0, **options).fit(X, y)
    monkeypatch.setattr(solving, "MOST_ROWS", 0)  # as if its rows were too many to list
    assert found(read(fitted), X, y) == 1.0


@pytest.mark.slow
def test_annealing_keeps_its_energy_up_and_stays_at_the_planted_table() -> None:
    reading = read(boosted())
    equations = reading.equations
    codes, labels = in_codes(reading, *planted())
    table = Annealing(equations, len(codes), SEED)
    assert table.energy == pytest.approx(_squared(equations, table), rel=1e-9)
    hot = table.energy
    table.run(sweeps=30)
    assert table.energy == pytest.approx(_squared(equations, table), rel=1e-9)
    assert table.energy < hot / 20.0
    table.start_from(codes, labels)
    assert table.energy < 1e-12
    moved = codes.copy()
    moved[50:] = moved[:10]
    table.start_from(moved, labels, held=50)
    table.run(sweeps=60)
    assert (table.codes[:50] == codes[:50]).all()
    assert (table.codes[50:] != moved[50:]).any()
    # a broken twin: totals of another table
    twisted = replace(equations, blocks=replace(equations.blocks, totals=equations.blocks.totals * 1.02))
    other = Annealing(twisted, len(codes), SEED)
    other.start_from(codes, labels)
    assert other.energy > 1.0


def _squared(equations: Equations, table: Annealing) -> float:
    assert (equations.blocks.rounding <= 1e-9).all()
    return energy_of(equations, table.codes, table.labels)


@pytest.mark.slow
def test_an_annealing_goes_on_to_the_same_table() -> None:
    equations = read(boosted()).equations
    whole = Annealing(equations, 60, SEED)
    whole.run(sweeps=10)
    half = Annealing(equations, 60, SEED)
    kept: list[bytes] = []
    half.run(sweeps=10, checkpoint=lambda make, now: kept.append(make()))
    again = Annealing(equations, 60, np.random.SeedSequence(1))
    again.restore(kept[4])
    again.run(sweeps=10)
    assert again.done == 10
    assert (again.codes == whole.codes).all()
    assert (again.labels == whole.labels).all()


@pytest.mark.slow
def test_a_search_by_climbs_goes_on_to_the_same_solution() -> None:
    equations = read(boosted()).equations
    kept: list[bytes] = []
    whole = relaxed(equations, proposer=Climber(equations, SEED, 1), checkpoint=lambda make, now: kept.append(make()))
    again = relaxed(equations, proposer=Climber(equations, SEED, 1), state=kept[len(kept) // 2])
    assert again.rounds == whole.rounds
    assert again.misfit == pytest.approx(whole.misfit, rel=0.05)


def test_scores_that_the_walk_does_not_know_are_refused() -> None:
    equations = read(boosted()).equations
    check_walk(equations)
    trees = len(equations.routes)
    with pytest.raises(ModelError, match=r"DART.*node counts"):
        check_walk(replace(equations, shares=np.ones((trees, 1 + trees))))
    with pytest.raises(ModelError, match="found together"):
        check_walk(replace(equations, loss=JointSoftmax()))


def test_how_many_equations_a_table_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Determination(equations=1000, rows=100, possible=30.0)
    assert own.needed == pytest.approx(200 * np.log(2.0**30 / 1000))
    assert own.share == pytest.approx(1000 / own.needed)
    equations = read(boosted()).equations
    assert told_of_determination(equations) == ()
    monkeypatch.setattr(determination, "MOST_ROWS", 0)
    (note,) = told_of_determination(equations)
    assert note.code == determination.TOO_MANY
    assert note.values["equations"] == equations.blocks.equations
    assert determination_of(equations).rows == 60
    assert determination_of(equations).equations == equations.blocks.equations
