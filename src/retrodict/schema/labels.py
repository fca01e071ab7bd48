"""Class labels compared as text: files keep no types, so that 1, 1.0 and "1" are one label."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)\.0+")


def native(value: Any) -> Any:
    """Return a value of numpy's as Python's own, and any other as it is: one that JSON and YAML can hold."""
    return value.item() if isinstance(value, np.generic) else value


def label_text(value: Any, *, beside_numbers: bool = False) -> str | None:
    """Return the text that a label is compared by; ``None`` where it is missing.

    Parameters
    ----------
    value
        Any label. A whole number is its digits, whatever its type (``1`` and ``1.0`` are ``"1"``); true and false are
        ``"True"`` and ``"False"``; text is itself: ``"1.0"`` and ``"01"`` are other labels than ``"1"``.
    beside_numbers
        Whether it is compared with a number: then ``"1.0"``, as a file writes a whole number, is one too.
    """
    value = native(value)
    if isinstance(value, str):
        return value.partition(".")[0] if beside_numbers and _WHOLE.fullmatch(value) else value
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def class_of(label: Any, classes: Sequence[Hashable]) -> int | None:
    """Return the place of a label among classes, ``None`` where it is none of them.

    Parameters
    ----------
    label
        As a user or a file gives it.
    classes
        The classes. One that is equal to the label comes first; else the one that has the same text.
    """
    text = label_text(label)
    if text is None:
        return None
    tests: list[Callable[[Any], bool]] = [
        lambda known: type(known) is type(label) and known == label,
        lambda known: label_text(known) == text,
        lambda known: (_number(known) is None) != (_number(label) is None) and _beside(known) == _beside(label),
    ]
    for same in tests:
        found = next((place for place, known in enumerate(classes) if same(known)), None)
        if found is not None:
            return found
    number = _number(label)  # true is 1 and false is 0 where numbers and truth values meet
    return None if number is None else next((i for i, known in enumerate(classes) if _number(known) == number), None)


def _beside(value: Any) -> str | None:
    return label_text(value, beside_numbers=True)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, bool | int | float | np.number | np.bool_) else None
