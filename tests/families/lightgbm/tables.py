"""Tables that models of LightGBM are trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

N = 240
SITES = ("north", "south", "west")
QUIET: dict[str, Any] = {"verbose": -1, "num_threads": 1, "deterministic": True, "force_row_wise": True}


def table(n: int = N, gaps: bool = True, seed: int = 5) -> pd.DataFrame:
    """Return numbers on a grid and off it, gaps, categories of text and of numbers, and a value to predict."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.integers(20, 80, n).astype(float), "dose": rng.normal(5, 2, n).round(3)})
    frame["site"] = pd.Categorical(rng.choice(SITES, n, p=(0.5, 0.3, 0.2)))
    frame["ward"] = pd.Categorical(rng.integers(0, 7, n))
    if gaps:
        frame.loc[rng.random(n) < 0.15, "dose"] = np.nan
    value = frame["age"] / 20 + frame["dose"].fillna(3) + 2 * (frame["site"] == "west") + rng.normal(size=n)
    return frame.assign(target=value.round(3))


def labels(frame: pd.DataFrame, classes: int) -> pd.Series[Any]:
    """Return the value cut into so many classes, as codes."""
    return pd.Series(pd.qcut(frame["target"], classes, labels=False), name="target")
