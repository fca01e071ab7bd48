"""The one set of boosted trees of a graph, as others read trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from jaxtyping import Float

from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.sets import SetSplit
from retrodict.disclosures.trees.tree import Tree
from retrodict.errors import ModelError
from retrodict.families.onnx import ensembles
from retrodict.families.onnx.disclose.seen import Seen
from retrodict.families.onnx.ensembles import Ensemble, Grown, ensemble_of
from retrodict.families.onnx.operators import TREES
from retrodict.plain_text import listing

Array = np.ndarray

_WAYS = {"LOGISTIC", "SOFTMAX"}
"""What is done to the sums of boosted trees of classes; shares of averaged trees are put out as they are."""


@dataclass(frozen=True, eq=False)
class BoostedGraph:
    """A graph's boosted trees.

    Parameters
    ----------
    place
        Where they stand: the raw columns.
    trees
        Their arrays.
    values
        What a leaf of each adds to each score, shape (nodes, K); NaN where it adds nothing to one.
    base
        The scores that are added to the sums over the trees, shape (K,); ``None`` where none is stated.
    apart
        Whether each class has a logistic score of its own.
    below
        Whether splits ask for values below a number, as XGBoost's do.
    above
        Whether they ask for values above one, as CatBoost's do.
    missing
        Whether splits send missing values to the side for which their comparison is true.
    """

    place: Place
    trees: tuple[Tree, ...]
    values: tuple[Float[Array, "nodes K"], ...]
    base: Float[Array, " K"] | None
    apart: bool
    below: bool
    above: bool
    missing: bool

    @property
    def outputs(self) -> int:
        """How many scores a row has."""
        return int(self.values[0].shape[1])


def boosted_graph(model: onnx.ModelProto, names: tuple[str, ...], classes: int) -> BoostedGraph:
    """Read a graph.

    Parameters
    ----------
    model
        The graph.
    names
        Of its raw columns.
    classes
        How many it predicts; 0 where it predicts a value.

    Raises
    ------
    ModelError
        If it has no trees or several sets of them, these are averaged, or their splits can't be followed.
    """
    seen = Seen.of(model, Place("", tuple(Column.start(name) for name in names)))
    found = list(seen.nodes(*TREES))
    if len(found) != 1:
        what = "has no trees" if not found else f"has {len(found)} sets of trees, and scores are known of one alone"
        raise ModelError(f"the graph {what}, so no training table is rebuilt from it")
    node = found[0][1]
    ensemble = ensemble_of(node)
    columns = seen.columns.get(node.input[0])
    if columns is None:
        raise ModelError("the trees of the graph split on what can't be carried back to its columns")
    if not ensemble.summed or (classes and ensemble.transform not in _WAYS):
        raise ModelError(
            "the trees of the graph are averaged, not boosted: their leaves state shares alone, without counts"
        )
    scores = [_scores(ensemble, grown, classes) for grown in ensemble.trees]
    modes = {int(mode) for grown in ensemble.trees for mode in np.unique(grown.mode[~grown.leaf])}
    return BoostedGraph(
        seen.place,
        tuple(_tree(grown, columns) for grown in ensemble.trees),
        tuple(scores),
        _base(ensemble, scores[0].shape[1]),
        apart=ensemble.transform == "LOGISTIC" and scores[0].shape[1] > 1,
        below=ensembles.LT in modes,
        above=ensembles.GT in modes,
        missing=any(bool((grown.missing_left ^ _turned(grown)).any()) for grown in ensemble.trees),
    )


def _turned(grown: Grown) -> Array:
    return np.isin(grown.mode, (ensembles.GTE, ensembles.GT))


def _scores(ensemble: Ensemble, grown: Grown, classes: int) -> Array:
    """Return what leaves add to the scores: of two classes, to that of the second."""
    values = np.where(grown.leaf[:, None], grown.leaf_values, np.nan)
    if classes != 2 or ensemble.transform != "LOGISTIC":
        return values
    last = bool(np.isfinite(values[:, -1]).any())
    own = values[:, -1] if last else values[:, 0]  # one number of a leaf is of the second class, as it is run
    return np.where(grown.leaf, np.nan_to_num(own), np.nan)[:, None]


def _base(ensemble: Ensemble, outputs: int) -> Array | None:
    if not len(ensemble.base):
        return None
    return np.asarray(ensemble.base[-1:] if outputs == 1 else np.broadcast_to(ensemble.base, (outputs,)))


def _tree(grown: Grown, columns: Columns) -> Tree:
    """Return a tree: comparisons in 32 bits, and splits by single values as sets of one."""
    inner = ~grown.leaf
    single = inner & np.isin(grown.mode, (ensembles.EQ, ensembles.NEQ))
    ordered = inner & np.isin(grown.mode, (ensembles.LEQ, ensembles.LT, ensembles.GT, ensembles.GTE))
    if (inner & ~single & ~ordered).any() or (single & (grown.split != np.rint(grown.split))).any():
        raise ModelError("the trees of the graph split by sets or single values that are no codes of categories")
    bound = np.asarray(grown.split, dtype=np.float32)
    open_ = np.isin(grown.mode, (ensembles.LT, ensembles.GTE))
    bound = np.where(open_, np.nextafter(bound, np.float32(-np.inf)), bound).astype(np.float64)
    sets = {
        int(node): SetSplit(
            int(grown.feature[node]), frozenset({int(grown.split[node])}), left=bool(grown.mode[node] == ensembles.EQ)
        )
        for node in np.flatnonzero(single)
    }
    lost = sorted({columns[i].label for i in grown.feature[inner].tolist() if not columns[i].raw})
    if lost:
        raise ModelError(f"the trees of the graph split on {listing(lost, 5)}, which can't be carried back to a column")
    return Tree(
        columns,
        np.where(ordered, grown.feature, -1),
        np.where(ordered, bound, np.nan),
        grown.left,
        grown.right,
        np.zeros(len(bound), dtype=np.int64),
        missing_left=grown.missing_left,
        sets=sets,
    )
