"""The objective line of a model text: what the trees' sums mean."""

from __future__ import annotations

from dataclasses import dataclass

from retrodict.families.lightgbm.text.numbers import DamagedTextError, finite, whole_of

_PLAIN = (
    *("regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie"),
    *("cross_entropy", "cross_entropy_lambda", "lambdarank", "rank_xendcg", "custom"),
)
_OLDER = {"xentropy": "cross_entropy", "xentlambda": "cross_entropy_lambda", "regression_l2": "regression"}
_WITH_SIGMOID = ("binary", "multiclassova")
_WITH_CLASSES = ("multiclass", "multiclassova")
NAMES = frozenset((*_PLAIN, *_WITH_SIGMOID, *_WITH_CLASSES))
"""All objectives that the library can load."""

MOST_SIGMOID = 1e6
"""Beyond, products with scores may be no numbers; in use it is near 1."""


@dataclass(frozen=True)
class Objective:
    """What training minimised.

    Parameters
    ----------
    name
        As the library calls it.
    sigmoid
        What scores are multiplied by before the logistic function.
    classes
        How many there are; ``None`` where it has none of its own.
    root
        Whether the target's root was trained on (`reg_sqrt`).
    """

    name: str
    sigmoid: float = 1.0
    classes: int | None = None
    root: bool = False

    @property
    def line(self) -> str:
        """Its line, as the library writes it."""
        parts = [self.name]
        if self.classes is not None:
            parts.append(f"num_class:{self.classes}")
        if self.name in _WITH_SIGMOID:
            parts.append(f"sigmoid:{self.sigmoid:.17g}")
        return " ".join([*parts, *(["sqrt"] if self.root else [])])


def read_objective(line: bytes) -> tuple[Objective, tuple[str, ...]]:
    """Return an objective, and the words of its line that are not known.

    Parameters
    ----------
    line
        What stands after `objective=`.

    Raises
    ------
    DamagedTextError
        If the library has no such objective, or a number of it is none.
    """
    name, *words = line.decode("utf-8", "replace").split() or [""]
    name = _OLDER.get(name, name)
    if name not in NAMES:
        raise DamagedTextError("an objective that LightGBM does not have")
    sigmoid, classes, root, unknown = 1.0, None, False, []
    for word in words:
        key, _, value = word.partition(":")
        if key == "sigmoid" and name in _WITH_SIGMOID:
            sigmoid = float(finite(value.encode("utf-8"), 1, "sigmoid")[0])
            if not 0.0 < sigmoid <= MOST_SIGMOID:
                raise DamagedTextError("a sigmoid that is not above 0")
        elif key == "num_class" and name in _WITH_CLASSES:
            classes = whole_of(value.encode("utf-8"), "num_class", 2, 2**31 - 1)
        elif word == "sqrt":
            root = name == "regression"  # the others do without it
        else:
            unknown.append(word)
    if name in _WITH_CLASSES and classes is None:
        raise DamagedTextError("an objective of classes without their number")
    return Objective(name, sigmoid, classes, root), tuple(unknown)
