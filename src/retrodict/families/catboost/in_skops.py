"""What of CatBoost a skops file may hold without a word of the user, and what it must be built from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from retrodict.families.catboost.open import check_content
from retrodict.models.guard import threads_fault

_SCORES = "_test_evals"
_NESTED = 3
"""Tables that training was watched on, outputs, rows: the lists that scores stand in."""


def _estimator(state: dict[str, Any]) -> str | None:
    """Check the bytes that `__setstate__` gives to CatBoost, and the scores; all else is kept as settings."""
    content = state.get("__model")
    if content is not None:
        if not isinstance(content, bytes):
            return "it holds no model"
        check_content(content)
    scores = state.get(_SCORES, [])
    if "_test_eval" in state or not _is_scores(scores, _NESTED):
        return "its scores are none"
    return threads_fault(state)


def _is_scores(one: Any, nested: int) -> bool:
    """Whether it is numbers in so many lists, one within another."""
    if nested == 0:
        return isinstance(one, float)
    return isinstance(one, list) and all(_is_scores(inner, nested - 1) for inner in one)


STATES: Mapping[str, Callable[[dict[str, Any]], str | None]] = {
    "catboost.core.CatBoost": _estimator,
    "catboost.core.CatBoostClassifier": _estimator,
    "catboost.core.CatBoostRegressor": _estimator,
    "catboost.core.CatBoostRanker": _estimator,
}
"""The types, and for each what says what is wrong with its state; ``None`` where nothing is."""
