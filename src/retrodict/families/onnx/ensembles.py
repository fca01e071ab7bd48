"""The operators of tree ensembles as arrays: what is checked before they are run, and what is read of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from jaxtyping import Bool, Float, Int

from retrodict.families.onnx.graph import attributes, entries, label_list, text
from retrodict.families.tree_shape import shape_fault

Array = np.ndarray

LEQ, LT, GTE, GT, EQ, NEQ, MEMBER, LEAF = range(8)
"""How a node compares, as version 5 codes it, and that it is a leaf."""
_CODES = {f"BRANCH_{name}".encode(): i for i, name in enumerate(("LEQ", "LT", "GTE", "GT", "EQ", "NEQ"))} | {
    b"LEAF": LEAF
}
_NO_MODE = -1
_TURNED = (GTE, GT)
"""Comparisons whose branch for larger values is the true one."""
_TRANSFORMS = ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT")
_SUM = 1
"""How version 5 codes that outputs are sums over the trees."""
_LARGEST = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Grown:
    """One tree of an ensemble, its root first.

    Parameters
    ----------
    feature, split, left, right
        By node: the column that is compared and with what; the children for values up to it and for those beyond, both
        negative at leaves.
    mode
        By node: how it compares, `LEQ` to `LEAF`.
    hits
        By node: its `hitrates`; ``None`` where they are not stored.
    leaf_values
        By node: what a leaf adds to each output, shape (nodes, outputs); NaN where it adds to none.
    missing_left
        By node: whether a missing value goes to the child for values up to the split.
    """

    feature: Int[Array, " nodes"]
    split: Float[Array, " nodes"]
    left: Int[Array, " nodes"]
    right: Int[Array, " nodes"]
    mode: Array
    hits: Float[Array, " nodes"] | None
    leaf_values: Float[Array, "nodes outputs"]
    missing_left: Bool[Array, " nodes"]

    @property
    def leaf(self) -> Bool[Array, " nodes"]:
        """Which nodes are leaves."""
        return self.left < 0


@dataclass(frozen=True, eq=False)
class Ensemble:
    """All trees of one operator.

    Parameters
    ----------
    classes
        The class labels; empty for a regressor.
    outputs
        How many numbers a leaf may add to.
    base
        What is added to the sums over the trees; empty where nothing is.
    transform
        What is done to the sums: `NONE`, `LOGISTIC`, `SOFTMAX` ...
    trees
        The trees.
    summed
        Whether an output is the sum over the trees, and not their mean, least or greatest.
    """

    classes: tuple[Any, ...]
    outputs: int
    base: Float[Array, " b"]
    transform: str
    trees: tuple[Grown, ...]
    summed: bool = True


def ensemble_fault(node: onnx.NodeProto) -> str | None:
    """Say what is wrong with an operator's trees; ``None`` where nothing is."""
    try:
        ensemble_of(node)
    except _FaultError as error:
        return str(error)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError, AttributeError):
        return "attributes of the wrong type"
    return None


def widest(node: onnx.NodeProto) -> int:
    """Return how many columns an operator's trees need: one more than the last that they compare."""
    return 1 + max(np.ravel(entries(attributes(node, "nodes_featureids"), "nodes_featureids")).tolist(), default=0)


class _FaultError(Exception):
    pass


def ensemble_of(node: onnx.NodeProto) -> Ensemble:
    """Return an operator's trees as arrays."""
    found = attributes(node)
    return _of_version_5(found) if node.op_type == "TreeEnsemble" else _of_lists(found)


def _numbers(found: dict[str, Any], name: str) -> Array:
    value = found.get(f"{name}_as_tensor")
    return np.asarray(found.get(name, []) if value is None or not np.size(value) else value, dtype=np.float64).ravel()


def _integers(found: dict[str, Any], name: str, bound: int = _LARGEST) -> Array:
    values = np.asarray(found.get(name, []), dtype=np.int64).ravel()
    if len(values) and (values.min() < 0 or values.max() > bound):
        raise _FaultError(f"{name} out of range")
    return values


def modes_of(found: dict[str, Any]) -> Int[Array, " nodes"]:
    """Return how each node of a list compares."""
    names = found.get("nodes_modes", [])
    codes = {name: _CODES.get(name, _NO_MODE) for name in set(names)}
    return np.fromiter(map(codes.__getitem__, names), np.int8, len(names))


