"""How a model of CatBoost is trained."""

from __future__ import annotations

from typing import Any

_TREES, _FEW, _DEPTH = 200, 40, 4


def new_estimator(classes: bool) -> Any:
    """Return an unfitted estimator, of labels or of values.

    Raises
    ------
    ImportError
        If CatBoost is not installed.
    """
    return _new(classes, iterations=_TREES)


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
        If CatBoost is not installed.
    """
    return _new(classes, iterations=max(1, round(_FEW * capacity)), depth=_DEPTH, random_seed=seed)


def _new(classes: bool, **settings: Any) -> Any:
    import catboost

    kind = catboost.CatBoostClassifier if classes else catboost.CatBoostRegressor
    return kind(verbose=False, thread_count=1, allow_writing_files=False, **settings)
