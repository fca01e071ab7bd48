"""What tree ensembles state: split points, values of leaves, where training started, and counts where kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from scipy.special import expit, softmax

from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.kinds import (
    ClassShares,
    Disclosure,
    GradientSums,
    NodeCounts,
    NodeSums,
    TargetMoments,
    Values,
)
from retrodict.disclosures.trees.tree import Tree
from retrodict.disclosures.trees.tree_facts import split_points
from retrodict.disclosures.unread import Unread
from retrodict.families.onnx import ensembles
from retrodict.families.onnx.disclose.seen import TO_32_BITS, Seen
from retrodict.families.onnx.ensembles import Ensemble, Grown, ensemble_of, widest
from retrodict.families.onnx.operators import TREES

Array = np.ndarray

BOOSTED = ("LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT")
_IF_BOOSTED = "if the trees were boosted; of averaged ones, a leaf's value is the mean of the target over its rows"
_IF_XGBOOST = "if XGBoost grew the trees by hist or approx, whose split points are values of the table"
_IF_STARTED = "if training started from the target's mean, or the classes' shares"
_CODES = "values that splits ask for"


def trees_of(seen: Seen) -> Iterator[Disclosure | Unread]:
    """Yield what all tree ensembles of a graph state."""
    trees: list[Tree] = []
    below: list[Grown] = []
    for i, node in seen.nodes(*TREES):
        seen.explained.add(i)
        ensemble = ensemble_of(node)
        columns = seen.columns.get(node.input[0]) or _nameless(node)
        trees += [_tree(grown, columns) for grown in ensemble.trees]
        below += [grown for grown in ensemble.trees if (grown.mode == ensembles.LT).any()]
        yield from _codes(seen, i, ensemble, columns)
        yield from _leaves(seen, i, ensemble, columns)
        yield from _start(seen, i, ensemble)
        yield from _counts(seen, i, ensemble, columns)
        if any((grown.mode == ensembles.MEMBER).any() for grown in ensemble.trees):
            kind = f"onnx.{node.op_type}"
            yield Unread(seen.source(i, "membership_values"), kind, "unknown", "no reader knows splits by membership")
    source = _together(seen)
    for fact in split_points(trees, seen.place, source):
        yield fact
        if len(below) == len(trees) and fact.kind == "Thresholds":
            taken: Array = fact.thresholds  # type: ignore[attr-defined]
            yield Values(taken, features=fact.features, source=fact.source, exact=_IF_XGBOOST, personal=None)


def _together(seen: Seen) -> str:
    found = list(seen.nodes(*TREES))
    if not found:
        return ""
    i, node = found[0]
    name = "nodes_splits" if node.op_type == "TreeEnsemble" else "nodes_values"
    return seen.source(i, name) if len(found) == 1 else f"graph.node[*].{node.op_type}.{name}"


def _nameless(node: onnx.NodeProto) -> Columns:
    return tuple(Column.derived(f"{node.input[0]}[{j}]") for j in range(widest(node)))


def _tree(grown: Grown, columns: Columns) -> Tree:
    """Return a tree as others read it: splits by single values set no ends, and no rows are counted."""
    orders = np.isin(grown.mode, (ensembles.LEQ, ensembles.LT, ensembles.GT, ensembles.GTE))
    feature = np.where(orders, grown.feature, -1)
    return Tree(columns, feature, grown.split, grown.left, grown.right, np.zeros(len(feature), dtype=np.int64))


def _codes(seen: Seen, i: int, ensemble: Ensemble, columns: Columns) -> Iterator[Disclosure]:
    """Yield the single values that splits ask for, as trees over categories do."""
    asked: dict[int, set[float]] = {}
    for grown in ensemble.trees:
        single = np.isin(grown.mode, (ensembles.EQ, ensembles.NEQ))
        for feature, value in zip(grown.feature[single].tolist(), grown.split[single].tolist(), strict=True):
            asked.setdefault(feature, set()).add(value)
    for feature, values in sorted(asked.items()):
        back = columns[feature].raw_numbers(sorted(values))
        if back is not None:
            source = seen.place.at(seen.source(i, "nodes_values"))
            yield Values(back, features=(columns[feature].name,), source=source, exact=_CODES, personal=None)


def _leaves(seen: Seen, i: int, ensemble: Ensemble, columns: Columns) -> Iterator[Disclosure]:
    """Yield what leaf values are: sums over gradients of boosted trees, shares or means of averaged ones."""
    own = {"TreeEnsembleClassifier": "class_weights", "TreeEnsemble": "leaf_weights"}
    source = seen.place.at(seen.source(i, own.get(seen.graph.nodes[i].op_type, "target_weights")))
    names = tuple(dict.fromkeys(column.name for column in columns))
    finite = [np.isfinite(grown.leaf_values) for grown in ensemble.trees]
    mirrored = ensemble.transform == "LOGISTIC" and len(ensemble.classes) == 2  # of two classes one follows
    equations = sum(int((own.any(axis=1) if mirrored else own).sum()) for own in finite)
    count = len(ensemble.trees)
    if not ensemble.classes or ensemble.transform in BOOSTED:
        told: bool | str = TO_32_BITS if ensemble.classes else _IF_BOOSTED
        yield GradientSums("sum", count, equations, features=names, source=source, exact=told)
        return
    sums = tuple(grown.leaf_values * count for grown in ensemble.trees)
    leaves = tuple(grown.leaf for grown in ensemble.trees)
    yield NodeSums("class share", sums, leaves, features=names, source=source, exact=TO_32_BITS, personal=None)


def _start(seen: Seen, i: int, ensemble: Ensemble) -> Iterator[Disclosure]:
    """Yield the score that training started from."""
    base, source = ensemble.base, seen.place.at(seen.source(i, "base_values"))
    if not len(base):
        return
    if not ensemble.classes:
        if ensemble.outputs == 1:
            yield TargetMoments(float(base[0]), features=(), source=source, exact=_IF_STARTED)
        return
    if ensemble.transform == "LOGISTIC" and len(ensemble.classes) == 2:
        last = float(expit(base[-1]))
        shares = (1.0 - last, last)
    elif ensemble.transform == "SOFTMAX" and len(base) == len(ensemble.classes):
        shares = tuple(softmax(base).tolist())
    else:
        return
    yield ClassShares(ensemble.classes, shares, features=(), source=source, exact=_IF_STARTED)


def counted(grown: Grown) -> bool:
    """Whether a tree's `hitrates` are counts: exporters that have none write ones."""
    return grown.hits is not None and len(np.unique(grown.hits[np.isfinite(grown.hits)])) > 1


def _counts(seen: Seen, i: int, ensemble: Ensemble, columns: Columns) -> Iterator[Disclosure]:
    trees = [grown for grown in ensemble.trees if counted(grown)]
    if not trees:
        return
    counts = tuple(np.asarray(grown.hits) for grown in trees)
    leaves = tuple(grown.leaf for grown in trees)
    yield NodeCounts(
        counts,
        leaves,
        features=tuple(dict.fromkeys(column.name for column in columns)),
        source=seen.place.at(seen.source(i, "nodes_hitrates")),
        exact=seen.place.exact,
        personal=any(bool((own[leaf] == 1).any()) for own, leaf in zip(counts, leaves, strict=True)),
    )
