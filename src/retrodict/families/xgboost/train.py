"""How a model of xgboost is trained."""

from __future__ import annotations

from typing import Any


def new_estimator(classes: bool) -> Any:
    """Return an unfitted estimator, of labels of any kind or of values.

    Raises
    ------
    ImportError
        If xgboost is not installed.
    """
    import xgboost

    if not classes:
        return xgboost.XGBRegressor(n_estimators=200, max_depth=4, n_jobs=1)
    from sklearn.multiclass import OneVsRestClassifier

    # It takes labels 0, 1, ... only; one model a class takes any, and of two classes it is the very same model.
    return OneVsRestClassifier(xgboost.XGBClassifier(n_estimators=200, max_depth=4, n_jobs=1))
