"""From the bytes of a model file of XGBoost to what it holds, all of it checked; and back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from retrodict.families.xgboost import json_text, ubjson
from retrodict.families.xgboost.categories import encodings_content, read_encodings
from retrodict.families.xgboost.learner import BoostedTree, Learner
from retrodict.families.xgboost.read_trees import read_tree, tree_content
from retrodict.families.xgboost.sections import ContentError, OtherKindError, Section, text_of
from retrodict.models.guard import threads_fault
from retrodict.plain_text import shown

Array = np.ndarray

MOST_FEATURES = 100_000
"""Features of a model. Each has a name, a kind and a marginal of its own: more is no table, and takes gigabytes."""

_MOST_CLASSES = 100_000
_BEGIN = 1_000
"""Bytes in which the first key stands."""

_TYPES = frozenset(("int", "float", "i", "q", "c"))
_SETTINGS = {
    "reg_loss_param": ("scale_pos_weight",),
    "softmax_multiclass_param": ("num_class",),
    "poisson_regression_param": ("max_delta_step",),
    "tweedie_regression_param": ("tweedie_variance_power",),
    "quantile_loss_param": ("quantile_alpha",),
    "pseudo_huber_param": ("huber_slope",),
    "aft_loss_param": ("aft_loss_distribution_scale",),
    "lambdarank_param": (
        *("lambdarank_num_pair_per_sample", "lambdarank_unbiased", "lambdarank_bias_norm", "ndcg_exp_gain"),
        *("lambdarank_normalization", "lambdarank_score_normalization"),
    ),
    "lambda_rank_param": ("num_pairsample", "fix_list_weight"),  # before XGBoost 2
}
"""What the objectives that are read have for settings, each a number or a list of them as a text."""


def read_learner(content: bytes) -> Learner:
    """Return what a model holds.

    Parameters
    ----------
    content
        JSON or UBJSON, as `save_model` writes them; or with a configuration beside it, as inside a pickle.

    Raises
    ------
    ContentError
        If it is no model, or one that would do harm to compiled code that follows it.
    """
    try:
        values = json_text.decode(content) if is_json(content) else ubjson.decode(content)
    except ContentError:
        raise
    except ValueError as error:
        raise ContentError(f"no whole content ({shown(str(error), 120)})") from error
    unknown: list[str] = []
    whole = Section(values, "", unknown)
    if whole.has("Model") and not whole.has("learner"):
        _check_threads(whole.take("Config", {}))
        outer, whole = whole, Section(whole.take("Model"), "", unknown)
        outer.end()
    version = whole.integers("version", 3)
    found = _learner(whole.section("learner"), tuple(version.tolist()), unknown)
    whole.end()
    return replace(found, unknown=tuple(unknown))


def _check_threads(config: Any) -> None:
    """Check that a configuration asks for no more threads than a machine has."""
    stack = [config]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            fault = threads_fault({name: _number(value) for name, value in part.items() if not isinstance(value, dict)})
            if fault is not None:
                raise ContentError(f"a configuration that is none: {fault}")
            stack += part.values()
        elif isinstance(part, list):
            stack += part


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value) else value


def is_json(content: bytes) -> bool:
    """Whether a content is JSON rather than UBJSON, in which a key is a length first."""
    return content[:_BEGIN].lstrip()[1:].lstrip()[:1] in (b'"', b"}")


def _learner(section: Section, version: tuple[int, ...], unknown: list[str]) -> Learner:
    param = section.section("learner_model_param")
    width = param.whole("num_feature", 1, MOST_FEATURES)
    classes = param.whole("num_class", 0, _MOST_CLASSES, 0)
    targets = param.whole("num_target", 0, _MOST_CLASSES, 1) or 1
    if targets > 1 and classes > 1:
        raise ContentError("several targets and several classes")
    base, listed = param.written_numbers("base_score")
    stated = param.has("boost_from_average")
    estimated = bool(param.whole("boost_from_average", 0, 1)) if stated else None
    param.end()
    if len(base) not in {1, max(1, classes, targets)}:
        raise ContentError("base scores of another number than it has classes or targets")
    objective = section.section("objective")
    name = objective.text("name")
    _check_start(name, base)
    stated_settings = [key for key in _SETTINGS if objective.has(key)]
    settings = {key: _settings(objective.section(key), _SETTINGS[key]) for key in stated_settings}
    objective.end()
    names, types = section.texts("feature_names", ()), section.texts("feature_types", ())
    if any(found and len(found) != width for found in (names, types)) or len(set(names)) < len(names):
        raise ContentError("names or types of another number than it has features, or names that stand twice")
    attributes = section.section("attributes", {})
    texts = {text_of(key, "attributes"): attributes.text(key) for key in attributes.names()}
    made = Learner(
        version,
        "gbtree",
        name,
        settings,
        base,
        listed,
        estimated,
        width,
        names,
        types,
        classes,
        attributes=texts,
        targets=targets,
    )
    made = _boosted(section.section("gradient_booster"), made)
    section.end()
    _check_types(made)
    return made


def _check_start(objective: str, base: tuple[float, ...]) -> None:
    """Check that scores can be computed of what training began with."""
    shares = objective in {"binary:logistic", "reg:logistic"}
    above = shares or objective in {"count:poisson", "reg:gamma", "reg:tweedie"}
    if (above and min(base) <= 0.0) or (shares and max(base) >= 1.0):
        raise ContentError("a base score that its objective can't have")


_WORDS = {"aft_loss_distribution": ("normal", "logistic", "extreme"), "lambdarank_pair_method": ("mean", "topk")}
"""Settings that are words, and those that there are."""


def _settings(section: Section, fields: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for field, words in _WORDS.items():
        if section.has(field):
            found[field] = section.text(field)
            if found[field] not in words:
                raise ContentError(f"a {field} that is none")
    for field in fields:
        if section.has(field):
            section.written_numbers(field)
            found[field] = section.text(field)
    section.end()
    return found


def _check_types(learner: Learner) -> None:
    odd = set(learner.types) - _TYPES
    if odd:
        raise ContentError(f"a feature of the type '{shown(min(odd), 40)}', which is none")
    listed = {i for i, kind in enumerate(learner.types) if kind == "c"}
    told = {i for i, one in enumerate(learner.encodings) if one is not None}
    split = {int(tree.feature[node]) for tree in learner.trees for node in tree.sets}
    if learner.types and not (told <= listed and split <= listed):
        raise ContentError("categories of a feature that is a number")


def _boosted(section: Section, made: Learner) -> Learner:
    booster = section.text("name")
    if booster == "gblinear":
        model = section.section("model")
        linear = model.numbers("weights", (made.width + 1) * made.n_groups)
        rounds = model.whole("boosted_rounds", 0, 2**31 - 1) if model.has("boosted_rounds") else None
        model.end()
        section.end()
        if not np.isfinite(linear).all():
            raise ContentError("weights that are no numbers")
        return replace(made, booster="gblinear", linear=linear, linear_rounds=rounds)
    if booster not in {"gbtree", "dart"}:
        raise ContentError(f"a booster '{shown(booster, 40)}', of which nothing is known")
    inner = section
    if booster == "dart":
        inner = section.section("gbtree")
        inner.text("name", "gbtree")
    found = _trees(inner.section("model"), made)
    if booster == "dart":
        found["drops"] = _drops(section, len(found["trees"]))
        inner.end()
    section.end()
    return replace(made, **found, booster="gbtree" if found["drops"] is None else "dart")


def _drops(section: Section, n: int) -> Array:
    drops = section.numbers("weight_drop", n)
    if not np.isfinite(drops).all():
        raise ContentError("weights of trees that are no numbers")
    return drops


def _trees(section: Section, made: Learner) -> dict[str, Any]:
    param = section.section("gbtree_model_param")
    n = param.whole("num_trees", 0, 2**31 - 1)
    parallel = param.whole("num_parallel_tree", 0, 2**31 - 1, 1) or 1
    if param.whole("size_leaf_vector", 0, 2**31 - 1, 0) > 1:
        raise OtherKindError("trees whose leaves hold the values of several targets; train one tree for each of them")
    param.end()
    bits = [0]
    listed = section.items("trees")
    if len(listed) != n:
        raise ContentError("another number of trees than it says")
    trees: list[BoostedTree] = []
    for i, values in enumerate(listed):
        trees.append(read_tree(section.inside(values, f"trees[{i}]"), made.width, bits))
        listed[i] = None  # what was read is kept once
    groups = section.integers("tree_info", n)
    if n and (groups.min() < 0 or groups.max() >= made.n_groups):
        raise ContentError("trees of a class that is none")
    rounds = section.integers("iteration_indptr", None) if section.has("iteration_indptr") else None
    _check_rounds(rounds, n, parallel * made.n_groups)
    encodings = read_encodings(section.section("cats"), made.width) if section.has("cats") else ()
    found: dict[str, Any] = {
        "trees": tuple(trees),
        "groups": groups.astype(np.int32),
        "rounds": rounds,
        "parallel": parallel,
    }
    found |= {"encodings": encodings, "has_encodings": section.has("cats")}
    inside = section.has("weight_drop") and bool(section.items("weight_drop"))
    found |= {"drops": _drops(section, n) if inside else None, "drops_inside": inside}
    section.end()
    return found


def _check_rounds(rounds: Array | None, n: int, each: int) -> None:
    if rounds is None:
        if n % each:
            raise ContentError("a last round without some of its trees")
    elif not len(rounds) or rounds[0] != 0 or rounds[-1] != n or (np.diff(rounds) < 0).any():
        raise ContentError("rounds that are not those of its trees")


def learner_content(learner: Learner) -> dict[str, Any]:
    """Return a model as a file of the release that wrote it holds it, with nothing in it that was not read."""
    param: dict[str, str] = {"base_score": _written(learner.base, learner.listed_base)}
    if learner.estimated is not None:
        param["boost_from_average"] = str(int(learner.estimated))
    param |= {"num_class": str(learner.classes), "num_feature": str(learner.width), "num_target": str(learner.targets)}
    return {
        "learner": {
            "attributes": dict(learner.attributes or {}),
            "feature_names": list(learner.names),
            "feature_types": list(learner.types),
            "gradient_booster": _booster_content(learner),
            "learner_model_param": param,
            "objective": {"name": learner.objective, **learner.settings},
        },
        "version": list(learner.version),
    }


def _written(numbers: tuple[float, ...], listed: bool) -> str:
    texts = [str(np.float32(number)).upper() for number in numbers]
    return "[" + ",".join(texts) + "]" if listed else texts[0]


def _booster_content(learner: Learner) -> dict[str, Any]:
    if learner.linear is not None:
        rounds = {} if learner.linear_rounds is None else {"boosted_rounds": learner.linear_rounds}
        return {"model": {**rounds, "weights": learner.linear}, "name": "gblinear"}
    model: dict[str, Any] = {"cats": encodings_content(learner.encodings)} if learner.has_encodings else {}
    model["gbtree_model_param"] = {"num_parallel_tree": str(learner.parallel), "num_trees": str(len(learner.trees))}
    if learner.version < (2,):
        model["gbtree_model_param"]["size_leaf_vector"] = "0"
    if learner.rounds is not None:
        model["iteration_indptr"] = learner.rounds.tolist()
    model["tree_info"] = [] if learner.groups is None else learner.groups.tolist()
    model["trees"] = [tree_content(tree, i, learner.width) for i, tree in enumerate(learner.trees)]
    if learner.drops is None:
        return {"model": model, "name": "gbtree"}
    # as releases before 3.4 have it, and later ones read it: where it stood inside, the former would pass over it
    return {"gbtree": {"model": model, "name": "gbtree"}, "name": "dart", "weight_drop": learner.drops.tolist()}


def written(learner: Learner, *, as_json: bool) -> bytes:
    """Return the bytes of a model file: the same model gives the same bytes."""
    return (json_text.encode if as_json else ubjson.encode)(learner_content(learner))
