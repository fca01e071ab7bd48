"""What a file says of the classes: their labels, and which of the outputs is of which."""

from __future__ import annotations

from typing import Any

from retrodict.families.catboost.content import Content
from retrodict.families.catboost.flat_reader import DamagedError
from retrodict.families.catboost.plain_json import json_of, member, whole

TEXTS = ("class_params", "multiclass_params")
"""Where it stands; the second in files of older releases."""
MOST = 10_000
"""Classes that a model may have: CatBoost makes room for all of them in every row that it is asked for."""
_KEYS = {"classes_count", "class_names", "class_to_label", "class_label_type"}
_KINDS = {"Integer", "Float", "String", "Boolean"}


def check_classes(content: Content) -> None:
    """Check that every output is of a class that there is: compiled code does not look.

    Raises
    ------
    DamagedError
        If one is not.
    """
    for key in TEXTS:
        if content.info.get(key):
            _check(json_of(content.info[key], f"'{key}'"), content.dimension, key)


def trained_classes(content: Content, classes: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return those of a model's classes that training had rows of, in the order of its outputs."""
    for key in TEXTS:
        if content.info.get(key):
            places = member(json_of(content.info[key], f"'{key}'"), "class_to_label", list, [])
            return tuple(classes[int(one)] for one in places) if places else classes
    return classes


def _check(told: Any, dimension: int, key: str) -> None:
    names = member(told, "class_names", list, [])
    count = whole([member(told, "classes_count", int, 0)], 0, MOST, "a number of classes")[0]
    if told.keys() - _KEYS or member(told, "class_label_type", str, "Integer") not in _KINDS:
        raise DamagedError(f"what is not known here in '{key}'")
    if len({type(one) for one in names}) > 1 or any(type(one) not in (str, int, float, bool) for one in names):
        raise DamagedError("classes of several kinds")
    if len({*names}) != len(names):
        raise DamagedError("a class twice")
    outputs = max(2, dimension)
    most = len(names) or count or MOST
    labels = member(told, "class_to_label", list, [])
    places = whole((int(one) if type(one) is float and one.is_integer() else one for one in labels), 0, most - 1, key)
    if places and (len(places) != outputs or sorted(set(places)) != places):
        raise DamagedError("another number of classes than of outputs")
    if not places and most not in (outputs, MOST):
        raise DamagedError("another number of classes than of outputs")
