"""What is true of many columns is one warning."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retrodict.tables.labelled import read_inputs
from retrodict.tables.layout import said_of


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

    found = read_inputs(rows(40, "other"), rows(40, "other"), rows(40, "new"), "y")
    assert [line for line in found.warnings if "constant" in line] == [
        "21 columns of the training rows are constant: they tell nothing of how near rows are "
        "('c0', 'c1', 'c2', 'c3', 'c4' and 16 more)"
    ]
    (strange,) = [line for line in found.warnings if "does not list" in line]
    assert strange.startswith(
        "3 columns of the held-out rows hold values which the reconstruction's schema does not list"
    )
    assert strange.endswith("('s0', 's1', 's2')")
