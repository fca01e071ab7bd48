"""Change the leaf values of a fitted model of each library, in place."""

from __future__ import annotations

import json
from collections.abc import Callable
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

Change = Callable[[np.ndarray], np.ndarray]


def rounded(digits: int) -> Change:
    """Return the rounding to so many significant digits."""

    def change(values: np.ndarray) -> np.ndarray:
        return np.array([float(f"{value:.{digits - 1}e}") for value in values.ravel()]).reshape(values.shape)

    return change


def change_values(family: str, model: Any, change: Change) -> Any:
    """Return the model with other leaf values."""
    if family == "LightGBM":
        booster = model.booster_
        for i, tree in enumerate(booster.dump_model()["tree_info"]):
            for leaf in range(tree["num_leaves"]):
                own = np.array([booster.get_leaf_output(i, leaf)])
                booster.set_leaf_output(i, leaf, float(change(own)[0]))
    elif family == "XGBoost":
        booster = model.get_booster()
        content = json.loads(booster.save_raw("json"))
        for tree in content["learner"]["gradient_booster"]["model"]["trees"]:
            leaf = np.array(tree["left_children"]) < 0
            values = np.array(tree["split_conditions"])
            values[leaf] = change(values[leaf])
            tree["split_conditions"] = values.tolist()
        booster.load_model(bytearray(json.dumps(content).encode()))
    elif family == "CatBoost":
        model.set_leaf_values(change(np.array(model.get_leaf_values())))
        with NamedTemporaryFile(suffix=".cbm") as file:  # only a loaded model predicts by them
            model.save_model(file.name)
            model.load_model(file.name)
    elif family == "HistGradientBoosting":
        for tree in (tree for turn in model._predictors for tree in turn):
            leaf = tree.nodes["is_leaf"].astype(bool)
            tree.nodes["value"][leaf] = change(tree.nodes["value"][leaf])
    else:
        for member in model.estimators_.ravel():
            leaf = member.tree_.children_left < 0
            member.tree_.value[leaf] = change(member.tree_.value[leaf])
    return model