def _transform(found: dict[str, Any]) -> str:
    name = text(found.get("post_transform", b"NONE"))
    if name not in _TRANSFORMS:
        raise _FaultError("a post_transform that there is none of")
    return str(name)


def _of_lists(found: dict[str, Any]) -> Ensemble:
    """Read the lists of versions 1 to 4: one entry a node, and one for each number that a leaf adds."""
    classes = label_list(found)
    classifier = any(name.startswith("class_") for name in found)
    side = "class" if classifier else "target"
    outputs = len(classes) if classifier else int(found.get("n_targets", 1))
    if not 0 < outputs <= _LARGEST:
        raise _FaultError("no outputs")
    tree, ids = _integers(found, "nodes_treeids"), _integers(found, "nodes_nodeids")
    feature = _integers(found, "nodes_featureids")
    split = _numbers(found, "nodes_values")
    mode = modes_of(found)
    ways = [np.asarray(found.get(f"nodes_{way}nodeids", []), dtype=np.int64) for way in ("true", "false")]
    hits, missing = _numbers(found, "nodes_hitrates"), found.get("nodes_missing_value_tracks_true", [])
    n = len(tree)
    if not n or {len(one) for one in (ids, feature, split, mode, *ways)} != {n}:
        raise _FaultError("lists of unequal lengths")
    if len(hits) not in (0, n) or len(missing) not in (0, n):
        raise _FaultError("lists of unequal lengths")
    if (mode == _NO_MODE).any():
        raise _FaultError("a mode that there is none of")
    starts = np.flatnonzero(np.r_[True, tree[1:] != tree[:-1]])
    if len(np.unique(tree[starts])) != len(starts):
        raise _FaultError("trees in pieces")
    keys = tree * (_LARGEST + 1) + ids
    order = np.argsort(keys, kind="stable")
    if (np.diff(keys[order]) == 0).any():
        raise _FaultError("two nodes of one number")
    leaf = mode == LEAF

    def place_of(trees: Array, nodes: Array) -> Array:
        wanted = trees * (_LARGEST + 1) + nodes
        at = np.minimum(np.searchsorted(keys[order], wanted), n - 1)
        if (nodes < 0).any() or (keys[order][at] != wanted).any():
            raise _FaultError("a child or leaf that is no node")
        return order[at]

    left, right = (np.full(n, -1, dtype=np.int64) for _ in ways)
    for into, way in zip((left, right), ways, strict=True):
        into[~leaf] = place_of(tree[~leaf], way[~leaf])
    turned = np.isin(mode, _TURNED)
    left[turned], right[turned] = right[turned], left[turned].copy()
    to_true = np.array(missing, dtype=bool) if len(missing) else np.zeros(n, dtype=bool)
    missing_left = (to_true ^ turned) & ~leaf  # a comparison with a missing value is false
    values = _leaf_values(found, side, outputs, place_of, n)
    if not leaf[np.isfinite(values).any(axis=1)].all():
        raise _FaultError("a leaf's value at an inner node")
    base = _numbers(found, "base_values")
    if len(base) not in (0, 1, outputs):
        raise _FaultError("base_values of a wrong number")
    trees = []
    for start, end in zip(starts, np.r_[starts[1:], n], strict=True):
        own = slice(start, end)
        sides = [np.where(side[own] < 0, -1, side[own] - start) for side in (left, right)]
        fault = shape_fault(*sides)
        if fault is not None:
            raise _FaultError(fault)
        told = hits[own] if len(hits) else None
        gone = missing_left[own]
        trees.append(Grown(feature[own], split[own], sides[0], sides[1], mode[own], told, values[own], gone))
    summed = text(found.get("aggregate_function", b"SUM")) == "SUM"
    return Ensemble(classes if classifier else (), outputs, base, _transform(found), tuple(trees), summed)


def _leaf_values(found: dict[str, Any], side: str, outputs: int, place_of: Any, n: int) -> Array:
    weights = _numbers(found, f"{side}_weights")
    trees, nodes = _integers(found, f"{side}_treeids"), _integers(found, f"{side}_nodeids")
    which = _integers(found, f"{side}_ids", outputs - 1)
    if not {len(trees), len(nodes), len(which)} == {len(weights)}:
        raise _FaultError("lists of unequal lengths")
    if n * outputs > max(64 * len(weights), 2**24):
        raise _FaultError("many more outputs than values of leaves")
    values = np.full((n, outputs), np.nan)
    values[place_of(trees, nodes), which] = weights
    return values


