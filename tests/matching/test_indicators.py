"""Which columns are taken as the indicators of one category."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from retrodict.matching.indicators import GROUPED
from tests.matching.planted_equations import read


def test_columns_whose_names_end_alike_are_of_several_categories() -> None:
    rng = np.random.default_rng(0)
    school = rng.integers(0, 4, 300)
    X = pd.DataFrame({f"pay_{i}_high": rng.integers(0, 2, 300) * 1.0 for i in range(3)})
    for i, name in enumerate(["edu_high_school", "edu_graduate_school", "edu_other"]):
        X[name] = (school == i) * 1.0
    y = (X @ [1.0, 1.0, 1.0, 2.0, -2.0, 1.0] + rng.normal(0.0, 0.5, 300) > 1.5).astype(int)
    reading = read(HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=2).fit(X, y))
    names = {reading.codebook.features[i] for group in reading.equations.exclusive for i in group}
    assert GROUPED in {note.code for note in reading.notes}
    assert names
    assert all(name.startswith("edu_") for name in names)
