"""The tables that scikit-learn brings along."""

from __future__ import annotations

import pandas as pd


def bundled_frame(name: str) -> pd.DataFrame:
    """Return one of scikit-learn's tables with its labels or values in the column `target`."""
    from sklearn import datasets

    if name == "friedman":
        X, y = datasets.make_friedman1(1_000, n_features=6, noise=1.0, random_state=0)
        return pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])]).assign(target=y)
    return getattr(datasets, f"load_{name}")(as_frame=True).frame
