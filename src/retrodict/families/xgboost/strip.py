"""What predictions of XGBoost's models do not need, and why the rest must stay."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xgboost

from retrodict.families.xgboost.booster import learner_of, plain_booster
from retrodict.families.xgboost.learner import BoostedTree, Learner
from retrodict.families.xgboost.paths import ATTRIBUTES, CONFIG, base_path, cats_path, tree_path
from retrodict.families.xgboost.settings_facts import configuration
from retrodict.sanitizing.plan import Change, Plan, Trim

Array = np.ndarray

_WRAPPERS = (
    xgboost.XGBClassifier,
    xgboost.XGBRFClassifier,
    xgboost.XGBRegressor,
    xgboost.XGBRFRegressor,
    xgboost.XGBRanker,
)
_NEEDED = frozenset(
    ("missing", "n_jobs", "objective", "enable_categorical", "booster", "device", "feature_types", "importance_type")
)
"""Settings of an estimator that its predictions read, or that say nothing of training."""

_SETTINGS = (
    *("n_estimators", "max_depth", "max_leaves", "max_bin", "grow_policy", "learning_rate", "tree_method", "gamma"),
    *("min_child_weight", "max_delta_step", "subsample", "sampling_method", "colsample_bytree", "colsample_bylevel"),
    *("colsample_bynode", "reg_alpha", "reg_lambda", "scale_pos_weight", "base_score", "num_parallel_tree"),
    *("random_state", "monotone_constraints", "interaction_constraints", "feature_weights", "max_cat_to_onehot"),
    *("max_cat_threshold", "multi_strategy", "eval_metric", "early_stopping_rounds", "callbacks", "kwargs"),
)


def plan_of(made: Any, end: int) -> Plan:
    """Return what can be taken out of a booster or an estimator, and what stays; nothing is changed yet.

    Parameters
    ----------
    made
        The booster or estimator.
    end
        The round before which its predictions end; 0 for all.
    """
    plan = Plan()
    if isinstance(made, xgboost.Booster):
        _trim_booster(made, Trim(plan, ""), end)
    else:
        _trim_estimator(made, Trim(plan, ""))
        _trim_booster(made.get_booster(), Trim(plan, "_Booster"), end)
    return plan


def trims() -> Mapping[type, Callable[[Any, Trim], None]]:
    """Return what is taken from estimators and boosters that stand in a larger model, by type."""
    return {xgboost.Booster: _within, **dict.fromkeys(_WRAPPERS, _trim_estimator)}


def _within(booster: xgboost.Booster, trim: Trim) -> None:
    """Take from a booster of an estimator, which predicts with the rounds up to the best one."""
    best = booster.attr("best_iteration")
    _trim_booster(booster, trim, 0 if best is None else int(best) + 1)


def _trim_estimator(estimator: Any, trim: Trim) -> None:
    trim.drop(estimator, "evals_result_", "errors after each round of training")
    for name in _SETTINGS:
        if vars(estimator).get(name) is not None:
            trim.put(estimator, name, {} if name == "kwargs" else None, "how training was set")


@dataclass
class _Blanked(Change):
    """A part of a booster's content that is blanked: the booster gets another content each time."""

    content: Any = None

    def make(self) -> None:
        """Blank it."""
        self.content.blank(self.name, True)

    def unmake(self) -> None:
        """Put it back."""
        self.content.blank(self.name, False)


class _Content:
    """A booster, and what of its content is blank for now.

    Parameters
    ----------
    booster
        Its content is replaced in place, whatever holds it.
    learner
        What it holds.
    end
        The round before which its predictions end; 0 for all.
    """

    def __init__(self, booster: xgboost.Booster, learner: Learner, end: int) -> None:
        self._booster = booster
        self._learner = learner
        self._end = end
        self._blank: set[str] = set()
        self._whole: xgboost.Booster | None = None  # holds the booster's own content while that has another

    def blank(self, name: str, gone: bool) -> None:
        """Blank a part, or put it back."""
        (self._blank.add if gone else self._blank.discard)(name)
        if self._whole is not None:
            _swap(self._booster, self._whole)
            self._whole = None
        if self._blank:
            self._whole = plain_booster(blanked(self._learner, frozenset(self._blank), self._end))
            _swap(self._booster, self._whole)


def _swap(one: xgboost.Booster, other: xgboost.Booster) -> None:
    vars(one).pop("learner", None)  # what was read of its file is no longer what it holds
    one.handle, other.handle = other.handle, one.handle


