"""Visit every part of a fitted model, and plan what is taken from each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline

from retrodict.sanitizing import bayes, boosting, linear, rows, transformers, trees, wrappers
from retrodict.sanitizing.plan import Plan, Trim

TRIMS: dict[type, Callable[[Any, Trim], None]] = {
    cls: trim
    for family in (wrappers, transformers, bayes, rows, linear, trees, boosting)
    for cls, trim in family.TRIMS.items()
}
_SEEDS = "the seed of its draws"


def plan_of(estimator: Any) -> Plan:
    """Return what can be taken out of a fitted estimator, and what stays; nothing is changed yet.

    Parameters
    ----------
    estimator
        Any fitted scikit-learn estimator, with all it holds.
    """
    plan = Plan()
    for path, part in parts(estimator):
        trim = Trim(plan, path)
        for cls in type(part).__mro__:
            if cls in TRIMS:
                TRIMS[cls](part, trim)
                break
        _seeds(part, trim)
    return plan


def _seeds(part: Any, trim: Trim) -> None:
    if vars(part).get("random_state") is None:
        return
    drawn = isinstance(part, DummyClassifier) and part.strategy in {"stratified", "uniform"}
    if drawn or getattr(part, "sample_posterior", False):
        trim.keep("random_state", "predictions are drawn with it")
    else:
        trim.put(part, "random_state", None, _SEEDS)


def parts(estimator: Any) -> Iterator[tuple[str, Any]]:
    """Yield every object within a model that has attributes, itself first, with its path; each once.

    Parameters
    ----------
    estimator
        A fitted estimator.
    """
    seen: dict[int, Any] = {}
    stack: list[tuple[str, Any]] = [("", estimator)]
    while stack:
        path, part = stack.pop()
        if id(part) in seen or isinstance(part, str | bytes | int | float | type | type(None)):
            continue
        seen[id(part)] = part
        if isinstance(part, dict):
            inner = [(f"{path}[{key!r}]", value) for key, value in part.items()]
        elif isinstance(part, list | tuple | set) or (isinstance(part, np.ndarray) and part.dtype == object):
            inner = [(f"{path}[*]", value) for value in (part.ravel() if isinstance(part, np.ndarray) else part)]
        elif hasattr(part, "__dict__") and not callable(part):
            yield path, part
            inner = [(f"{path}.{name}" if path else name, value) for name, value in _attributes(part)]
        else:
            continue
        stack += reversed(inner)


def _attributes(part: Any) -> Iterator[tuple[str, Any]]:
    whole = ("estimator_",) if transformers.whole(part) else ()
    for name, value in vars(part).items():
        if name in whole:
            continue
        if isinstance(part, Pipeline) and name == "steps":
            yield from ((f"named_steps[{title!r}]", step) for title, step in value)
        elif isinstance(part, ColumnTransformer) and name == "transformers_":
            yield from ((f"named_transformers_[{title!r}]", step) for title, step, _ in value)
        else:
            yield name, value
