"""Numbers of a CSV file are the very numbers that were written, whichever release of pandas reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from retrodict.schema.csv_numbers import AS_WRITTEN


def test_numbers_come_back_to_the_last_bit(tmp_path: Path) -> None:
    frame = pd.DataFrame({"bmi": np.random.default_rng(0).normal(25.0, 4.0, 500), "label": ["a", "b"] * 250})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    np.testing.assert_array_equal(pd.read_csv(tmp_path / "rows.csv", **AS_WRITTEN)["bmi"], frame["bmi"])
