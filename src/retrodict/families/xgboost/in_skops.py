"""What of xgboost a skops file may hold without a word of the user, and what it must be built from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from retrodict.families.xgboost.open import check_content
from retrodict.models.guard import threads_fault

_HELD = frozenset(("handle", "feature_names", "feature_types", "best_iteration", "best_ntree_limit", "best_score"))
"""What releases since 1.0 keep in a booster: beside the model, names and where training stopped early."""


def _booster(state: dict[str, Any]) -> str | None:
    """Check the bytes that `Booster.__setstate__` gives to xgboost; there is nothing else beside them."""
    content = state.get("handle")
    if set(state) - _HELD:
        return "it holds what no booster has"
    if not isinstance(content, bytearray):
        return "it holds no model"
    check_content(bytes(content))
    return None


def _estimator(state: dict[str, Any]) -> str | None:
    return threads_fault(state)


STATES: Mapping[str, Callable[[dict[str, Any]], str | None]] = {
    "xgboost.core.Booster": _booster,
    "xgboost.sklearn.XGBClassifier": _estimator,
    "xgboost.sklearn.XGBRegressor": _estimator,
    "xgboost.sklearn.XGBRFClassifier": _estimator,
    "xgboost.sklearn.XGBRFRegressor": _estimator,
    "xgboost.sklearn.XGBRanker": _estimator,
}
"""The types, and for each what says what is wrong with its state; ``None`` where nothing is."""
