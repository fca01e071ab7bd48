"""How a model of LightGBM is trained."""

from __future__ import annotations

from typing import Any


def new_estimator(classes: bool) -> Any:
    """Return an unfitted estimator, of labels or of values.

    Raises
    ------
    ImportError
        If LightGBM is not installed.
    """
    import lightgbm

    kind = lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor
    return kind(n_estimators=200, verbose=-1, n_jobs=1, deterministic=True, force_row_wise=True)