def _trim_booster(booster: xgboost.Booster, trim: Trim, end: int) -> None:
    learner = learner_of(booster)
    content = _Content(booster, learner, end)

    def take(name: str, path: str, what: str) -> None:
        trim.plan.changes.append(_Blanked(trim.at(path), what, booster, name, None, content=content))

    config = configuration(booster, learner)
    if config is not None and config.kept:
        take("config", CONFIG, "how training was set: seeds, shares of rows drawn, rates, penalties")
    if set(learner.attributes or {}) - {"scikit_learn"} or _settings_in(learner):
        take("attributes", ATTRIBUTES, "what training and users attached: the best round and its error, texts")
    for name, what in _TREES.items():
        if any(name in _stated(tree) for tree in learner.trees):
            take(name, tree_path(learner, name), what)
    if end and end < len(learner.starts) - 1:
        take("late", tree_path(learner, ""), "trees after the best round, which predictions do not read")
    _keep(learner, trim)


def _settings_in(learner: Learner) -> bool:
    """Whether the mark of an estimator's file says more than what kind of estimator it is."""
    return (learner.attributes or {}).get("scikit_learn") not in (None, _mark("classifier"), _mark("regressor"))


_TREES = {
    "sum_hessian": "hessian sums of the training rows in each node",
    "loss_changes": "what each split gained on the training rows",
    "base_weights": "gradient sums of the training rows in each node",
    "split_indices": "what pruned nodes and leaves had split before",
}


def _stated(tree: BoostedTree) -> set[str]:
    found = {
        "sum_hessian": tree.hessian.any(),
        "loss_changes": tree.gain.any(),
        "base_weights": tree.weight.any(),
        "split_indices": tree.pruned.any() or tree.feature[tree.leaf].any() or tree.condition[tree.by_set == 1].any(),
    }
    return {name for name, some in found.items() if some}


def _keep(learner: Learner, trim: Trim) -> None:
    start = "predictions start from it; where the library computed it, it is the share of a class or a mean of targets"
    trim.keep(base_path(), start)
    trim.keep("learner.objective", "it turns scores into predictions")
    if learner.linear is not None:
        trim.keep("learner.gradient_booster.model.weights", "predictions are sums of them")
        return
    trim.keep(
        tree_path(learner, "split_conditions"),
        "leaf values are what is predicted, and alone determine the training table of boosted trees; split points part "
        "the rows, and those of hist and approx are values of training rows: --round-splits moves them",
    )
    trim.keep(tree_path(learner, "left_children"), "rows take their way through the trees by it")
    if any(learner.encodings):
        trim.keep(cats_path(learner), "categories of a table are told by it")


def blanked(learner: Learner, names: frozenset[str], end: int) -> Learner:
    """Return a model without some of what it states.

    Parameters
    ----------
    learner
        The model.
    names
        `attributes`, `late` (the trees after the best round), or lists of trees by their names in the file.
    end
        The round before which predictions end; 0 for all.
    """
    parts: dict[str, Any] = {}
    if "attributes" in names:
        best = (learner.attributes or {}).get("best_iteration")
        # an estimator that holds it still predicts up to there, where later trees stay
        kept = best is not None and end and end < len(learner.starts) - 1 and "late" not in names
        parts["attributes"] = {"best_iteration": best} if kept else {}
    left = first_rounds(learner, end) if "late" in names else learner
    parts["trees"] = tuple(_blank_tree(tree, names) for tree in left.trees)
    return replace(left, **parts)


def first_rounds(learner: Learner, end: int) -> Learner:
    """Return a model without the trees of a round and all after it."""
    until = int(learner.starts[end])
    return replace(
        learner,
        trees=learner.trees[:until],
        groups=None if learner.groups is None else learner.groups[:until],
        rounds=None if learner.rounds is None else learner.rounds[: end + 1],
        drops=None if learner.drops is None else learner.drops[:until],
    )


def _blank_tree(tree: BoostedTree, names: frozenset[str]) -> BoostedTree:
    parts: dict[str, Any] = {}
    for name, own in (("sum_hessian", "hessian"), ("loss_changes", "gain"), ("base_weights", "weight")):
        if name in names:
            parts[own] = np.zeros_like(getattr(tree, own))
    if "split_indices" in names:
        parts["feature"] = np.where(tree.leaf, 0, tree.feature).astype(tree.feature.dtype)
        gone = tree.pruned | (tree.by_set == 1)
        parts["condition"] = np.where(gone, 0, tree.condition).astype(np.float32)
        parts["default_left"] = np.where(tree.leaf, 0, tree.default_left).astype(np.uint8)
        parts["by_set"] = np.where(tree.inner, tree.by_set, 0).astype(np.uint8)
    return replace(tree, **parts)


def _mark(kind: str) -> str:
    return json.dumps({"_estimator_type": kind})


def with_mark(learner: Learner, classes: bool) -> Learner:
    """Return a model with the mark by which the library's estimators know their own files."""
    mark = _mark("classifier" if classes else "regressor")
    return replace(learner, attributes={**(learner.attributes or {}), "scikit_learn": mark})
