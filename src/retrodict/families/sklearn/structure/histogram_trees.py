"""Trees of histogram boosting as the arrays that every library's trees are read by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.sets import SetSplit
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

_BITS = 32
"""Of each word of a set of categories."""


def order_of(estimator: Any, place: Place) -> tuple[Bool[Array, " d"], Int[Array, " d"]]:
    """Return which columns are listed, and the columns' order inside: listed ones are put first.

    Parameters
    ----------
    estimator
        A fitted estimator of histogram boosting.
    place
        Where it stands.
    """
    mask = np.zeros(len(place.columns), dtype=bool)
    if estimator.is_categorical_ is None:
        return mask, np.arange(len(mask))
    mask = np.asarray(estimator.is_categorical_)
    if estimator._preprocessor is None:
        return mask, np.arange(len(mask))
    return mask, np.concatenate([np.flatnonzero(mask), np.flatnonzero(~mask)])


def histogram_trees(estimator: Any, place: Place) -> list[list[Tree]]:
    """Return the trees of each stage, with their splits by sets.

    Parameters
    ----------
    estimator
        A fitted estimator of histogram boosting.
    place
        Where it stands.
    """
    columns, places = _columns(estimator, place)
    return [[_tree(each, columns, places) for each in stage] for stage in estimator._predictors]


def _columns(estimator: Any, place: Place) -> tuple[Columns, dict[int, dict[int, int]]]:
    """Return the columns as trees number them, and for listed ones the place of each code in the column's list."""
    mask, order = order_of(estimator, place)
    columns = [place.columns[i] for i in order]
    places: dict[int, dict[int, int]] = {}
    if not mask.any():
        return tuple(columns), places
    if estimator._preprocessor is not None:
        lists = [np.asarray(own) for own in estimator._preprocessor.named_transformers_["encoder"].categories_]
        codes = [list(range(len(own))) for own in lists]
    else:  # releases before 1.4 take codes as they are
        lists = [np.asarray(estimator._bin_mapper.bin_thresholds_[i]) for i in np.flatnonzero(mask)]
        codes = [np.asarray(own).astype(np.int64).tolist() for own in lists]
    slots = [slot for slot, i in enumerate(order) if mask[i]]
    for slot, values, own in zip(slots, lists, codes, strict=True):
        columns[slot] = _listed(columns[slot], values.tolist())
        places[slot] = {code: at for at, code in enumerate(own)}
    return tuple(columns), places


def _listed(column: Column, values: list[Any]) -> Column:
    """Return a column whose codes are places in a list of raw values, or one without a way back."""
    if not column.raw or column.curve is not None or column.indicator:
        return Column.derived(column.label)
    if column.categories is None and column.untouched:
        return replace(column, categories=tuple(values))
    back = column.back(np.asarray(values, dtype=np.float64))
    if column.categories is None:
        return replace(column, categories=tuple(back.tolist()), scale=1.0, offset=0.0)
    at = np.rint(back[~np.isnan(back)]).astype(np.int64)
    if ((at < 0) | (at >= len(column.categories))).any():
        return Column.derived(column.label)
    return replace(column, categories=tuple(column.categories[i] for i in at.tolist()), scale=1.0, offset=0.0)


def _tree(predictor: Any, columns: Columns, places: dict[int, dict[int, int]]) -> Tree:
    nodes = predictor.nodes
    leaf = np.asarray(nodes["is_leaf"], dtype=bool)
    by_set = ~leaf & np.asarray(nodes["is_categorical"], dtype=bool)
    left, right = (np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
    rows = nodes["count"].astype(np.int64)
    missing_left = np.asarray(nodes["missing_go_to_left"], dtype=bool)
    alone = ~leaf & ~by_set & np.isposinf(nodes["num_threshold"])  # values left, gaps right
    shown = ~leaf & (missing_left != (rows[left] > rows[right])) if rows[0] > 0 else np.zeros(len(leaf), dtype=bool)
    return Tree(
        columns,
        np.where(leaf | by_set, -1, nodes["feature_idx"].astype(np.int64)),
        np.where(by_set | leaf, np.nan, nodes["num_threshold"]),
        left,
        right,
        rows,
        missing_left=missing_left & ~leaf,
        met_missing=shown | alone,  # without gaps, they would go with the more rows
        double=True,
        sets=_sets(predictor, np.flatnonzero(by_set), places),
    )


def _sets(predictor: Any, nodes: Int[Array, " s"], places: dict[int, dict[int, int]]) -> dict[int, SetSplit]:
    """Return the splits by sets: codes that are named go left, others right, gaps and unknown ones as gaps do."""
    out = {}
    for node in nodes.tolist():
        slot = int(predictor.nodes["feature_idx"][node])
        words = np.asarray(predictor.raw_left_cat_bitsets[int(predictor.nodes["bitset_idx"][node])], dtype=np.uint64)
        bits = (words[:, None] >> np.arange(_BITS, dtype=np.uint64)) & np.uint64(1)
        known = places.get(slot, {})
        named = frozenset(known[code] for code in np.flatnonzero(bits.ravel()).tolist() if code in known)
        out[node] = SetSplit(slot, named, left=True)
    return out
