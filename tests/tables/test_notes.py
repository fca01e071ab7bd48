"""What is true of many columns is one warning."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retrodict.evaluation.beside import compared
from retrodict.results.notes import of_code
from retrodict.tables.titles import said_of


def test_one_column_and_many() -> None:
    assert said_of(["a"], "the rows", "is flat", "are flat") == "column 'a' of the rows is flat"
    many = said_of([f"c{i}" for i in range(21)], "the rows", "is flat", "are flat")
    assert many == "21 columns of the rows are flat ('c0', 'c1', 'c2', 'c3', 'c4' and 16 more)"


def test_twenty_one_constant_columns_are_one_warning() -> None:
    rng = np.random.default_rng(0)

    def rows(n: int, site: str) -> pd.DataFrame:
        flat = {f"c{i}": np.ones(n) for i in range(21)}
        lists = {f"s{i}": np.where(np.arange(n) < 2, site, "known") for i in range(3)}
        return pd.DataFrame({"a": rng.normal(size=n), **flat, **lists, "y": np.arange(n) % 2})

    _, found = compared(rows(40, "known"), rows(40, "known"), rows(40, "new"), "y")
    assert list(of_code(found.warnings, "constant_columns"))[-1] == (
        "24 columns of the training rows are constant: they tell nothing ('c0', 'c1', 'c2', 'c3', 'c4' and 19 more)"
    )
    (strange,) = of_code(found.warnings, "unlisted_values")
    assert strange == (
        "3 columns of the held-out rows hold values which the schema does not list: each counts as a value of its own "
        "('s0', 's1', 's2')"
    )
    assert strange.values == {"title": "the held-out rows", "values_of": {"s0": "'new'", "s1": "'new'", "s2": "'new'"}}
