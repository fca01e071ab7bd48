"""Check the node arrays of trees that came from a file, before compiled code follows them.

skops lists `Tree` and `TreePredictor` as untrusted because their nodes hold raw indices: a malformed file would
read, or write, out of bounds at the first prediction. With every index in range and every child
after its parent, it can't.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.tree._tree import Tree

from retrodict.errors import ModelError
from retrodict.models.neighbor_check import NEIGHBOR_TREES, REVIEWED_NEIGHBORS, neighbor_fault

Array = np.ndarray

REVIEWED: frozenset[str] = frozenset(
    {
        *REVIEWED_NEIGHBORS,
        "sklearn.tree._tree.Tree",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        # what an imputer keeps of its input: skops reads it off an empty array, never a pickle
        "numpy.dtype",
        # histogram boosting's check of its input; what a partial holds is audited under its own name
        "functools.partial",
        "sklearn.utils.validation.check_array",
        # plain holders of parameters, in Python: nothing runs when they are built
        "sklearn._loss.loss.HalfTweedieLossIdentity",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.compose._column_transformer.make_column_selector",
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.gaussian_process.kernels.ConstantKernel",
        "sklearn.gaussian_process.kernels.DotProduct",
        "sklearn.gaussian_process.kernels.Matern",
        "sklearn.gaussian_process.kernels.Product",
        "sklearn.gaussian_process.kernels.RBF",
        "sklearn.gaussian_process.kernels.RationalQuadratic",
        "sklearn.gaussian_process.kernels.Sum",
        "sklearn.gaussian_process.kernels.WhiteKernel",
        "sklearn.metrics._scorer._PassthroughScorer",
        "sklearn.model_selection._split.KFold",
        "sklearn.model_selection._split.StratifiedKFold",
        "sklearn.multiclass._ConstantPredictor",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "sklearn.utils._bunch.Bunch",
    }
)
"""Types of scikit-learn outside skops' own list that need no word of the user: checked here, or unable to do harm."""


def check_trees(thing: Any) -> None:
    """Check every tree within an object that was read from a file.

    Parameters
    ----------
    thing
        An estimator, or whatever the file held.

    Raises
    ------
    ModelError
        If a tree's nodes point outside of its arrays, or an ensemble's trees do not fit it.
    """
    for owner, part in _parts(thing):
        width = getattr(owner, "n_features_in_", 0)
        if isinstance(part, Tree):
            _check_tree(part, width)
        elif isinstance(part, TreePredictor):
            _check_predictor(part, width)
        elif isinstance(part, NEIGHBOR_TREES):
            fault = neighbor_fault(part)
            if fault is not None:
                raise _damaged(fault)
        elif isinstance(part, BaseEstimator) and isinstance(getattr(part, "estimators_", None), list | np.ndarray):
            _check_members(part)


def _parts(thing: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every object within, with the estimator that holds it."""
    seen: dict[int, Any] = {}
    stack: list[tuple[Any, Any]] = [(None, thing)]
    while stack:
        owner, part = stack.pop()
        if id(part) in seen or isinstance(part, str | bytes | int | float | type(None)):
            continue
        seen[id(part)] = part  # kept alive, so that an id is not used twice
        yield owner, part
        if isinstance(part, dict):
            inner = list(part.values())
        elif isinstance(part, list | tuple | set) or (isinstance(part, np.ndarray) and part.dtype == object):
            inner = list(np.ravel(part)) if isinstance(part, np.ndarray) else list(part)
        else:
            inner = list(getattr(part, "__dict__", {}).values())
            owner = part if isinstance(part, BaseEstimator) else owner
        stack += [(owner, item) for item in inner]


def _check_members(ensemble: Any) -> None:
    """Members that are called without a check of their input must take what the ensemble takes."""
    per_step = getattr(ensemble, "n_trees_per_iteration_", None)
    members = ensemble.estimators_
    if per_step is not None and (np.ndim(members) != 2 or np.shape(members)[1] != per_step):
        raise _damaged("an ensemble's trees do not match its classes")
    trees = [member for member in np.ravel(np.array(members, dtype=object)) if hasattr(member, "tree_")]
    if getattr(ensemble, "estimators_features_", None) is not None:
        return  # bagging hands out columns, and each member checks what it gets
    if any(tree.n_features_in_ != ensemble.n_features_in_ for tree in trees):
        raise _damaged("an ensemble's trees take another number of columns than it does")


def _check_tree(tree: Any, width: int) -> None:
    inner = tree.children_left != -1
    _check_nodes(tree.children_left, tree.children_right, tree.feature, inner, width)


def _check_predictor(predictor: Any, width: int) -> None:
    nodes = predictor.nodes
    if not isinstance(nodes, np.ndarray) or nodes.ndim != 1 or nodes.dtype.names is None:
        raise _damaged("its nodes are no array of nodes")
    inner = nodes["is_leaf"] == 0
    _check_nodes(nodes["left"], nodes["right"], nodes["feature_idx"], inner, width)
    listed = inner & (nodes["is_categorical"] != 0)
    if listed.any() and nodes["bitset_idx"][listed].max() >= len(predictor.raw_left_cat_bitsets):
        raise _damaged("a node's categories are missing")


def _check_nodes(left: Array, right: Array, feature: Array, inner: Array, width: int) -> None:
    count, own = len(left), np.flatnonzero(inner)
    if count == 0:
        raise _damaged("it has no nodes")
    for children in (left[inner].astype(np.int64), right[inner].astype(np.int64)):
        if (children <= own).any() or (children >= count).any():
            raise _damaged("a node's children are not after it")
    if (feature[inner] < 0).any() or (feature[inner] >= width).any():
        raise _damaged(f"a node splits on a column outside of the {width} that the model takes")


def _damaged(what: str) -> ModelError:
    return ModelError(f"a tree that can't be followed ({what}); save the model again")
