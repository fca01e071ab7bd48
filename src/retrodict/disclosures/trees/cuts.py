"""The splits of many trees at once, each with what the splits above it leave of its column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures.columns import Column
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

_AT_ONCE = 8_000_000
"""Nodes times columns that one pass is over: enough that its steps are few, at a hundred megabytes."""


@dataclass(frozen=True, eq=False)
class Cuts:
    """All splits of some trees, each tree's from the root down; plain data.

    What a split sends one way is a *side*: ``2 * split`` is the left one, ``2 * split + 1`` the right one.

    Parameters
    ----------
    columns
        What is split.
    column
        Of each split, its place in `columns`.
    point
        The split points.
    above
        The side of the nearest split of the same column above that it stands in; negative where there is none.
    levels
        The splits in turn: those that stand in no side, then those in sides of the ones before, and so on down.
    node
        Of each split, its place among the nodes of all trees, one tree after another.
    left, right
        The children of all nodes.
    inner
        The inner nodes, level by level from the roots.
    rows
        Of all nodes.
    starts
        The root of each tree.
    """

    columns: tuple[Column, ...]
    column: Int[Array, " m"]
    point: Float[Array, " m"]
    above: Int[Array, " m"]
    levels: tuple[Int[Array, " l"], ...]
    node: Int[Array, " m"]
    left: Int[Array, " nodes"]
    right: Int[Array, " nodes"]
    inner: tuple[Int[Array, " l"], ...]
    rows: Int[Array, " nodes"]
    starts: Int[Array, " trees"]

    def ends(self, points: Array, lowest: Any, highest: Any) -> tuple[Array, Array]:
        """Return what the splits above leave of each split's column: what is above one end and up to the other.

        Parameters
        ----------
        points
            Of each split: its split point, or whatever has their order.
        lowest, highest
            The ends where no split above sets any.
        """
        low, high = np.full_like(points, lowest), np.full_like(points, highest)
        for own in self.levels[1:]:
            side = self.above[own]
            over, right = side >> 1, (side & 1).astype(bool)
            point, under, upper = points[over], low[over], high[over]
            low[own] = np.where(right, np.maximum(under, point), under)
            high[own] = np.where(right, upper, np.minimum(upper, point))
        return low, high

    def of_leaves(self, values: Float[Array, " nodes"]) -> Float[Array, " nodes"]:
        """Return, for every node, the sum of the values of the leaves below it."""
        out = np.where(self.left < 0, values, 0.0)
        for level in reversed(self.inner):
            out[level] = out[self.left[level]] + out[self.right[level]]
        return out

    def sides(self, below: Float[Array, " nodes"]) -> Float[Array, "m 2"]:
        """Return sums over the leaves of each split's sides that stand in no side of a lower split of its column.

        Parameters
        ----------
        below
            Sums over all leaves below each node.
        """
        inside = np.flatnonzero(self.above >= 0)
        taken = np.bincount(self.above[inside], below[self.node[inside]], minlength=2 * len(self.node))
        out = taken.astype(np.float64, copy=False).reshape(-1, 2)
        np.subtract(below[self.left[self.node]], out[:, 0], out=out[:, 0])
        np.subtract(below[self.right[self.node]], out[:, 1], out=out[:, 1])
        return out

    def reach(self) -> tuple[Float[Array, " m"], Float[Array, " m"]]:
        """Return the greatest split point of its column below each split's left side, and the least below its right."""
        greatest, least = np.full(2 * len(self.node), -np.inf), np.full(2 * len(self.node), np.inf)
        for own in reversed(self.levels[1:]):
            point, side = self.point[own], self.above[own]
            for found, join in ((greatest, np.maximum), (least, np.minimum)):
                join.at(found, side, join(point, join(found[2 * own], found[2 * own + 1])))
        return greatest[::2], least[1::2]


def cuts_of(trees: Iterable[Tree], wanted: Callable[[Column], bool]) -> Iterator[Cuts]:
    """Yield the splits of trees by columns that are wanted, many trees at a time."""
    batch: list[tuple[Tree, Array]] = []
    size, widest = 0, 1
    for tree in trees:
        used = np.array([i for i in tree.used.tolist() if wanted(tree.columns[i])], dtype=np.int64)
        if not len(used):
            continue
        if batch and (size + len(tree.feature)) * max(widest, len(used)) > _AT_ONCE:
            yield _cuts(batch)
            batch, size, widest = [], 0, 1
        batch.append((tree, used))
        size, widest = size + len(tree.feature), max(widest, len(used))
    if batch:
        yield _cuts(batch)


def _cuts(batch: list[tuple[Tree, Array]]) -> Cuts:
    trees = [tree for tree, _ in batch]
    starts = np.cumsum([0, *(len(tree.feature) for tree in trees)])
    left, right = (
        _joined([np.where(side < 0, -1, side + start) for side, start in zip(sides, starts[:-1], strict=True)])
        for sides in ([tree.left for tree in trees], [tree.right for tree in trees])
    )
    points = _joined([tree.threshold for tree in trees])
    places: dict[Column, int] = {}
    slots, columns = [], []
    for tree, used in batch:
        known = np.array([places.setdefault(tree.columns[i], len(places)) for i in used.tolist()], dtype=np.int32)
        slot = np.minimum(np.searchsorted(used, tree.feature), len(used) - 1)
        own = (used[slot] == tree.feature) & (tree.left >= 0)
        slots.append(np.where(own, slot, -1).astype(np.int32))
        columns.append(known[slot])
    slot, column = _joined(slots), _joined(columns)
    above, levels, inner = _above(starts[:-1], left, right, slot, max(len(used) for _, used in batch))
    node = np.flatnonzero(slot >= 0)
    point = points[node].astype(np.float64, copy=False)
    rows = _joined([tree.rows for tree in trees])
    return Cuts(tuple(places), column[node], point, above, levels, node, left, right, inner, rows, starts[:-1])


def _joined(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


_Levels = tuple[Array, ...]


def _above(roots: Array, left: Array, right: Array, slot: Array, width: int) -> tuple[Array, _Levels, _Levels]:
    """Return the side that each split stands in, the splits in turn, and the inner nodes level by level."""
    number = np.cumsum(slot >= 0) - 1  # of splits, by node
    above = np.full(number[-1] + 1, -1)
    depth = np.zeros(len(above), dtype=np.int32)
    inner = []
    level = roots[left[roots] >= 0]
    nearest = np.full((len(level), width), -1, dtype=np.int64 if len(left) > 2**30 else np.int32)
    while len(level):
        inner.append(level)
        own, split = slot[level], number[level]
        cut = np.flatnonzero(own >= 0)
        side = nearest[cut, own[cut]]
        above[split[cut]] = side
        depth[split[cut]] = np.where(side >= 0, depth[side >> 1] + 1, 0)
        children = np.concatenate([left[level], right[level]])
        on = np.flatnonzero(left[children] >= 0)
        level, right_ones = children[on], on >= len(own)
        on = np.where(right_ones, on - len(own), on)
        nearest, own, side = nearest[on], own[on], 2 * split[on] + right_ones
        cut = np.flatnonzero(own >= 0)
        nearest[cut, own[cut]] = side[cut]
    order = np.argsort(depth.astype(np.min_scalar_type(int(depth.max()))), kind="stable")
    return above, tuple(np.split(order, np.cumsum(np.bincount(depth))[:-1])), tuple(inner)
