"""Check every part of a model that was built from a file, before any of it is asked for anything."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.ensemble._forest import BaseForest
from sklearn.ensemble._gb import BaseGradientBoosting
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.neighbors._base import NeighborsBase
from sklearn.svm._base import BaseLibSVM
from sklearn.tree import BaseDecisionTree
from sklearn.tree._tree import Tree

from retrodict.errors import ModelError
from retrodict.families.sklearn.open.boosting_check import boosting_fault, predictor_fault
from retrodict.families.sklearn.open.estimator_check import check_estimator
from retrodict.families.sklearn.open.neighbor_check import NEIGHBOR_TREES, neighbor_model_fault
from retrodict.families.sklearn.open.neighbor_state import neighbor_fault
from retrodict.families.sklearn.open.sparse_check import sparse_fault
from retrodict.families.sklearn.open.svm_check import svm_fault
from retrodict.families.sklearn.open.tree_state import state_of, tree_fault
from retrodict.families.sklearn.structure.all_objects import objects_within
from retrodict.models.type_lookup import known_of_type
from retrodict.models.whole_number import whole
from retrodict.plain_text import one_line

_HISTOGRAM = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)

_CORE: dict[type, str] = {
    BaseDecisionTree: "tree_",
    BaseForest: "estimators_",
    BaseGradientBoosting: "estimators_",
    BaseLibSVM: "support_vectors_",
    HistGradientBoostingClassifier: "_predictors",
    HistGradientBoostingRegressor: "_predictors",
    NeighborsBase: "_fit_X",
}
"""What a fitted model of each family predicts by: without it, it is fitted in name alone."""


def check_built(thing: Any) -> None:
    """Check every tree, sparse matrix and estimator within an object that was read from a file.

    Parameters
    ----------
    thing
        An estimator, or whatever the file held.

    Raises
    ------
    ModelError
        If a part would lead compiled code outside of its arrays, or contradicts what its estimator says of it.
    """
    for owner, part in objects_within(thing):
        fault = _tree_fault(owner, part)
        if fault is not None:
            raise ModelError(f"a tree that can't be followed ({fault}); save the model again")
        if sparse.issparse(part) and (fault := sparse_fault(part)) is not None:
            raise ModelError(f"a sparse matrix that can't be followed ({one_line(fault, 200)}); save the model again")
        if isinstance(part, BaseEstimator):
            check_estimator(part)
            fault = _model_fault(part)
            if fault is not None:
                raise ModelError(f"a {type(part).__name__} that can't be followed ({fault}); save the model again")


def _tree_fault(owner: Any, part: Any) -> str | None:
    width: Any = getattr(owner, "n_features_in_", None)
    if isinstance(part, Tree):
        if not whole(width, 1):
            return "its model does not say how many columns it takes"
        return tree_fault(*state_of(part), width=width)
    if isinstance(part, TreePredictor):
        return predictor_fault(part, width) if whole(width, 1) else "its model does not say how many columns it takes"
    if isinstance(part, NEIGHBOR_TREES):
        return neighbor_fault(
            part.__getstate__(), any(base.__name__.startswith("KDTree") for base in type(part).__mro__)
        )
    return None


def _model_fault(model: Any) -> str | None:
    held = vars(model)
    core = known_of_type(type(model), _CORE)
    if core is not None and core not in held and any(name.endswith("_") for name in held):
        return f"its {core} is missing"
    if isinstance(model, BaseLibSVM):
        return svm_fault(model)
    if isinstance(model, _HISTOGRAM):
        return boosting_fault(model)
    if "_fit_X" in held:
        return neighbor_model_fault(model)
    if "tree_" in held:
        return _single_fault(model, held)
    if isinstance(held.get("estimators_"), list | np.ndarray):
        return _members_fault(model, held)
    return None


def _single_fault(model: Any, held: dict[str, Any]) -> str | None:
    tree = held["tree_"]
    if not isinstance(tree, Tree):
        return "its tree is none"
    classes = held.get("classes_")
    if isinstance(classes, np.ndarray) and classes.ndim == 1 and tuple(tree.n_classes) != (len(classes),):
        return "its classes do not match its tree's"
    if not whole(held.get("n_outputs_", tree.n_outputs), tree.n_outputs, tree.n_outputs):
        return "its outputs do not match its tree's"
    return None


def _members_fault(ensemble: Any, held: dict[str, Any]) -> str | None:
    """Members that are called without a check of their input must take what the ensemble takes."""
    members = held["estimators_"]
    if isinstance(ensemble, BaseGradientBoosting):
        per_step = held.get("n_trees_per_iteration_", 1)
        if not isinstance(members, np.ndarray) or members.ndim != 2 or members.shape[1] != per_step:
            return "its trees do not match its classes"
        if any(not isinstance(getattr(member, "tree_", None), Tree) for member in members.ravel()):
            return "its trees are none"
        if any(member.tree_.value.shape[1:] != (1, 1) for member in members.ravel()):
            return "its trees have several outputs"
    if held.get("estimators_features_") is not None:
        columns = held["estimators_features_"]
        if not isinstance(columns, list) or len(columns) != len(members):
            return "its members do not match their columns"
        return None  # bagging hands out columns, and each member checks what it gets
    trees = [member for member in np.ravel(np.array(members, dtype=object)) if hasattr(member, "tree_")]
    width = getattr(ensemble, "n_features_in_", None)  # a stack has it as a property
    if trees and not whole(width, 1):
        return "it does not say how many columns it takes"
    if any(getattr(tree, "n_features_in_", None) != width for tree in trees):
        return "its trees take another number of columns than it does"
    return None
