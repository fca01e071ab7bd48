"""What the classes of a model of statsmodels are called, and its target."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from retrodict.families.statsmodels.parts import bare, target_names
from retrodict.schema import Target

_LEVEL = re.compile(r"^(?P<name>.*)\[(?:T\.)?(?P<level>[^\[\]]*)\]$")
"""What formulas call the indicator of a level: `y[no]`."""


def binary_target(made: Any) -> Target:
    """Return the target of a model of an outcome of 0 or 1.

    A target given as two columns (successes and failures, or a factor of two levels) has these as its classes: the
    probability that is predicted is that of the first.
    """
    names = target_names(made)
    if len(names) == 1:
        return Target(names[0], (0, 1))
    levels = [_LEVEL.match(name) for name in names[:2]]
    yes, no = (level["level"] if level else name for level, name in zip(levels, names, strict=False))
    common = levels[0]["name"] if levels[0] else "target"
    return Target(common, (no, yes))


def listed_target(made: Any, labels: Sequence[Any]) -> Target:
    """Return the target of a model of several classes; labels that are all numbers in words are numbers again."""
    texts = [getattr(label, "item", lambda label=label: label)() for label in labels]
    numbers = [_number(text) for text in texts]
    own = tuple(numbers) if all(number is not None for number in numbers) else tuple(texts)
    return Target(target_names(made)[0], own)


def labels_of(made: Any) -> list[Any]:
    """Return the classes of a multinomial model, in the order of its columns."""
    names = bare(made).model._ynames_map
    return [names[key] for key in sorted(names, key=float)]


def _number(text: Any) -> int | float | None:
    if isinstance(text, bool):
        return None
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return int(value) if value == int(value) else value
