"""What a file says of how its model was trained, by CatBoost's own names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from retrodict.families.catboost.content import Content
from retrodict.families.catboost.flat_reader import DamagedError
from retrodict.families.catboost.objectives import objective_of
from retrodict.families.catboost.plain_json import json_of


@dataclass(frozen=True)
class Told:
    """The settings that other facts need; ``None`` is not told.

    Parameters
    ----------
    loss
        By CatBoost's name.
    rate, penalty
        The learning rate and the L2 penalty on leaf values.
    method, steps
        How leaf values are found, and in how many steps.
    border_type
        How borders are chosen, where it is the same for all columns.
    from_average
        Whether the start score is the target's mean, or the quantile that the loss is for.
    weighted
        Whether classes are weighted.
    changed
        What was done to leaf values after they were found.
    """

    loss: str | None
    rate: float | None
    penalty: float | None
    method: str | None
    steps: int | None
    border_type: str | None
    from_average: bool
    weighted: bool
    changed: str | None


def params_of(content: Content) -> dict[str, Any]:
    """Return all settings; empty where a file has none."""
    if not content.info.get("params"):
        return {}
    found = json_of(content.info["params"], "'params'")
    if not isinstance(found, dict):
        raise DamagedError("no settings in 'params'")
    return found


def under(data: Any, *names: str) -> Any:
    """Return a member of a member; ``None`` where it is not there."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def all_categories(content: Content) -> bool:
    """Whether statistics keep every category, and not the most frequent ones alone."""
    limit = under(params_of(content), "cat_feature_params", "ctr_leaf_count_limit")
    return not isinstance(limit, int) or limit >= _NO_LIMIT


_NO_LIMIT = 2**60
"""A limit of categories that is none: as many as this are all."""


def told_of(content: Content) -> Told:
    """Return the settings that other facts need."""
    params, objective = params_of(content), objective_of(content)
    steps = _number(under(params, "tree_learner_options", "leaf_estimation_iterations"))
    data = under(params, "data_processing_options")
    cut = under(data, "float_features_binarization")
    return Told(
        None if objective is None else objective.name,
        _number(under(params, "boosting_options", "learning_rate")),
        _number(under(params, "tree_learner_options", "l2_leaf_reg")),
        _text(under(params, "tree_learner_options", "leaf_estimation_method")),
        None if steps is None else int(steps),
        None if under(data, "per_float_feature_quantization") else _text(under(cut, "border_type")),
        under(params, "boosting_options", "boost_from_average") is True,
        bool(under(data, "class_weights")) or under(data, "auto_class_weights") not in (None, "None"),
        _changed(params),
    )


def _changed(params: dict[str, Any]) -> str | None:
    drawn = under(params, "boosting_options", "langevin"), under(params, "boosting_options", "posterior_sampling")
    if any(one is True for one in drawn):
        return "with noise added to the gradients"
    return "shrunk with each later tree" if under(params, "boosting_options", "model_shrink_rate") else None
