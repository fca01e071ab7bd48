"""Equations laid out for a walk over possible rows that are too many to list: what a row in each leaf is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.equations import Blocks, Equations
from retrodict.matching.linear.routing import leaf_values, walk_of

Array = np.ndarray

PAIRS = ((0, 0), (1, 1), (2, 2), (3, 3), (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
"""The products of 1, g, h and g squared, in the order of `Ground.squares`."""


class Ground(NamedTuple):
    """What compiled code needs of the equations; columns of codes that move together are one part.

    Parameters
    ----------
    roots, nodes, goes_left
        The trees: nodes are (feature, left, right, start of answers, leaf); see `Routes`.
    values
        What each leaf adds to a score, shape (T, L).
    output, turn
        Of each tree, shape (T,).
    squares
        Weights of the products of terms in the squared length of a column, by the leaf, shape (T, L, 10).
    first, block, site
        The blocks of tree t are those from ``first[t]`` to ``first[t + 1]`` in `block`; `site` is that of each of
        their leaves, shapes (T + 1,), (B,) and (B, L).
    coefficients
        Weighed, of 1, g, h and g squared, shape (B, L, Q, 4).
    part, place
        Of each column of codes: its part, and its place in it from 1, or 0 where the part is the column; shape (d,).
    sizes
        How many options each part has, shape (P,).
    splits
        Whether a tree splits on any column of a part, shape (T, P).
    kind, factor, start, labels
        See `Loss` and `Boosting`.
    """

    roots: Int[Array, " T"]
    nodes: Int[Array, "nodes 5"]
    goes_left: Bool[Array, " answers"]
    values: Float[Array, "T L"]
    output: Int[Array, " T"]
    turn: Int[Array, " T"]
    squares: Float[Array, "T L 10"]
    first: Int[Array, " T1"]
    block: Int[Array, " B"]
    site: Int[Array, "B L"]
    coefficients: Float[Array, "B L Q 4"]
    part: Int[Array, " d"]
    place: Int[Array, " d"]
    sizes: Int[Array, " P"]
    splits: Bool[Array, "T P"]
    kind: int
    factor: float
    start: Float[Array, " K"]
    labels: Float[Array, " c"]


def ground_of(equations: Equations) -> Ground:
    """Lay out equations."""
    routes, blocks = equations.routes, equations.blocks
    roots, nodes, goes_left = walk_of(routes)
    scale = np.where(blocks.site[..., None] >= 0, np.sqrt(blocks.weights)[blocks.site], 0.0)  # (B, L, Q)
    coefficients = blocks.coefficients * scale[..., None]
    part, place, sizes = _parts(equations)
    order = np.argsort(blocks.tree, kind="stable")
    splits = np.zeros((len(routes), len(sizes)), dtype=bool)
    inner = np.flatnonzero(routes.feature >= 0)
    splits[np.searchsorted(routes.roots, inner, side="right") - 1, part[routes.feature[inner]]] = True
    return Ground(
        roots,
        nodes,
        goes_left,
        leaf_values(routes),
        routes.output.astype(np.int32),
        routes.turn.astype(np.int32),
        _squares(blocks, coefficients, len(routes)),
        np.searchsorted(blocks.tree[order], np.arange(len(routes) + 1)).astype(np.int32),
        order.astype(np.int32),
        blocks.site.astype(np.int32),
        np.ascontiguousarray(coefficients),
        part,
        place,
        sizes,
        splits,
        int(equations.loss.kind),
        float(equations.loss.factor),
        np.asarray(equations.start, dtype=np.float64),
        np.asarray(equations.labels, dtype=np.float64),
    )


def _parts(equations: Equations) -> tuple[Array, Array, Array]:
    """Return the part and place of each column of codes, and the options of each part."""
    columns = equations.table.sizes
    part, place = np.full(len(columns), -1, dtype=np.int32), np.zeros(len(columns), dtype=np.int32)
    sizes: list[int] = []
    for group in equations.exclusive:
        part[list(group)], place[list(group)] = len(sizes), np.arange(1, len(group) + 1)
        sizes.append(len(group) + 1)
    alone = np.flatnonzero(part < 0)
    part[alone] = np.arange(len(sizes), len(sizes) + len(alone))
    return part, place, np.array([*sizes, *columns[alone].tolist()], dtype=np.int32)


def _squares(blocks: Blocks, coefficients: Array, trees: int) -> Array:
    """Return what the products of terms count for in the squared length of a column."""
    out = np.zeros((trees, blocks.site.shape[1], len(PAIRS)))
    for p, (i, j) in enumerate(PAIRS):
        product = (coefficients[..., i] * coefficients[..., j]).sum(axis=-1) * (1.0 if i == j else 2.0)
        np.add.at(out[..., p], blocks.tree, product)
    return out


def worths(ground: Ground, residual: Float[Array, "sites Q"]) -> Float[Array, "T L 4"]:
    """Return what 1, g, h and g squared are worth in each leaf: their product with a residual, weighed."""
    own = np.where(ground.site[..., None] >= 0, residual[ground.site], 0.0)
    products = np.einsum("blq,blqk->blk", own, ground.coefficients)
    out = np.zeros((*ground.values.shape, 4))
    tree = np.repeat(np.arange(len(ground.roots)), np.diff(ground.first))
    np.add.at(out, tree, products[ground.block])
    return out


def option_chances(equations: Equations, ground: Ground) -> Float[Array, "P m"]:
    """Return the logarithm of what is assumed of each part's options, minus infinity beyond its last."""
    out = np.full((len(ground.sizes), int(ground.sizes.max(initial=1))), -np.inf)
    for p, size in enumerate(ground.sizes.tolist()):
        columns = np.flatnonzero(ground.part == p)
        if ground.place[columns[0]] == 0:
            chances = equations.table.chances[columns[0]]
        else:
            held = np.array([equations.table.chances[i][1] for i in columns])
            chances = np.array([max(1.0 - held.sum(), held.min(initial=1.0)), *held])
        out[p, :size] = np.log(np.maximum(chances, _RAREST) / np.maximum(chances, _RAREST).sum())
    return out


_RAREST = 1e-9
"""The least share of an option, so that none is ruled out by what is only assumed."""
