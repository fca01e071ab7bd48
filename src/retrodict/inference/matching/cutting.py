"""From the columns that trees split on to the codes of each raw feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Column
from retrodict.disclosures.grove import Member
from retrodict.errors import RequestError
from retrodict.inference.matching.axes import Axis, ListedAxis, NumberAxis, on_grid, raw_cuts
from retrodict.schema import Feature, Schema

Array = np.ndarray

_RARE = "(infrequent)"


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
    used: dict[str, dict[Column, list[tuple[Member, Array]]]] = {}
    for member in members:
        features = np.asarray(member.nodes.feature)
        for i in np.unique(features[features >= 0]):
            column = member.columns[i]
            used.setdefault(column.name, {}).setdefault(column, []).append((member, features == i))
    _check(used, schema)
    axes: list[Axis] = []
    for feature in schema.features:
        if feature.name not in used:
            continue
        splits = used[feature.name]
        gaps = bool(feature.missing) or any(_told_missing(m, mask) for own in splits.values() for m, mask in own)
        axes.append(
            _listed(feature, list(splits), gaps)
            if feature.listed
            else _number(feature.name, splits, gaps, grids.get(feature.name))
        )
    return tuple(axes)


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


def _number(
    name: str, splits: Mapping[Column, list[tuple[Member, Array]]], gaps: bool, step: float | None
) -> NumberAxis:
    cuts = []
    for column, own in splits.items():
        thresholds = np.concatenate([np.asarray(m.nodes.threshold)[mask] for m, mask in own])
        cuts.append(on_grid(raw_cuts(column, thresholds)[0], step))
    values = np.unique(np.concatenate(cuts))
    return NumberAxis(name, values[np.isfinite(values)], step, gaps)


def _listed(feature: Feature, columns: Sequence[Column], gaps: bool) -> ListedAxis:
    """Return one code a category; categories that every encoder took as one share theirs."""
    names = list(feature.categories)
    pooled = [set(c.categories or ()) for c in columns if _RARE in (c.categories or ())]
    if pooled and len(pooled) == len(columns):
        shown = set.union(*pooled)
        kept = [name for name in names if name in shown]
        groups = np.array([kept.index(name) if name in shown else len(kept) for name in names])
        values: tuple[Any, ...] = (*kept, _RARE)
    else:
        order = next((list(c.categories or ()) for c in columns if not c.indicator and c.categories), names)
        kept = [name for name in order if name in names]
        groups, values = np.array([kept.index(name) for name in names]), tuple(kept)
    ranked = any(not column.indicator for column in columns)
    told = any(_gap(category) for column in columns for category in column.categories or ())
    return ListedAxis(feature.name, groups, values, ranked, gaps or told)


def _told_missing(member: Member, mask: Array) -> bool:
    """Return whether splits show that values of their column were missing.

    Where none is, scikit-learn has a missing value follow the larger child; a split that does otherwise, or that
    parts the missing values from all others, has seen some.
    """
    nodes = member.nodes
    sides = getattr(nodes, "missing_go_to_left", None)
    if sides is None:
        return False
    seen = np.asarray(nodes.n_node_samples)
    larger = seen[nodes.children_left] > seen[nodes.children_right]
    odd = (np.asarray(sides).astype(bool) != larger) | np.isinf(np.asarray(nodes.threshold))
    return bool((odd & mask).any())


def _gap(value: Any) -> bool:
    return value is None or value != value
