"""From the columns that trees split on to the codes of each raw feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Column
from retrodict.disclosures.trees.tree import Tree
from retrodict.errors import ModelError
from retrodict.matching.axes import RARE, Axis, ListedAxis, NumberAxis, is_gap, on_grid, raw_cuts
from retrodict.plain_text import listing
from retrodict.schema import Feature, Schema

Array = np.ndarray
ColumnSplits = dict[Column, list[tuple[Tree, Array]]]
"""Of one raw feature: its columns, each with the trees that split it and a mask of the nodes that do."""

_FEW_SPLITS = 100
"""Missing values lie together and so pass a few splits alone, half of which would show them by chance."""
_HALF = 0.5  # what codes, whole numbers, are parted by
_NAMES_SHOWN = 5  # of columns, in a message


def axes_of(
    trees: Sequence[Tree], schema: Schema, grids: Mapping[str, float], gaps: frozenset[str] = frozenset()
) -> tuple[Axis, ...]:
    """Return the codes of each feature that any tree splits on, in the schema's order.

    Parameters
    ----------
    trees
        All of the table.
    schema
        The model's raw features.
    grids
        The step of those whose values live on a grid.
    gaps
        Features that are known to have missing values, beside those that trees show to have some.

    Raises
    ------
    ModelError
        If a split column can't be carried back to one raw feature.
    """
    used = splits_of(trees, schema)
    gaps = gaps | _gaps(used, schema)
    axes: list[Axis] = []
    for feature in schema.features:
        if feature.name in used:
            splits = used[feature.name]
            axes.append(
                _listed(feature, list(splits), feature.name in gaps)
                if feature.listed
                else _number(feature.name, splits, feature.name in gaps, grids.get(feature.name))
            )
    return tuple(axes)


def splits_of(trees: Sequence[Tree], schema: Schema) -> dict[str, ColumnSplits]:
    """Return where trees split each raw feature; see `axes_of`."""
    used: dict[str, ColumnSplits] = {}
    for tree in trees:
        for i in tree.used:
            column = tree.columns[i]
            used.setdefault(column.name, {}).setdefault(column, []).append((tree, tree.feature == i))
        for i in sorted({split.column for split in tree.sets.values()}):
            column = tree.columns[i]
            by_set = [node for node, split in tree.sets.items() if split.column == i]
            mask = np.zeros(len(tree.feature), dtype=bool)
            mask[by_set] = True
            used.setdefault(column.name, {}).setdefault(column, []).append((tree, mask))
    _check(used, schema)
    return used


def _gaps(used: Mapping[str, ColumnSplits], schema: Schema) -> set[str]:
    """Return the features whose trees met missing values, or may have.

    Those that few splits are on may not show theirs; they are taken to have some where any other feature does.
    """
    own = {
        name: [pair for column, pairs in splits.items() if not column.filled for pair in pairs]
        for name, splits in used.items()
    }
    shown = {name for name, pairs in own.items() if any(_met_missing(tree, mask) for tree, mask in pairs)}
    stated = {name for name, pairs in own.items() if pairs and schema[name].missing}
    few = {name for name, pairs in own.items() if 0 < sum(int(mask.sum()) for _, mask in pairs) < _FEW_SPLITS}
    return shown | stated | (few if shown else set())


def _check(used: Mapping[str, Any], schema: Schema) -> None:
    lost = [
        column.label
        for name, columns in used.items()
        for column in columns
        if name not in schema.names
        or not (column.raw or column.categories is not None)
        or (column.categories is not None and not schema[name].listed)
    ]
    if lost:
        raise ModelError(
            f"the trees split on {listing(lost, _NAMES_SHOWN)}, which can't be carried back to one raw feature, so "
            "rows can't be rebuilt; reconstruct rows under a prior instead, or give the estimator behind that step and "
            "rebuild its own columns"
        )


def _number(name: str, splits: ColumnSplits, gaps: bool, step: float | None) -> NumberAxis:
    cuts = []
    for column, own in splits.items():
        for tree, mask in own:
            by_number = mask & (tree.feature >= 0)
            cuts.append(on_grid(raw_cuts(column, tree.threshold[by_number], tree.double)[0], step))
            cuts += [_around(tree, node) for node in np.flatnonzero(mask & ~by_number).tolist()]
    values = np.unique(np.concatenate(cuts))
    return NumberAxis(name, values[np.isfinite(values)], step, gaps)


def _around(tree: Tree, node: int) -> Array:
    """Return cuts that leave each code of a set in a cell of its own, of a column whose list is not known."""
    codes = np.array(sorted(tree.sets[node].codes), dtype=np.float64)
    return np.unique(np.concatenate([codes - _HALF, codes + _HALF]))


def _listed(feature: Feature, columns: Sequence[Column], gaps: bool) -> ListedAxis:
    """Return one code a category; categories that every encoder took as one share theirs."""
    names = list(feature.categories)
    pooled = [set(c.categories or ()) for c in columns if RARE in (c.categories or ())]
    if pooled and len(pooled) == len(columns):
        shown = set.union(*pooled)
        kept = [name for name in names if name in shown]
        groups = np.array([kept.index(name) if name in shown else len(kept) for name in names])
        values: tuple[Any, ...] = (*kept, RARE)
    else:
        order = next((list(c.categories or ()) for c in columns if not c.indicator and c.categories), names)
        kept = [name for name in order if name in names]
        groups, values = np.array([kept.index(name) for name in names]), tuple(kept)
    ranked = any(not column.indicator for column in columns)
    told = any(is_gap(category) for column in columns for category in column.categories or ())
    return ListedAxis(feature.name, groups, values, ranked, gaps or told)


def _met_missing(tree: Tree, mask: Array) -> bool:
    return tree.met_missing is not None and bool(tree.met_missing[mask].any())
