"""Trees, forests, and bagging and boosting of trees: node counts, impurities, draws."""

from __future__ import annotations

from typing import Any

from sklearn import ensemble, tree
from sklearn.tree._tree import Tree

from retrodict.families.sklearn.open.same_bytes import zeroed_padding
from retrodict.sanitizing.plan import Trim

LEAVES = "predictions are the leaves' values, and split points lead to them"
NODES = "rows, weights and impurity of every node, and what inner nodes would have predicted"
_DRAWS = "the table's size, the draws of the rows, and what was measured on rows left out"


def bare_tree(nodes: Tree) -> Tree:
    """Return a copy of a tree's nodes that holds what prediction follows: splits, and the values of leaves.

    Counts become 0, weights 1, impurities and the values of inner nodes 0. Node arrays can't be written in place: they
    are set as unpickling sets them.
    """
    built, arguments, state = nodes.__reduce__()
    state = {**state, "nodes": zeroed_padding(state["nodes"]), "values": state["values"].copy()}
    state["nodes"]["n_node_samples"] = 0
    state["nodes"]["weighted_n_node_samples"] = 1.0
    state["nodes"]["impurity"] = 0.0
    inner = state["nodes"]["left_child"] != -1
    state["values"][inner] = 0.0
    bare: Tree = built(*arguments)
    bare.__setstate__(state)
    return bare


def single(estimator: Any, trim: Trim) -> None:
    """Take out what nodes count."""
    if "tree_" not in vars(estimator):
        return
    trim.put(estimator, "tree_", bare_tree(estimator.tree_), NODES, "tree_.n_node_samples")
    trim.keep("tree_.threshold", LEAVES)
    trim.keep("tree_.value", LEAVES)


def forest(estimator: Any, trim: Trim) -> None:
    """Take out the size of the table and the estimates on rows left out; the trees' seeds go with all seeds."""
    trim.drop(
        estimator,
        (
            "_n_samples",
            "_n_samples_bootstrap",
            "_sample_weight",
            "_seeds",
            "_max_samples",
            "max_samples_",
            "oob_score_",
            "oob_decision_function_",
            "oob_prediction_",
        ),
        _DRAWS,
    )


def isolation(estimator: Any, trim: Trim) -> None:
    """Do as for a forest; the size of the draws, and path lengths that follow from counts, set the scores."""
    trim.drop(estimator, ("_n_samples", "_sample_weight", "_seeds"), _DRAWS)
    trim.keep("_average_path_length_per_tree", "scores are path lengths, to which each leaf's count adds")


def adaptive(estimator: Any, trim: Trim) -> None:
    """Take out the members' training errors as stored."""
    trim.drop(estimator, "estimator_errors_", "training error of every member")
    trim.keep("estimator_weights_", "members vote by their weights, from which their training errors follow")


TRIMS = {
    tree.DecisionTreeClassifier: single,
    tree.DecisionTreeRegressor: single,
    tree.ExtraTreeClassifier: single,
    tree.ExtraTreeRegressor: single,
    ensemble.RandomForestClassifier: forest,
    ensemble.RandomForestRegressor: forest,
    ensemble.ExtraTreesClassifier: forest,
    ensemble.ExtraTreesRegressor: forest,
    ensemble.BaggingClassifier: forest,
    ensemble.BaggingRegressor: forest,
    ensemble.IsolationForest: isolation,
    ensemble.AdaBoostClassifier: adaptive,
    ensemble.AdaBoostRegressor: adaptive,
}
