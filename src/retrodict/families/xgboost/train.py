"""How a model of xgboost is trained."""

from __future__ import annotations

from typing import Any

_TREES, _FEW, _DEPTH = 200, 40, 4


def new_estimator(classes: bool) -> Any:
    """Return an unfitted estimator, of labels of any kind or of values.

    Raises
    ------
    ImportError
        If xgboost is not installed.
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
        If xgboost is not installed.
    """
    return _new(classes, n_estimators=max(1, round(_FEW * capacity)), random_state=seed)


def _new(classes: bool, **settings: Any) -> Any:
    import xgboost

    settings |= {"max_depth": _DEPTH, "n_jobs": 1}
    if not classes:
        return xgboost.XGBRegressor(**settings)
    from sklearn.multiclass import OneVsRestClassifier

    # It takes labels 0, 1, ... only; one model a class takes any, and of two classes it is the very same model.
    return OneVsRestClassifier(xgboost.XGBClassifier(**settings))
