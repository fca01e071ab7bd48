"""What of LightGBM a skops file may hold without a word of the user, and what it must be built from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from retrodict.families.lightgbm.open import check_content
from retrodict.models.guard import threads_fault

_OUTSIDE = frozenset(
    ("config", "data", "input_model", "local_listen_port", "machine_list_filename", "machines", "num_machines")
)
"""Settings that name files or other machines: prediction is handed all settings of an estimator."""


def _booster(state: dict[str, Any]) -> str | None:
    """Check the text that `Booster.__setstate__` gives to LightGBM, and that no network is to be left."""
    content = state.get("_handle", state.get("handle"))  # without the line in releases before 4
    if not isinstance(content, str) or {"_handle", "handle"} <= state.keys():
        return "it holds no model"
    if state.get("_network") or state.get("network"):
        return "it says that it is one of several machines"
    check_content(content.encode())
    return threads_fault(state.get("params"))


def _estimator(state: dict[str, Any]) -> str | None:
    more = state.get("_other_params", {})
    if not isinstance(more, dict) or not all(isinstance(name, str) for name in more):
        return "its further settings are none"
    if _OUTSIDE & (more.keys() | state.keys()):
        return "its settings name files or machines"
    return threads_fault(state) or threads_fault(more)


STATES: Mapping[str, Callable[[dict[str, Any]], str | None]] = {
    "lightgbm.basic.Booster": _booster,
    "lightgbm.sklearn.LGBMClassifier": _estimator,
    "lightgbm.sklearn.LGBMRegressor": _estimator,
    "lightgbm.sklearn.LGBMRanker": _estimator,
}
"""The types, and for each what says what is wrong with its state; ``None`` where nothing is."""
