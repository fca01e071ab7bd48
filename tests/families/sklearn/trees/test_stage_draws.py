"""Rows that gradient boosting drew come back from a seed, and from the state of a generator nobody seeded."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor

from retrodict.errors import ModelError
from retrodict.families.sklearn.trees.stage_draws import drawn_rows
from retrodict.families.sklearn.trees.twister import WORDS, before
from tests.families.sklearn.trees.test_equations import binary
from tests.matching.planted_equations import check, read


@pytest.mark.parametrize("words", [1, 623, WORDS, WORDS + 1, 5_000])
def test_a_generator_runs_backwards(words: int) -> None:
    generator = np.random.RandomState(7)
    generator.randint(0, 2**32, size=3, dtype=np.uint32)
    drawn = generator.randint(0, 2**32, size=words, dtype=np.uint32)
    again = before(generator, words)
    np.testing.assert_array_equal(again.randint(0, 2**32, size=words, dtype=np.uint32), drawn)


@pytest.mark.parametrize("seed", [3, None, np.random.RandomState(5)], ids=["seed", "none", "generator"])
@pytest.mark.parametrize("classes", [2, 3])
def test_the_table_meets_the_sums_of_the_rows_that_were_drawn(seed: object, classes: int, tmp_path: Path) -> None:
    X, y = binary(classes)
    model = GradientBoostingClassifier(n_estimators=20, subsample=0.7, max_features="sqrt", random_state=seed)
    skops.io.dump(model.fit(X, y), tmp_path / "model.skops")
    reading = check(tmp_path / "model.skops", X, y)
    drawn = reading.equations.multiplicities
    assert drawn is not None
    np.testing.assert_array_equal(drawn.sum(axis=1), int(0.7 * len(X)))


def test_the_state_after_training_says_how_many_rows_there_are() -> None:
    X, y = binary(n=101)
    model = GradientBoostingRegressor(n_estimators=5, subsample=0.5, random_state=1).fit(X, y)
    masks = drawn_rows(model, 50, None)
    assert masks is not None
    assert {len(own) for own in masks} == {101}  # 100 rows draw as many
    assert drawn_rows(model, 50, 100) is None


def test_draws_that_are_not_told_are_refused() -> None:
    X, y = binary()
    model = pickle.loads(pickle.dumps(GradientBoostingClassifier(n_estimators=5, subsample=0.7).fit(X, y)))
    del model._rng
    with pytest.raises(ModelError, match="keeps no generator that tells which"):
        read(model)
