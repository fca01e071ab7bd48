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
from retrodict.families.lightgbm.stated.exactness import other_step, words_of
from retrodict.families.lightgbm.stated.weights import UNKNOWN, WEIGHED, uneven, weighed
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText

Array = np.ndarray

RENEWED = frozenset({"regression_l1", "quantile", "mape"})
"""Objectives whose leaves are set to quantiles of what is left to predict of their rows."""
_ROUNDED = "to 6 digits"
_SIX_DIGITS = 2e-5
"""How far numbers that are written with six digits may be off, as a share."""
_LOST = 1e-7
"""How far values may be off for the rounding of gradients to 32 bits."""


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
    if other_step(text) or text.objective.name in RENEWED:
        return None
    return Step(text.number("learning_rate", 0.1), text.number("lambda_l2", 0.0), text.number("cat_l2", 10.0))


def penalties(text: ModelText, tree: TreeText, step: Step) -> Float[Array, " nodes"]:
    """Return the penalty of each node: more beneath a split by a set, where codes were not tried one by one."""
    out = np.full(2 * tree.leaves - 1, step.penalty)
    left, right = tree.sides
    for node in np.flatnonzero(tree.categorical):
        if _in_sets(text, int(tree.feature[node])):
            out[[left[node], right[node]]] += step.of_sets
    return out


def _in_sets(text: ModelText, column: int) -> bool:
    """Whether a column is split by sets, and not by one code at a time, as those of few codes are."""
    info = text.infos[column]
    if ":" in info and not info.startswith("["):
        return len(info.split(":")) > text.number("max_cat_to_onehot", 4.0)
    nodes = ((tree, np.flatnonzero(tree.categorical & (tree.feature == column))) for tree in text.trees)
    return any(len(tree.codes(node)) > 1 for tree, own in nodes for node in own.tolist())


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
    trees, weights = text.trees, weighed(text, starts)
    of_rows = [drawn_of(text).words, WEIGHED if weights or uneven(text) else UNKNOWN if weights is None else None]
    words = ", ".join(filter(None, of_rows)) or None
    exact: bool | str = place.sample or words or place.exact
    leaves = tuple(np.arange(2 * tree.leaves - 1) >= tree.leaves - 1 for tree in trees)
    names = tuple(dict.fromkeys(place.columns[int(i)].name for tree in trees for i in np.unique(tree.feature)))
    shared: dict[str, Any] = {"leaves": leaves, "features": names}
    gradients = _gradients(text, starts)
    yield _equations(text, place, names, _how_exact(text, place, starts, weights, gradients is None))
    if any(tree.weight is not None and tree.weight.any() for tree in trees):
        sums = tuple(summed(tree, _or_gaps(tree.weight, tree.leaves)) for tree in trees)
        own: dict[str, Any] = {"source": place.at("trees[*].leaf_weight"), "exact": exact, "personal": _of_one(trees)}
        yield NodeSums("hessian", sums, **own, **shared)
        if gradients is not None:
            yield NodeSums("gradient", gradients, **own, **shared)
    for statistic, name in (("gain", "split_gain"), ("value", "internal_value")):
        found = [tree.gain if statistic == "gain" else tree.inner_value for tree in trees]
        if any(own is not None and own.any() for own in found):
            pairs = zip(trees, found, strict=True)
            sums = tuple(np.concatenate([_or_gaps(own, t.leaves - 1), np.full(t.leaves, np.nan)]) for t, own in pairs)
            source = place.at(f"trees[*].{name}")
            yield NodeSums(statistic, sums, source=source, exact=place.sample or words or _ROUNDED, **shared)


def _how_exact(
    text: ModelText, place: Place, starts: list[float | None], weights: bool | None, disagree: bool
) -> bool | str:
    """Return how far the equations of leaf values hold as they are stated."""
    step = step_of(text)
    if disagree and step is not None and step.rate:
        return False  # inner nodes say otherwise
    differ = step is not None and any(np.ptp(penalties(text, tree, step)) > 0 for tree in text.trees)
    renewed = text.objective is not None and text.objective.name in RENEWED
    checked = renewed or any(t.leaves > 2 and t.inner_value is not None and t.inner_value[1:].any() for t in text.trees)
    return place.sample or ", ".join(words_of(text, starts, weights, differ, checked)) or place.exact


def _of_one(trees: tuple[TreeText, ...]) -> bool | None:
    """Whether sums are of one row somewhere: a leaf that counts one; ``None`` where counts are gone."""
    counts = [tree.count for tree in trees if tree.count is not None and tree.count.any()]
    return any(bool((count == 1).any()) for count in counts) if counts else None


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
    """Return the sums of gradients that leaf values and sums of hessians give.

    ``None`` where inner nodes say otherwise: leaves were set anew, on other rows it may be (`refit`).
    """
    step = step_of(text)
    if step is None or not step.rate:
        return None
    later = {tree.shrinkage for tree in text.trees[text.per_iteration :]} - {1.0}
    steady = all(np.isclose(rate, step.rate, rtol=_SIX_DIGITS) for rate in later)
    out = []
    for i, tree in enumerate(text.trees):
        first = i < text.per_iteration
        start = (starts[i] if steady else None) if first else 0.0
        # values that something was added to are told by their shrinkage; others tell their own rate
        rate = step.rate if first or tree.shrinkage == 1.0 else tree.shrinkage
        if start is None or tree.weight is None or tree.leaves == 1:
            out.append(np.full(2 * tree.leaves - 1, np.nan))
            continue
        if not agrees(text, tree, step, start):
            return None
        with np.errstate(all="ignore"):  # a file may hold any rate
            out.append(summed(tree, _steps(text, tree, step, start)) / -rate)
    return tuple(out)


def _steps(text: ModelText, tree: TreeText, step: Step, start: float) -> Float[Array, " leaves"]:
    """Return what leaf values were before they were divided by their sums of hessians."""
    weight = np.zeros(tree.leaves) if tree.weight is None else tree.weight
    return np.asarray((tree.value - start) * (weight + penalties(text, tree, step)[tree.leaves - 1 :]))


def agrees(text: ModelText, tree: TreeText, step: Step, start: float) -> bool:
    """Whether what inner nodes beneath the root would have put out is what their leaves' sums give.

    Parameters
    ----------
    text, tree
        The model, and one of its trees.
    step
        How leaf values were made.
    start
        What the tree's values hold beyond their own step.
    """
    if tree.inner_value is None or tree.weight is None or not tree.inner_value.any():
        return True
    beneath = slice(1, tree.leaves - 1)
    with np.errstate(all="ignore"):
        hessian = summed(tree, tree.weight) + penalties(text, tree, step)
        told = (start + summed(tree, _steps(text, tree, step, start)) / hessian)[beneath]
        return bool(np.allclose(told, tree.inner_value[beneath], rtol=_SIX_DIGITS, atol=_LOST))
