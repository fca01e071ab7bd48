"""How a model of LightGBM is trained."""

from __future__ import annotations

from typing import Any

_TREES, _FEW = 200, 40


def new_estimator(classes: bool) -> Any:
    """Return an unfitted estimator, of labels or of values.

    Raises
    ------
    ImportError
        If LightGBM is not installed.
    """
    return _new(classes, n_estimators=_TREES)


def weaker_estimator(classes: bool, capacity: float, seed: int) -> Any:
    """Return an unfitted estimator of a study.

    Parameters
    ----------
    classes
        Whether it is to learn labels.
    capacity
        In (0, 1]: fewer trees below 1.
    seed
        Of what is random in it.

    Raises
    ------
    ImportError
        If LightGBM is not installed.
    """
    return _new(classes, n_estimators=max(1, round(_FEW * capacity)), num_leaves=15, random_state=seed)


def _new(classes: bool, **settings: Any) -> Any:
    import lightgbm

    kind = lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor
    return kind(verbose=-1, n_jobs=1, deterministic=True, force_row_wise=True, **settings)
