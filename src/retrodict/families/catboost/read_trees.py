"""What trees of CatBoost state: borders, weights of leaves, leaf values, and columns with missing values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.kinds import Disclosure, Gaps, GradientSums, NodeSums, SampleSize
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.grids import distinct, grid_step
from retrodict.disclosures.trees.tree import Tree
from retrodict.disclosures.trees.tree_facts import node_counts, split_points
from retrodict.families.catboost.content import Content
from retrodict.families.catboost.exactness import UNWEIGHTED, exactness, told_rows
from retrodict.families.catboost.settings import Told, told_of

Array = np.ndarray

_ABOVE_ALL = float(np.finfo(np.float32).max)
"""The border that parts missing values from all others, at either end."""
_HALF = 0.5
"""What parts a category from all others, by its indicator."""
_MIDPOINTS = {"GreedyLogSum", "MaxLogSum", "MinEntropy", "Median", "GreedyMinEntropy", "UniformAndQuantiles"}
"""Ways to choose borders that put each midway between two neighbouring values; `Uniform` cuts the range evenly."""
_COUNTS = 2.0**53
"""Up to here sums of whole numbers are exact."""
_QUANTILES = {"MAE", "Quantile", "MAPE", "LogCosh"}
"""Losses whose leaves are medians or quantiles, by default."""


def facts(content: Content, place: Place) -> Iterator[Disclosure]:
    """Yield what a model's trees state."""
    told = told_of(content)
    trees = trees_of(content, place.columns, told)
    yield from split_points(trees, place, "float_features[*].borders")
    yield from _weights(content, trees, place, told)
    yield from _sums(content, trees, place, told)
    gaps = tuple(place.columns[one.flat].name for one in content.numbers if one.has_nans)
    if gaps:
        yield Gaps(features=gaps, source=place.at("float_features[*].has_nans"), exact=place.exact)


def _weights(content: Content, trees: list[Tree], place: Place, told: Told) -> Iterator[Disclosure]:
    source = "leaf_weights"
    if not len(content.trees.weights) or not trees:
        return
    sums = tuple(tree.rows if tree.weights is None else tree.weights for tree in trees)
    totals = np.array([own[0] for own in sums])
    rows = told_rows(content)
    counts = trees[0].weights is None and not told.weighted and (totals == totals[0]).all()
    if not counts or (rows is not None and rows != totals[0]):
        leaves = tuple(tree.leaf for tree in trees)
        sums = tuple(own.astype(np.float64, copy=False) for own in sums)
        names = _names(trees)
        yield NodeSums("weight", sums, leaves, features=names, source=place.at(source), exact=place.exact)
        return
    sample = place.sample or (UNWEIGHTED if rows is None else None)
    counted = replace(place, sample=sample)
    yield from node_counts(trees, counted, source, whole=place.sample is None)
    yield SampleSize(int(totals[0]), features=(), source=place.at(source), exact=counted.exact)


def _names(trees: list[Tree]) -> tuple[str, ...]:
    used = {tree.columns[i].name for tree in trees for i in tree.used}
    return tuple(name for name in dict.fromkeys(column.name for column in trees[0].columns) if name in used)


def _sums(content: Content, trees: list[Tree], place: Place, told: Told) -> Iterator[Disclosure]:
    if not len(content.trees.values) or not trees:
        return
    quantile = told.method == "Exact" or (told.method is None and told.loss in _QUANTILES)
    yield GradientSums(
        "quantile" if quantile else "sum",
        len(trees),
        len(content.trees.values),
        told.rate,
        told.penalty,
        features=tuple(dict.fromkeys(column.name for column in place.columns)),
        source=place.at("leaf_values"),
        exact=place.sample or exactness(content, told),
    )


