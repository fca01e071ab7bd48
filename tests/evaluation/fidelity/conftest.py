"""Tables whose distances are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from retrodict.evaluation.fidelity.table import Table
from retrodict.schema import Feature
from retrodict.tables.layout import Layout, embed

Pair = Callable[[np.ndarray, np.ndarray], tuple[Layout, Table, Table]]


@pytest.fixture
def pair() -> Pair:
    """Return a function that makes real and other rows of numbers ready to be measured."""

    def make(real: np.ndarray, other: np.ndarray) -> tuple[Layout, Table, Table]:
        layout = Layout(tuple(Feature(f"x{j}") for j in range(real.shape[1])))
        none = np.zeros(real.shape[1], dtype=bool)
        tables = [
            Table.of(X, np.random.default_rng(seed), embed(layout, X, real, none))
            for seed, X in enumerate((real, other))
        ]
        return layout, tables[0], tables[1]

    return make


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return rows of mixed columns with gaps, whose label goes with all of them."""
    ill = rng.random(n) < 0.4
    age = np.clip(np.round(rng.normal(45 + 15 * ill, 12)), 18, 90)
    bmi = rng.normal(24 + age / 20 + 3 * ill, 3)
    smoker = np.where(rng.random(n) < 0.2 + 0.4 * ill, "yes", "no")
    site = rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2])
    frame = pd.DataFrame({"age": age.astype(int), "bmi": bmi, "smoker": smoker, "site": site})
    frame.loc[rng.random(n) < 0.1, "bmi"] = np.nan
    frame.loc[rng.random(n) < 0.05, "site"] = None
    return frame.assign(ill=np.where(ill, "ill", "well"))
