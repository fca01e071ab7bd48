"""What predictions of CatBoost's models do not need."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from retrodict.families.catboost.content import Content
from retrodict.families.catboost.native import content_of, loaded
from retrodict.families.catboost.objectives import objective_of
from retrodict.sanitizing.plan import ABSENT, Change, Plan, Trim

Array = np.ndarray

_TEXTS = {
    "catboost_version_info": "the release that trained it",
    "model_guid": "the number of this one model",
    "output_options": "settings of training: names of files and folders",
    "train_finish_time": "when it was trained",
    "training": "the loss on training rows after each tree, and on others",
}
"""Texts that no prediction reads, and what each says."""
_LEAVES = (
    "they are what is predicted; each is an equation about the training rows of its leaf, and all together determine "
    "the training table"
)


@dataclass
class _ContentChange(Change):
    """A change of what CatBoost's own object holds: the object is read, changed and made again."""

    change: Callable[[Content], Content] = lambda content: content

    def make(self) -> None:
        """Change it, and remember what was there."""
        self.old = vars(self.owner)[self.name]
        kept = dict(vars(self.owner))
        content = self.change(content_of(self.owner))
        fresh = type(self.owner)()
        loaded(fresh, content)
        vars(self.owner).update(kept)
        setattr(self.owner, self.name, fresh._object)


def plan_of(made: Any, beside: Any = None) -> Plan:
    """Return what can be taken out of a model, and what stays; nothing is changed yet.

    Parameters
    ----------
    made
        A fitted object of CatBoost.
    beside
        What its file has beside: an object whose `names_by_hash` are emptied; ``None`` where there is no file.
    """
    trim = Trim(Plan(), "")
    if beside is not None and beside.names_by_hash:
        trim.put(beside, "names_by_hash", {}, "categories in clear, by their hash", "features_info.cat_features_hash")
    trimmed(made, trim)
    return trim.plan


def trims() -> Mapping[type, Callable[[Any, Trim], None]]:
    """Return what is taken out of each of CatBoost's types, wherever one stands inside another model."""
    import catboost

    kinds = (catboost.CatBoost, catboost.CatBoostClassifier, catboost.CatBoostRegressor)
    return dict.fromkeys(kinds, trimmed)


def trimmed(made: Any, trim: Trim) -> None:
    """Say what is taken out of a fitted object of CatBoost, and what stays and why."""
    content = content_of(made)

    def take(path: str, what: str, change: Callable[[Content], Content]) -> None:
        trim.plan.changes.append(_ContentChange(trim.at(path), what, made, "_object", ABSENT, change=change))

    if len(content.trees.weights):
        take("leaf_weights", "how many training rows (or which weight of them) reached each leaf", _without_weights)
    if content.info.get("params") not in (None, _least_params(content)):
        take("params", "the settings of training: seeds, rates, penalties", _without_params)
    for key, what in _TEXTS.items():
        if key in content.info:
            take(key, what, lambda now, key=key: _without_text(now, key))  # type: ignore[misc]
    if any(one.has_nans for one in content.numbers):
        what = "which columns had missing values among the training rows"
        take("float_features[*].has_nans", what, _without_gaps)
    if any(one.texts for one in content.one_hots):
        take("one_hot_features[*].string_values", "categories in clear", _without_names)
    if _tables_unused(content):
        take("ctr_data (unused)", "statistics of categories that no column is computed from", _without_tables)
    if not np.array_equal(_borders_used(content), _all_borders(content)):
        take("float_features[*].borders (unused)", "borders that no tree asks for", _without_borders)
    if made._object._get_test_evals():
        take("_test_evals", "scores of rows that training was watched by", lambda now: now)
    for name in ("_prediction_values_change", "_loss_value_change"):
        trim.drop(made, name, "how much each column changes predictions, over training rows")
    if vars(made).get("_init_params"):
        trim.put(made, "_init_params", {}, "the settings of training, as they were given")
    trim.drop(made, "_canonized_params", "the settings of training, as they were given")
    for name in ("_random_seed", "_learning_rate"):
        if vars(made).get(name):
            trim.put(made, name, 0, "settings of training")
    _kept(content, trim)


def bare_content(content: Content) -> Content:
    """Return what a model holds without what predictions do not need, as a stripped one does."""
    bare = _without_gaps(_without_params(_without_weights(content)))
    return replace(bare, info={name: text for name, text in bare.info.items() if name not in _TEXTS})


