"""What split points state: values of training rows where trees were grown by hist or approx, midpoints by exact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.kinds import Disclosure, Thresholds, Values
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree_facts import split_points
from retrodict.families.xgboost.grown import all_grown
from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.paths import tree_path

Array = np.ndarray
Method = Literal["values", "midpoints"]

_BITS = "to 32 bits"
_IF_HIST = f"{_BITS}, where grown by hist or approx, as is the default; the file does not say"
_EITHER = f"{_BITS}; values of training rows where grown by hist or approx, midpoints where by exact"
_HIST_SINCE = (2, 0)
"""From here on hist is the default."""
_PRUNES_LAST = (1, 6)
"""From here on exact alone prunes trees."""
_PAST = np.float32(1e-5)
"""How far a mark past the greatest value lies from twice that value."""


def split_facts(learner: Learner, place: Place, columns: Columns, method: Method | None) -> Iterator[Disclosure]:
    """Yield each number's split points, and the training values among them.

    Parameters
    ----------
    learner
        The model.
    place, columns
        Where it stands, and its input columns.
    method
        What its configuration says of how it was grown; ``None`` where there is none.
    """
    stated = method is not None
    cuts = cut_points(learner)
    method = method or shown_method(learner, cuts)
    if method == "midpoints":
        trees = all_grown(learner.trees, columns, midpoints=True)
        yield from split_points(trees, place, tree_path(learner, "split_conditions"))
        return
    source, splits = place.at(tree_path(learner, "split_conditions")), _splits(learner)
    for i, points in cuts.items():
        column = columns[i]
        raw = column.raw_numbers(points.astype(np.float64))
        if raw is None or not np.isfinite(raw).all():
            continue
        shared: dict[str, Any] = {"features": (column.name,), "source": source}
        known = stated or learner.version >= _HIST_SINCE
        yield Thresholds(np.sort(raw), False, **shared, exact=place.sample or (_BITS if known else _EITHER))
        past = _may_be_past(points, *splits[i])
        taken = points[~past]
        if known and len(taken):
            scale = abs(column.scale) if column.number else 1.0
            radius = float(np.spacing(np.abs(taken).max())) / 2.0 * scale
            values = np.sort(raw[~past])
            exact = place.sample or (_BITS if stated else _IF_HIST)
            yield Values(values, radius, **shared, exact=exact, personal=None)


def cut_points(learner: Learner) -> dict[int, Float[Array, " m"]]:
    """Return the sorted distinct split points of each feature that is split by a number, as float32."""
    return {i: np.unique(points) for i, (points, _) in _splits(learner).items()}


def _splits(learner: Learner) -> dict[int, tuple[Float[Array, " s"], Array]]:
    """Return the split points of each feature, split by split, and whether missing values go left there."""
    if not learner.trees:
        return {}
    cuts = [tree.inner & (tree.by_set == 0) & np.isfinite(tree.condition) for tree in learner.trees]
    feature, point, left = (
        np.concatenate([getattr(tree, name)[cut] for tree, cut in zip(learner.trees, cuts, strict=True)])
        for name in ("feature", "condition", "default_left")
    )
    if not len(feature):
        return {}
    # short whole numbers are sorted by their digits
    order = np.argsort(feature.astype(np.min_scalar_type(int(feature.max()))), kind="stable")
    first = np.flatnonzero(np.diff(feature[order], prepend=-1))
    parts = zip(feature[order[first]].tolist(), np.split(order, first[1:]), strict=True)
    return {i: (point[own], left[own]) for i, own in parts}


def known_values(learner: Learner, method: Method | None) -> dict[int, Float[Array, " m"]]:
    """Return the split points of each feature that are values of training rows, as decimals write them shortest.

    Parameters
    ----------
    learner
        The model.
    method
        What is known of how it was grown; ``None`` where nothing is.
    """
    if method == "midpoints" or (method is None and learner.version < _HIST_SINCE):
        return {}
    out = {}
    for i, (points, left) in _splits(learner).items():
        cuts = np.unique(points)
        own = cuts[~_may_be_past(cuts, points, left)]
        out[i] = np.array([float(str(value)) for value in own])
    return out


def shown_method(learner: Learner, cuts: dict[int, Float[Array, " m"]]) -> Method | None:
    """Return how trees were grown where they show it: midpoints of whole numbers are halves, and exact prunes.

    Parameters
    ----------
    learner
        The model.
    cuts
        Its split points by feature; see `cut_points`.
    """
    if learner.version >= _PRUNES_LAST and any(tree.pruned.any() for tree in learner.trees):
        return "midpoints"
    whole = [points for i, points in cuts.items() if learner.types and learner.types[i] in ("int", "i")]
    return "midpoints" if any((points % 1.0 == 0.5).any() for points in whole) else None


def _may_be_past(points: Float[Array, " m"], split: Float[Array, " s"], left: Array) -> Array:
    """Return which split points may be no value but a mark past the greatest: it parts missing values from others.

    Such a mark is ``max + (|max| + 1e-5)``. It is the greatest split point, and missing values go right there always.
    """
    out = np.zeros(len(points), dtype=bool)
    top = points[-1]
    if left[split == top].any():
        return out
    under = points[-2] if len(points) > 1 else np.float32(-np.inf)
    out[-1] = top <= _PAST * np.float32(1.01) if top <= 2 * _PAST else (top - _PAST) / 2 >= under * np.float32(0.999999)
    return out
