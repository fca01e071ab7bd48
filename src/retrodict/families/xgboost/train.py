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


def native_suffixes() -> tuple[str, ...]:
    """Return how the names of xgboost's own files end."""
    return (".ubj", ".json")


def native_content(estimator: Any, suffix: str, names: list[str]) -> bytes | None:
    """Return a fitted estimator as the content of a file of xgboost's; ``None`` where it is several models.

    Parameters
    ----------
    estimator
        Of `new_estimator`.
    suffix
        One of `native_suffixes`.
    names
        Of its columns.
    """
    members = getattr(estimator, "estimators_", [estimator])
    if len(members) > 1:
        return None
    booster = members[0].get_booster().copy()
    booster.feature_names = names
    return bytes(booster.save_raw(raw_format=suffix.removeprefix(".")))


def _new(classes: bool, **settings: Any) -> Any:
    import xgboost

    settings |= {"max_depth": _DEPTH, "n_jobs": 1}
    if not classes:
        return xgboost.XGBRegressor(**settings)
    from sklearn.multiclass import OneVsRestClassifier

    # It takes labels 0, 1, ... only; one model a class takes any, and of two classes it is the very same model.
    return OneVsRestClassifier(xgboost.XGBClassifier(**settings))
