"""Whether the parts of a file fit one another: compiled code follows their numbers without a look."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from retrodict.families.catboost.class_labels import check_classes
from retrodict.families.catboost.content import FREQUENCIES, MEANS, Content, CtrTable, Trees
from retrodict.families.catboost.flat_reader import DamagedError
from retrodict.families.catboost.hash_table import lookups_end
from retrodict.families.catboost.plain_json import json_of

Array = np.ndarray

MOST_COLUMNS = 100_000
"""Columns of a model: CatBoost makes room for all up to the last, whatever stands in a file."""
MOST_BINS = 65_536
"""Groups of at most 254 borders that all columns have together: compiled code numbers them with 16 bits."""
_GROUP = 254
_DEEPEST = 24
"""Levels of a symmetric tree: CatBoost grows 16 at most."""
_PARSED = ("params", "class_params", "multiclass_params", "loss_function", "training", "output_options")
"""Texts that CatBoost reads as JSON itself."""


def checked(content: Content) -> Content:
    """Return what a file holds, if compiled code can follow all of it.

    Raises
    ------
    DamagedError
        If a number leads out of what there is.
    """
    _columns(content)
    _cuts(content)
    _trees(content)
    _statistics(content)
    for name in _PARSED:
        if content.info.get(name):
            json_of(content.info[name], f"'{name}'")
    check_classes(content)
    return content


def _need(fits: Any, fault: str) -> None:
    if not fits:
        raise DamagedError(fault)


def _columns(content: Content) -> None:
    kinds = ([(one.index, one.flat) for one in content.numbers], [(one.index, one.flat) for one in content.categories])
    for columns in kinds:
        for place in zip(*columns, strict=True):
            ordered = all(a < b for a, b in pairwise(place))
            _need(ordered and all(0 <= at < MOST_COLUMNS for at in place), "columns out of order")
    flats = [one.flat for one in content.columns]
    _need(len(set(flats)) == len(flats), "two columns at one place")
    known = {one.index: one.used for one in content.categories}
    asked = [one.category for one in content.one_hots]
    _need(all(a < b for a, b in pairwise(asked)), "categories out of order")
    _need(all(known.get(one) for one in asked), "a split of a column that there is not")
    for one in content.one_hots:
        _need(len(one.texts) in (0, len(one.values)), "names of other categories than it splits by")


def _cuts(content: Content) -> None:
    cut = [one.borders for one in content.numbers] + [one.borders for one in content.ctrs]
    for borders in cut:
        _need(not np.isnan(borders).any() and (np.diff(borders.astype(float)) > 0).all(), "borders out of order")
    bins = sum(-(-count // _GROUP) for _, _, count in content.cuts)
    _need(bins <= MOST_BINS, "more borders than CatBoost can number")


def _trees(content: Content) -> None:
    trees, dimension = content.trees, content.dimension
    _need(1 <= dimension <= max(len(trees.values), 1), "no values in its leaves")
    _need(np.isfinite(trees.values).all(), "leaf values that are no numbers")
    _need(np.isfinite(trees.weights).all() and (trees.weights >= 0).all(), "leaf weights that are no weights")
    _need(np.isfinite([content.scale, *content.bias]).all(), "a scale or bias that is no number")
    _need(len(content.bias) == dimension, "another number of biases than of values")
    sizes = trees.sizes.astype(np.int64)
    _need((sizes >= 0).all() and sizes.sum() == len(trees.splits), "trees of other sizes than it says")
    _need(np.array_equal(np.cumsum(sizes) - sizes, trees.starts), "trees at other places than it says")
    splits = trees.splits.astype(np.int64)
    total = sum(count for _, _, count in content.cuts)
    _need(not len(splits) or (splits.min() >= 0 and splits.max() < max(total, 1)), "a split at no border")
    if trees.symmetric:
        _need(not len(sizes) or sizes.max() <= _DEEPEST, "a tree of too many levels")
        leaves = int((1 << sizes).sum())
        _need(total or not len(splits), "a split at no border")
        _need(leaves * dimension == len(trees.values), "another number of leaf values than of leaves")
        _need(len(trees.weights) in (0, leaves), "another number of leaf weights than of leaves")
        return
    _need(len(trees.steps) == len(trees.leaf_of) == len(splits), "nodes that are not whole")
    _need(total or not trees.steps.any(), "a split at no border")
    _nodes(trees, dimension)


def _nodes(trees: Trees, dimension: int) -> None:
    """Check that children lie further on in their own tree, each with one parent, and that leaves have values."""
    here = np.arange(len(trees.splits))
    _need((trees.sizes > 0).all(), "a tree without nodes")
    tree = np.repeat(np.arange(len(trees.sizes)), trees.sizes)
    end = (trees.starts.astype(np.int64) + trees.sizes)[tree]
    steps = trees.steps.astype(np.int64)
    ends = here[:, None] + steps
    _need((ends < end[:, None]).all(), "a child beyond its tree")
    children = ends[steps > 0]
    roots = trees.starts.astype(np.int64)
    reached = np.sort(np.concatenate([children, roots]))
    _need(np.array_equal(reached, here), "a node that no row can reach, or two ways to one")
    stays = (steps == 0).any(axis=1)
    leaf = trees.leaf_of.astype(np.int64)[stays]
    _need((leaf % dimension == 0).all(), "a leaf between two values")
    order = np.sort(leaf // dimension)
    _need(np.array_equal(order, np.arange(len(order))), "leaves of other values than there are")
    _need(len(order) * dimension == len(trees.values), "another number of leaf values than of leaves")
    _need(len(trees.weights) in (0, len(order)), "another number of leaf weights than of leaves")
    first, last = (np.full(len(trees.sizes), start) for start in (len(leaf), -1))
    np.minimum.at(first, tree[stays], leaf // dimension)
    np.maximum.at(last, tree[stays], leaf // dimension)
    _need((last - first + 1 == np.bincount(tree[stays], minlength=len(first))).all(), "leaves of two trees mixed")


def _statistics(content: Content) -> None:
    tables = {} if content.ctr_tables is None else {one.base: one for one in content.ctr_tables}
    _need(content.ctr_tables is None or len(tables) == len(content.ctr_tables), "statistics that are there twice")
    used = {one.index for one in content.categories if one.used}
    borders = {one.index: set(one.borders.tolist()) for one in content.numbers}
    values = {one.category: set(one.values.tolist()) for one in content.one_hots}
    for table in tables.values():
        _table(table)
    for ctr in content.ctrs:
        of, own = ctr.base.of, tables.get(ctr.base)
        if own is None or not of.categories:
            raise DamagedError("a column of statistics that there are not")
        _need(set(of.categories) <= used, "statistics of a column that there is not")
        _need(
            all(border in borders.get(one, ()) for one, border in of.number_splits),
            "statistics of a split at no border",
        )
        _need(
            all(value in values.get(one, ()) for one, value in of.category_splits), "statistics of no category's split"
        )
        numbers = (*ctr.prior, ctr.shift, ctr.scale)
        _need(np.isfinite(numbers).all(), "statistics scaled by no number")
        least = 0 if ctr.base.kind in MEANS + FREQUENCIES else own.classes - (ctr.base.kind == "Borders")
        _need(not least or 0 <= ctr.target_border < least, "statistics of a class that there is not")


def _table(table: CtrTable) -> None:
    kind = table.base.kind
    if kind not in MEANS + FREQUENCIES:
        _need(2 <= table.classes <= 1 << 20, "statistics of no classes")
    row = 4 * table.width
    _need(len(table.blob) % row == 0, "statistics whose rows are not whole")
    _need(lookups_end(table.hashes), "a hash table in which a search does not end")
    _need(table.denominator >= 0, "a count below zero")
    rows = table.held[1]
    _need(not len(rows) or rows.max() < len(table.blob) // row, "a hash of no row")
    if kind in MEANS:
        sums = np.frombuffer(table.blob, "<f4").reshape(-1, 2)[:, 0]
        _need(np.isfinite(sums).all() and (table.counts[:, 1] >= 0).all(), "counts below zero, or sums that are none")
    else:
        _need((table.counts >= 0).all(), "counts below zero")
        _need(not len(rows) or table.counts.sum(axis=1, dtype=np.int64).max() < 2**31, "counts that are too large")