def trees_of(content: Content, columns: Columns, told: Told) -> list[Tree]:
    """Return all trees as arrays over their nodes; splits by statistics of categories set no ends.

    A split by one category is one by its indicator: a column of its own behind the others. Weights that are whole
    numbers are rows alone.
    """
    feature, threshold, to_left = _questions(content, len(columns))
    inner = (*columns, *_indicators(content, columns))
    midpoints = _midpoints(content, columns, told)
    grown = _symmetric if content.trees.symmetric else _nodes
    stated = content.trees.weights
    whole = bool(((stated == np.rint(stated)) & (np.abs(stated) < _COUNTS)).all())
    everywhere, same = np.zeros(0, dtype=bool), bool(to_left.all())
    out = []
    for own, points, left, right, weights, asked in grown(content, feature, threshold):
        rows = np.rint(weights).astype(np.int64) if len(weights) else np.zeros(len(own), np.int64)
        if len(everywhere) != len(own):
            everywhere = np.ones(len(own), dtype=bool)
        sent = everywhere if same else np.where(own >= 0, to_left[own], True)
        kept = weights if len(weights) and not whole else None
        out.append(Tree(inner, own, points, left, right, rows, sent, weights=kept, midpoints=midpoints, asked=asked))
    return out


def leaf_places(content: Content) -> Iterator[Array]:
    """Yield, for each tree of `trees_of`, which of the model's leaves each node is: -1 for inner nodes."""
    trees, done = content.trees, 0
    for size, start in zip(trees.sizes.tolist(), trees.starts.tolist(), strict=True):
        if trees.symmetric:
            turned = _levels(size)[3]
            yield np.concatenate([np.full(len(turned) - 1, -1), done + turned])
            done += len(turned)
            continue
        steps = trees.steps[start : start + size].astype(np.int64)
        leaf = ~steps.any(axis=1)
        stays = np.flatnonzero((steps == 0).any(axis=1) & ~leaf)
        place = np.append(np.arange(size), stays)
        ends = np.append(leaf, np.ones(len(stays), dtype=bool))
        yield np.where(ends, _leaf_at(content, start + place, ends) // content.dimension, -1)


def _midpoints(content: Content, columns: Columns, told: Told) -> bool:
    """Whether each border lies midway between two values: as settings say, or without them as a grid shows."""
    if told.border_type is not None:
        return told.border_type in _MIDPOINTS
    for one in content.numbers:
        column, points = columns[one.flat], one.borders[np.abs(one.borders) < _ABOVE_ALL].astype(np.float64)
        values = column.raw_numbers(points) if column.number and len(points) else None
        if values is not None and grid_step(distinct(values, column.scale), column.scale) is not None:
            return True
    return False


def _indicators(content: Content, columns: Columns) -> list[Column]:
    """Return a column for each category that splits ask for by itself, called as the file calls it."""
    flat = {one.index: one.flat for one in content.categories}
    found = []
    for one in content.one_hots:
        column = columns[flat[one.category]]
        for i, value in enumerate(one.values):
            label = one.texts[i] if one.texts else f"#{int(value) & 0xFFFFFFFF}"
            told = f"{column.name}={label}"
            found.append(Column(column.name, told, raw=column.raw, categories=(label,), category=label, indicator=True))
    return found


def _questions(content: Content, width: int) -> tuple[Array, Array, Array]:
    """Return, for every split, the column that it cuts (or -1) and where; and where missing values go."""
    feature, threshold = [np.empty(0, np.int64)], [np.empty(0)]
    beyond = width
    to_left = np.ones(width + sum(len(one.values) for one in content.one_hots), dtype=bool)
    for kind, at, count in content.cuts:
        if kind == "one_hot":
            feature.append(beyond + np.arange(count))
            threshold.append(np.full(count, _HALF))
            beyond += count
            continue
        if kind != "number":
            feature.append(np.full(count, -1))
            threshold.append(np.zeros(count))
            continue
        one = content.numbers[at]
        borders = one.borders.astype(np.float64)
        feature.append(np.full(count, one.flat))
        threshold.append(np.where(np.abs(borders) >= _ABOVE_ALL, np.sign(borders) * np.inf, borders))
        to_left[one.flat] = one.treatment != "AsTrue"
    return np.concatenate(feature), np.concatenate(threshold), to_left


_Found = Iterator[tuple[Array, Array, Array, Array, Array, tuple[Array, Array] | None]]
_AT_ONCE = 64
"""Trees of one size that are read in one go."""


def _symmetric(content: Content, feature: Array, threshold: Array) -> _Found:
    """Yield trees that ask one question a level: the first at the root, and bit ``k`` of a leaf is question ``k``."""
    trees, first, done = content.trees, 0, 0
    # a leaf asks nothing: what stands for it is beyond all questions
    feature = np.append(feature, -1).astype(np.int32)
    threshold = np.append(threshold, 0.0).astype(np.float32)  # which they were stored with
    sizes, leaf = trees.sizes, len(feature) - 1
    while done < len(sizes):
        size = int(sizes[done])
        several = sizes[done : done + _AT_ONCE] == size
        count = len(several) if several.all() else int(np.argmin(several))
        level, left, right, turned = _levels(size)
        asked = trees.splits[trees.starts[done : done + count, None] + np.arange(size)]
        split = np.column_stack([asked, np.full(count, leaf)])
        own, points = feature[split][:, level], threshold[split][:, level]
        weights = np.empty((count, 0))
        if len(trees.weights):
            weights = np.empty((count, len(level)))
            stated = trees.weights[first : first + (count << size)].reshape(count, -1)
            weights[:, len(turned) - 1 :] = stated[:, turned]
            for depth in range(size - 1, -1, -1):
                at, below = (1 << depth) - 1, (2 << depth) - 1
                sides = weights[:, below : below + (2 << depth)]
                weights[:, at:below] = sides[:, ::2] + sides[:, 1::2]
        first, done = first + (count << size), done + count
        for i in range(count):
            yield own[i], points[i], left, right, weights[i], (feature[asked[i]], threshold[asked[i]])


@lru_cache(maxsize=4)
def _levels(size: int) -> tuple[Array, Array, Array, Array]:
    """Return, for a tree of so many levels, the level of each node, its children, and the leaves in their order."""
    inner, leaves = (1 << size) - 1, 1 << size
    level = np.repeat(np.arange(size + 1), 1 << np.arange(size + 1))
    here = np.arange(inner)
    left, right = (np.concatenate([2 * here + side, np.full(leaves, -1)]) for side in (1, 2))
    # nodes of the last level stand in the order of answers, the first one in the highest bit
    turned = np.zeros(leaves, np.int64)
    for k in range(size):
        turned |= ((np.arange(leaves) >> k) & 1) << (size - 1 - k)
    return level, left, right, turned


def _nodes(content: Content, feature: Array, threshold: Array) -> _Found:
    """Yield trees whose nodes ask questions of their own; a side without a child is a leaf added at the end."""
    trees, k = content.trees, content.dimension
    for size, start in zip(trees.sizes.tolist(), trees.starts.tolist(), strict=True):
        steps = trees.steps[start : start + size].astype(np.int64)
        leaf = ~np.asarray(steps.any(axis=1))
        split = trees.splits[start : start + size]
        own = np.where(leaf, -1, feature[split] if len(feature) else -1)
        points = np.where(leaf, 0.0, threshold[split] if len(threshold) else 0.0)
        ends = np.where(steps > 0, np.arange(size)[:, None] + steps, -1)
        stays = np.argwhere((steps == 0) & ~leaf[:, None])
        for i, (node, side) in enumerate(stays):
            ends[node, side] = size + i
        more = len(stays)
        own, points = np.concatenate([own, np.full(more, -1)]), np.concatenate([points, np.zeros(more)])
        left, right = (np.concatenate([ends[:, side], np.full(more, -1)]) for side in (0, 1))
        weights = np.empty(0)
        if len(trees.weights):
            place = np.concatenate([np.arange(size), stays[:, 0]]).astype(np.int64)
            weights = np.where(left < 0, trees.weights[_leaf_at(content, start + place, left < 0) // k], 0.0)
            for node in range(size - 1, -1, -1):
                if left[node] >= 0:
                    weights[node] = weights[left[node]] + weights[right[node]]
        yield own, points, left, right, weights, None


def _leaf_at(content: Content, nodes: Array, leaf: Array) -> Array:
    return np.where(leaf, content.trees.leaf_of[nodes], 0).astype(np.int64)
