"""Random split points are joined where no node shows a value between them, and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier

from retrodict.disclosures.columns import Column
from retrodict.families.sklearn.structure.tree_arrays import tree_of
from retrodict.matching.random_cuts import joined

VALUES = np.array([0.0, 1.0, 2.5, 7.0])


def test_columns_of_few_values_get_one_split_point_between_two_neighbours() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {"few": rng.choice(VALUES, 100), "two": rng.integers(0, 2, 100) * 1.0, "many": rng.normal(size=100)}
    )
    y = (X.sum(axis=1) + rng.normal(size=100) > 3.0).astype(int)
    model = ExtraTreesClassifier(50, random_state=0).fit(X, y)
    columns = tuple(Column.start(name) for name in X)
    trees = [tree_of(each, columns) for each in model.estimators_]
    out, names = joined(trees)
    assert names == ["few", "two"]
    for before, after in zip(trees, out, strict=True):
        for i, name in enumerate(X):
            own = before.feature == i
            sides = [X[name].to_numpy()[:, None] <= tree.threshold[own] for tree in (before, after)]
            np.testing.assert_array_equal(*sides)  # rows go as they went
    left = [len(np.unique([t for tree in out for t in tree.threshold[tree.feature == i]])) for i in range(2)]
    assert left[0] < 10  # of some hundred
    assert left[1] == 1
