"""Unfitted estimators by name, and estimators as parts."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from retrodict.checking.parts import stated_in
from retrodict.checking.rules import Part
from retrodict.errors import RequestError
from retrodict.families.sklearn.advice.homes import HOME_OF
from retrodict.plain_text import listing, one_line, shown

_UNSET: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "BaggingClassifier": ("estimator", "DecisionTreeClassifier", {}),
    "BaggingRegressor": ("estimator", "DecisionTreeRegressor", {}),
    "AdaBoostClassifier": ("estimator", "DecisionTreeClassifier", {"max_depth": 1}),
    "AdaBoostRegressor": ("estimator", "DecisionTreeRegressor", {"max_depth": 3}),
    "CalibratedClassifierCV": ("estimator", "LinearSVC", {}),
    "StackingClassifier": ("final_estimator", "LogisticRegression", {}),
    "StackingRegressor": ("final_estimator", "RidgeCV", {}),
    "TransformedTargetRegressor": ("regressor", "LinearRegression", {}),
    "RANSACRegressor": ("estimator", "LinearRegression", {}),
}
"""What an estimator takes where it is given none, by scikit-learn's documentation."""


def make(name: str, settings: Mapping[str, Any]) -> Any:
    """Return an unfitted estimator; see `Advising`."""
    cls = _class_of(name)
    known = _defaults(cls)
    odd = [one for one in settings if one not in known]
    if odd:
        near = get_close_matches(odd[0], known)
        meant = f"did you mean {' or '.join(near)}?" if near else f"it has {listing(sorted(known), 40)}"
        raise RequestError(f"{name} has no setting '{shown(odd[0])}'; {meant}")
    lacking = [one for one, value in known.items() if value is inspect.Parameter.empty and one not in settings]
    if lacking:
        raise RequestError(f"{name} needs {listing(lacking)}; give that as a setting, in a settings file")
    try:
        made = cls(**{one: _steps(value) for one, value in settings.items()})
        if hasattr(made, "_parameter_constraints"):
            made._validate_params()  # what fitting asks first
    except (ValueError, TypeError) as error:
        raise RequestError(f"{name} does not take these settings: {one_line(error, 300)}") from error
    return made


def part_of(made: Any) -> Part | None:
    """Return an estimator as a part; see `Advising`."""
    name = next((cls.__name__ for cls in type(made).__mro__ if _is_own(cls)), None)
    if name is None:
        return None
    settings = made.get_params(deep=False)
    stated = stated_in(settings, _defaults(_class_of(name)))
    own = type(made).__name__
    doubt = "" if own == name else f"'{shown(own)}' inherits from it: what that changes is not known"
    predicts = hasattr(type(made), "predict") and next(members(made), None) is None
    return Part("sklearn", name, settings, stated, doubt=doubt, predicts=predicts)


def members(made: Any) -> Iterator[tuple[str, Any]]:
    """Yield the estimators that an estimator is made of; see `Advising`."""
    settings = made.get_params(deep=False)
    for name, value in settings.items():
        yield from _within(name, value)
    unset = _UNSET.get(next((cls.__name__ for cls in type(made).__mro__ if _is_own(cls)), ""))
    if unset is not None and settings.get(unset[0]) is None:
        yield unset[0], make(unset[1], unset[2])


def _within(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if hasattr(value, "get_params") and not isinstance(value, type):
        yield name, value
    elif isinstance(value, list | tuple):
        for at, one in enumerate(value):
            labelled = isinstance(one, list | tuple) and len(one) > 1 and isinstance(one[0], str)
            yield from _within(shown(one[0]) if labelled else f"{name}[{at}]", one[1] if labelled else one)


def _steps(value: Any) -> Any:
    """Return a list of named steps as scikit-learn takes it: each a tuple."""
    if isinstance(value, list) and all(isinstance(one, list) and one and isinstance(one[0], str) for one in value):
        return [tuple(one) for one in value]
    return value


def _class_of(name: str) -> type:
    found = getattr(import_module(f"sklearn.{HOME_OF[name]}"), name, None)
    if not isinstance(found, type):
        raise RequestError(f"this release of scikit-learn has no {name}; use a newer one")
    return found


def _is_own(cls: type) -> bool:
    return cls.__module__.partition(".")[0] == "sklearn" and cls.__name__ in HOME_OF


def _defaults(cls: type) -> dict[str, Any]:
    return {one.name: one.default for one in inspect.signature(cls).parameters.values()}
