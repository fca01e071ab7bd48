"""Sums over the rows of each node: hessians, gradients, gains, and the equations that leaf values are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.kinds import Disclosure, GradientSums, NodeSums
from retrodict.disclosures.place import Place
from retrodict.families.lightgbm.grown import summed
from retrodict.families.lightgbm.stated.drawn import drawn_of
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText

Array = np.ndarray

RENEWED = frozenset({"regression_l1", "quantile", "mape"})
"""Objectives whose leaves are set to quantiles of what is left to predict of their rows."""
_ROUNDED = "to 6 digits"
_CLAMPS = ("lambda_l1", "max_delta_step", "path_smooth", "use_quantized_grad", "linear_tree")
"""Settings with which a leaf's value is another function of its sums."""


@dataclass(frozen=True)
class Step:
    """How leaf values were made of sums: ``value = start - rate * G / (H + penalty)``.

    Parameters
    ----------
    rate
        What values were multiplied by.
    penalty
        The L2 penalty.
    of_sets
        What is added to it beneath a split by a set of several codes.
    """

    rate: float
    penalty: float
    of_sets: float


def step_of(text: ModelText) -> Step | None:
    """Return how leaf values were made; ``None`` where they are no plain step, or the settings are not stated."""
    if "learning_rate" not in text.parameters or "lambda_l2" not in text.parameters or text.objective is None:
        return None
    monotone = any(one not in ("", "0") for one in text.parameters.get("monotone_constraints", "").split(","))
    plain = text.parameters.get("boosting", "gbdt") in ("gbdt", "goss") and not text.averaged
    clamped = monotone or any(text.number(name, 0.0) > 0 for name in _CLAMPS) or "monotone_constraints" in text.header
    if not plain or clamped or text.objective.name in RENEWED:
        return None
    return Step(text.number("learning_rate", 0.1), text.number("lambda_l2", 0.0), text.number("cat_l2", 10.0))


def penalties(text: ModelText, tree: TreeText, step: Step) -> Float[Array, " leaves"]:
    """Return the penalty of each leaf: more beneath a split by a set, where codes were not tried one by one."""
    out = np.full(tree.leaves, step.penalty)
    one_by_one = text.number("max_cat_to_onehot", 4.0)
    for node in np.flatnonzero(tree.categorical):
        bins = len(text.infos[int(tree.feature[node])].split(":"))
        for child in (tree.left[node], tree.right[node]):
            if child < 0 and bins > one_by_one:
                out[-1 - child] += step.of_sets
    return out


def of_nodes(text: ModelText, place: Place, starts: list[float | None]) -> Iterator[Disclosure]:
    """Yield sums of all nodes.

    Parameters
    ----------
    text
        The model.
    place
        Where it stands.
    starts
        What the values of each score's first tree hold beyond their own step; ``None`` where that is not known.
    """
    trees, words = text.trees, drawn_of(text).words
    exact: bool | str = place.sample or words or place.exact
    leaves = tuple(np.arange(2 * tree.leaves - 1) >= tree.leaves - 1 for tree in trees)
    names = tuple(dict.fromkeys(place.columns[int(i)].name for tree in trees for i in np.unique(tree.feature)))
    shared: dict[str, Any] = {"leaves": leaves, "features": names}
    yield _equations(text, place, names, exact)
    weights = [tree.weight for tree in trees]
    if any(weight is not None and weight.any() for weight in weights):
        sums = tuple(summed(tree, _or_gaps(tree.weight, tree.leaves)) for tree in trees)
        yield NodeSums("hessian", sums, source=place.at("trees[*].leaf_weight"), exact=exact, **shared)
        gradients = _gradients(text, starts)
        if gradients is not None:
            yield NodeSums("gradient", gradients, source=place.at("trees[*].leaf_weight"), exact=exact, **shared)
    for statistic, name in (("gain", "split_gain"), ("value", "internal_value")):
        found = [tree.gain if statistic == "gain" else tree.inner_value for tree in trees]
        if any(own is not None and own.any() for own in found):
            pairs = zip(trees, found, strict=True)
            sums = tuple(np.concatenate([_or_gaps(own, t.leaves - 1), np.full(t.leaves, np.nan)]) for t, own in pairs)
            source = place.at(f"trees[*].{name}")
            yield NodeSums(statistic, sums, source=source, exact=place.sample or words or _ROUNDED, **shared)


def _or_gaps(found: Array | None, n: int) -> Array:
    return np.full(n, np.nan) if found is None else np.asarray(found, dtype=np.float64)


def _equations(text: ModelText, place: Place, names: tuple[str, ...], exact: bool | str) -> GradientSums:
    """Return what leaf values state; prediction needs them, so that no stripping takes them out."""
    renewed = text.objective is not None and text.objective.name in RENEWED
    rate = text.number("learning_rate", np.nan) if "learning_rate" in text.parameters else np.nan
    penalty = text.number("lambda_l2", np.nan) if "lambda_l2" in text.parameters else np.nan
    return GradientSums(
        "quantile" if renewed else "sum",
        len(text.trees),
        sum(tree.leaves + sum(map(len, tree.terms)) for tree in text.trees),
        None if np.isnan(rate) else rate,
        None if np.isnan(penalty) else penalty,
        features=names,
        source=place.at("trees[*].leaf_value"),
        exact=exact,
    )


def _gradients(text: ModelText, starts: list[float | None]) -> tuple[Array, ...] | None:
    """Return the sums of gradients that leaf values and sums of hessians give."""
    step = step_of(text)
    if step is None or not step.rate:
        return None
    out = []
    for i, tree in enumerate(text.trees):
        first = i < text.per_iteration
        start = starts[i] if first else 0.0
        # values that something was added to are told by their shrinkage; others tell their own rate
        rate = step.rate if first or tree.shrinkage == 1.0 else tree.shrinkage
        if start is None or tree.weight is None or tree.leaves == 1:
            out.append(np.full(2 * tree.leaves - 1, np.nan))
            continue
        with np.errstate(all="ignore"):  # a file may hold any rate
            leaf = -(tree.value - start) / rate * (tree.weight + penalties(text, tree, step))
        out.append(summed(tree, leaf))
    return tuple(out)
