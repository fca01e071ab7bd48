"""Stated confidence beside actual hit rates, on tables whose errors are planted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from retrodict.errors import RetrodictError
from retrodict.evaluation import calibration

N, D = 4_000, 4


def planted(wrong: np.ndarray, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a table of which these cells are wrong, and the real one."""
    real = np.random.default_rng(seed).integers(0, 5, (N, D))
    columns = list("abcd")
    return pd.DataFrame(np.where(wrong, (real + 1) % 5, real), columns=columns), pd.DataFrame(real, columns=columns)


@pytest.mark.parametrize("cells", [False, True])
def test_honest_confidence_is_found_honest_and_overconfidence_is_not(cells: bool) -> None:
    rng = np.random.default_rng(1)
    truth = rng.uniform(0.2, 1.0, (N, D) if cells else (N, 1))
    rebuilt, real = planted(rng.random((N, D)) > truth)
    stated = truth if cells else truth[:, 0]

    honest = calibration(rebuilt, real, confidence=stated, in_order=True)
    assert honest["count"].sum() == stated.size
    drawn = honest["count"] * (1 if cells else D)
    se = np.sqrt(honest["stated"] * (1 - honest["stated"]) / drawn)
    assert (np.abs(honest["stated"] - honest["actual"]) <= 4 * se).all()
    assert honest["se"][:4].to_numpy() == pytest.approx(se[:4].to_numpy(), rel=0.2)

    bragging = calibration(rebuilt, real, confidence=np.sqrt(stated), in_order=True)
    assert (bragging["stated"] - bragging["actual"] > 4 * bragging["se"])[:4].all()


def test_rows_and_bins_by_hand() -> None:
    real = pd.DataFrame({"x": [0.0, 10.0, 5.0, 2.0], "s": ["a", "b", "a", "b"], "y": [0, 1, 0, 1]})
    rebuilt = real.assign(confidence=[1.0, 0.99, 0.6, 0.6], y=[1, 1, 1, 1])
    rebuilt.loc[2, "x"] = 9.0
    found = calibration(rebuilt, real, target="y", in_order=True)
    assert found[["low", "high", "count"]].to_numpy().tolist() == [[0.5, 0.7, 2], [0.99, 1.0, 2]]
    assert found["actual"].tolist() == [0.75, 1.0]
    assert found["exact"].tolist() == [0.5, 1.0]
    assert found["stated"].tolist() == pytest.approx([0.6, 0.995])
    assert calibration(rebuilt, real, target="y", in_order=True, tolerance=0.5)["actual"].tolist() == [1.0, 1.0]


def test_rows_in_another_order_are_paired() -> None:
    rng = np.random.default_rng(2)
    real = pd.DataFrame(rng.random((50, 3)), columns=list("abc"))
    rebuilt = real.sample(frac=1.0, random_state=0).assign(confidence=1.0)
    assert calibration(rebuilt, real)["actual"].tolist() == [1.0]
    assert calibration(rebuilt, real, in_order=True)["actual"][0] < 0.2


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "has no column 'confidence'; give"),
        ({"confidence": [0.5]}, r"must have shape \(4000,\) or \(4000, 4\), one for each rebuilt row or cell, got"),
        ({"confidence": np.full(N, 1.5)}, "must lie between 0 and 1"),
        ({"confidence": np.full(N, np.nan)}, "must lie between 0 and 1"),
    ],
)
def test_bad_confidence(change: dict[str, Any], text: str) -> None:
    rebuilt, real = planted(np.zeros((N, D), dtype=bool))
    with pytest.raises(RetrodictError, match=text) as caught:
        calibration(rebuilt, real, in_order=True, **change)
    assert "\n" not in str(caught.value)