def _kept(content: Content, trim: Trim) -> None:
    trim.keep("leaf_values", _LEAVES)
    if any(len(one.borders) for one in content.numbers):
        trim.keep("float_features[*].borders", "trees ask whether a value lies above one")
    if content.one_hots:
        trim.keep("one_hot_features[*].values", "trees ask for categories by their hashes")
    if content.ctrs:
        why = "columns are computed from the counts of classes that stand beside the hash of every category"
        trim.keep("ctr_data", why)
    if any(content.bias):
        trim.keep("scale_and_bias", "it is added to every prediction")
    for key in sorted(content.info.keys() - _TEXTS.keys()):
        trim.keep(key, _WHY.get(key, "it is not known what reads it"))


_WHY = {
    "params": "the loss alone: it says what outputs mean",
    "class_params": "the names of the classes",
    "multiclass_params": "the names of the classes",
    "loss_function": "the loss: it says what outputs mean",
    "binclass_probability_threshold": "predicted labels depend on it",
}


def _least_params(content: Content) -> str | None:
    """Return settings without anything but the loss; ``None`` where they say none."""
    objective = objective_of(content)
    if objective is None:
        return None
    loss = {"type": objective.name, "params": dict(sorted(objective.parameters.items()))}
    # without an empty `flat_params`, CatBoost says of a file that its settings are invalid
    return json.dumps({"flat_params": {}, "loss_function": loss}, separators=(",", ":"))


def _without_weights(content: Content) -> Content:
    return content.with_trees(weights=np.empty(0))


def _without_params(content: Content) -> Content:
    least, left = _least_params(content), _without_text(content, "params")
    return left if least is None else replace(left, info=left.info | {"params": least})


def _without_text(content: Content, key: str) -> Content:
    return replace(content, info={name: text for name, text in content.info.items() if name != key})


def _without_gaps(content: Content) -> Content:
    return replace(content, numbers=tuple(replace(one, has_nans=False) for one in content.numbers))


def _without_names(content: Content) -> Content:
    return replace(content, one_hots=tuple(replace(one, texts=()) for one in content.one_hots))


def _tables_unused(content: Content) -> bool:
    needed = {one.base for one in content.ctrs}
    return content.ctr_tables is not None and any(one.base not in needed for one in content.ctr_tables)


def _without_tables(content: Content) -> Content:
    needed = {one.base for one in content.ctrs}
    left = tuple(one for one in content.ctr_tables or () if one.base in needed)
    return replace(content, ctr_tables=left if needed else None)


def _all_borders(content: Content) -> Array:
    return np.arange(sum(count for _, _, count in content.cuts))


def _borders_used(content: Content) -> Array:
    """Return the numbers of the splits that are asked for, or are no borders of numbers: those are not counted anew."""
    asked = {(one, border) for ctr in content.ctrs for one, border in ctr.base.of.number_splits}
    used = np.zeros(len(_all_borders(content)), dtype=bool)
    used[content.trees.splits[_asking(content)]] = True
    first = 0
    for kind, at, count in content.cuts:
        if kind == "number":
            one = content.numbers[at]
            needed = [(one.index, border) in asked for border in one.borders.tolist()]
            used[first : first + count] |= np.array(needed, dtype=bool)
        else:
            used[first : first + count] = True
        first += count
    return np.flatnonzero(used)


def _asking(content: Content) -> Array:
    """Return which places of `splits` hold a question: a leaf's place holds a zero for none."""
    trees = content.trees
    return np.ones(len(trees.splits), bool) if trees.symmetric else np.asarray(trees.steps.any(axis=1))


def _without_borders(content: Content) -> Content:
    """Return it without borders that nothing asks for, the others counted anew."""
    used, first, numbers = _borders_used(content), 0, []
    for one in content.numbers:
        mine = used[(used >= first) & (used < first + len(one.borders))] - first
        numbers.append(replace(one, borders=one.borders[mine]))
        first += len(one.borders)
    splits = np.zeros_like(content.trees.splits)
    asking = _asking(content)
    splits[asking] = np.searchsorted(used, content.trees.splits[asking])
    return replace(content, numbers=tuple(numbers)).with_trees(splits=splits)
