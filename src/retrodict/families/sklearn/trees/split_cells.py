"""From the columns that trees split on to the codes of each raw feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Column
from retrodict.disclosures.trees.tree_facts import Member
from retrodict.errors import RequestError
from retrodict.matching.axes import RARE, Axis, ListedAxis, NumberAxis, is_gap, on_grid, raw_cuts
from retrodict.schema import Feature, Schema

Array = np.ndarray
Splits = dict[Column, list[tuple[Member, Array]]]
"""Of one raw feature: its columns, each with the trees that split it and a mask of the nodes that do."""

_FEW = 100  # splits; missing values lie together and so pass a few of them alone, half of which would show by chance


def axes_of(members: Sequence[Member], schema: Schema, grids: Mapping[str, float]) -> tuple[Axis, ...]:
    """Return the codes of each feature that any tree splits on, in the schema's order.

    Parameters
    ----------
    members
        All trees.
    schema
        The model's raw features.
    grids
        The step of those whose values live on a grid.

    Raises
    ------
    RequestError
        If a split column can't be carried back to one raw feature.
    """
    used: dict[str, Splits] = {}
    for member in members:
        features = np.asarray(member.nodes.feature)
        for i in np.unique(features[features >= 0]):
            column = member.columns[i]
            used.setdefault(column.name, {}).setdefault(column, []).append((member, features == i))
    _check(used, schema)
    gaps = _gaps(used, schema)
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


def _gaps(used: Mapping[str, Splits], schema: Schema) -> set[str]:
    """Return the features whose trees met missing values, or may have.

    Those that few splits are on may not show theirs; they are taken to have some where any other feature does.
    """
    own = {
        name: [pair for column, pairs in splits.items() if not column.filled for pair in pairs]
        for name, splits in used.items()
    }
    shown = {name for name, pairs in own.items() if any(_odd(m, mask).any() for m, mask in pairs)}
    stated = {name for name, pairs in own.items() if pairs and schema[name].missing}
    few = {name for name, pairs in own.items() if 0 < sum(int(mask.sum()) for _, mask in pairs) < _FEW}
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
        shown = ", ".join(lost[:5]) + (f", ... ({len(lost)} in all)" if len(lost) > 5 else "")
        raise RequestError(
            f"the trees split on {shown}, which can't be carried back to one raw feature, so rows can't be rebuilt; "
            "give the estimator behind that step and rebuild its own columns"
        )


def _number(name: str, splits: Splits, gaps: bool, step: float | None) -> NumberAxis:
    cuts = []
    for column, own in splits.items():
        thresholds = np.concatenate([np.asarray(m.nodes.threshold)[mask] for m, mask in own])
        cuts.append(on_grid(raw_cuts(column, thresholds)[0], step))
    values = np.unique(np.concatenate(cuts))
    return NumberAxis(name, values[np.isfinite(values)], step, gaps)


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


def _odd(member: Member, mask: Array) -> Array:
    """Return which of a tree's splits have seen missing values for sure.

    Where there is none, scikit-learn has a missing value follow the larger child; a split that does otherwise, or that
    parts the missing values from all others, has seen some.
    """
    nodes = member.nodes
    sides = getattr(nodes, "missing_go_to_left", None)
    if sides is None:
        return np.zeros(len(mask), dtype=bool)
    seen = np.asarray(nodes.n_node_samples)
    larger = seen[nodes.children_left] > seen[nodes.children_right]
    return ((np.asarray(sides).astype(bool) != larger) | np.isinf(np.asarray(nodes.threshold))) & mask