def _of_version_5(found: dict[str, Any]) -> Ensemble:
    """Read version 5: inner nodes and leaves are numbered apart, and a branch says which it leads to."""
    outputs = int(found.get("n_targets", 1))
    splits, feature = _numbers(found, "nodes_splits"), _integers(found, "nodes_featureids")
    modes = np.asarray(found.get("nodes_modes", []), dtype=np.int64).ravel()
    weights = _numbers(found, "leaf_weights")
    targets = _integers(found, "leaf_targetids", outputs - 1)
    n, leaves = len(splits), len(weights)
    if not n or not leaves or len(targets) != leaves or {len(feature), len(modes)} != {n}:
        raise _FaultError("lists of unequal lengths")
    if modes.min() < 0 or modes.max() >= LEAF:
        raise _FaultError("a mode that there is none of")
    ways = {}
    for way in ("true", "false"):
        to = _integers(found, f"nodes_{way}nodeids")
        ends = _integers(found, f"nodes_{way}leafs", 1)
        if len(to) != n or len(ends) != n or (to >= np.where(ends == 1, leaves, n)).any():
            raise _FaultError("a child or leaf that is no node")
        ways[way] = (to, ends == 1)
    for name in ("nodes_hitrates", "nodes_missing_value_tracks_true"):
        if np.size(found.get(name, [])) not in (0, n):
            raise _FaultError("lists of unequal lengths")
    hits = _numbers(found, "nodes_hitrates")
    tracks = np.asarray(found.get("nodes_missing_value_tracks_true", []), dtype=bool).ravel()
    gone = (tracks if len(tracks) else np.zeros(n, dtype=bool)) ^ np.isin(modes, _TURNED)
    members = _numbers(found, "membership_values")
    if np.isnan(members).sum() != (modes == MEMBER).sum():
        raise _FaultError("lists of members of a wrong number")
    seen = np.zeros(n, dtype=bool)
    trees = [
        _walked(int(root), ways, seen, feature, splits, modes, hits, weights, targets, outputs, gone)
        for root in _integers(found, "tree_roots", n - 1)
    ]
    if not trees:
        raise _FaultError("no roots")
    transform = int(found.get("post_transform", 0))
    order = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")
    if not 0 <= transform < len(order):
        raise _FaultError("a post_transform that there is none of")
    summed = int(found.get("aggregate_function", 1)) == _SUM
    return Ensemble((), outputs, np.empty(0), order[transform], tuple(trees), summed)


def _walked(
    root: int, ways: Any, seen: Array, feature: Array, splits: Array, modes: Array, hits: Array, weights: Array,
    targets: Array, outputs: int, gone: Array,
) -> Grown:  # fmt: skip
    """Return one tree, numbered from its root."""
    rows: list[tuple[bool, int]] = [(False, root)]
    left, right = [], []
    for at, (ends, i) in enumerate(rows):
        if ends:
            left.append(-1)
            right.append(-1)
            continue
        if seen[i]:
            raise _FaultError("nodes that have several parents")
        seen[i] = True
        pair = [(bool(ways[way][1][i]), int(ways[way][0][i])) for way in ("true", "false")]
        if modes[i] in _TURNED:
            pair = pair[::-1]
        if at == 0 and pair[0] == pair[1] and pair[0][0]:
            rows[0] = (True, pair[0][1])  # a tree that is one leaf has a node that leads there both ways
            left.append(-1)
            right.append(-1)
            break
        left.append(len(rows))
        right.append(len(rows) + 1)
        rows += pair
    leaf = np.array([one for one, _ in rows])
    place = np.array([i for _, i in rows])
    inner = np.where(leaf, 0, place)
    values = np.full((len(rows), outputs), np.nan)
    values[np.flatnonzero(leaf), targets[place[leaf]]] = weights[place[leaf]]
    return Grown(
        np.where(leaf, 0, feature[inner]),
        np.where(leaf, 0.0, splits[inner]),
        np.array(left),
        np.array(right),
        np.where(leaf, LEAF, modes[inner]),
        np.where(leaf, np.nan, hits[inner]) if len(hits) else None,
        values,
        gone[inner] & ~leaf,
    )
