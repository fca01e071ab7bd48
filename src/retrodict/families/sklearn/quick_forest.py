"""Random forests of classes on small tables, grown by scikit-learn's own builder without what it does around each tree.

Of a forest on some hundred rows half of the time goes to the copying and checking of settings and labels, tree by
tree, which are the same for all. Trees are the very same, and the forest is of scikit-learn's own class afterwards.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

Array = np.ndarray

ROWS = 5_000
"""Of more rows growing takes nearly all of the time."""

_SEEDS = np.iinfo(np.int32).max
_UNSET = {
    "class_weight": None,
    "max_leaf_nodes": None,
    "monotonic_cst": None,
    "ccp_alpha": 0.0,
    "min_weight_fraction_leaf": 0.0,
    "oob_score": False,
    "warm_start": False,
    "verbose": 0,
}
"""Settings that are left to scikit-learn where they are others."""


def fit(estimator: Any, X: Any, y: Array) -> Any:
    """Return an estimator fitted: its own `fit`, quicker where it is or ends in a forest of classes.

    Parameters
    ----------
    estimator
        Unfitted; it is changed.
    X
        Rows as it takes them.
    y
        Classes or values.
    """
    forest = estimator.steps[-1][1] if type(estimator) is Pipeline else estimator
    own = type(forest)
    if len(y) > ROWS or not _plain(forest):
        return estimator.fit(X, y)
    with suppress(ImportError, AttributeError, TypeError):  # of a release that grows trees in another way
        forest.__class__ = _FORESTS[own]
        try:
            estimator.fit(X, y)
        finally:
            forest.__class__ = own
            forest.__dict__.pop("_pattern", None)
        for tree in forest.estimators_:
            tree.__class__ = tree.__class__.__base__
        return estimator
    return estimator.fit(X, y)


def _plain(forest: Any) -> bool:
    if type(forest) not in _FORESTS:
        return False
    given = forest.get_params(deep=False)
    whole = isinstance(given["min_samples_leaf"], int) and isinstance(given["min_samples_split"], int)
    return (
        whole
        and isinstance(given["criterion"], str)
        and all(given.get(name, one) == one for name, one in _UNSET.items())
    )


def _grown(
    tree: Any,
    X: Array,
    y: Array,
    sample_weight: Array | None = None,
    check_input: bool = True,
    missing_values_in_feature_mask: Array | None = None,
) -> Any:
    """Grow a tree as its own `_fit` does, whose parameters these are, of codes of classes, shape (n, 1)."""
    del check_input  # a forest has checked its rows
    from sklearn.tree._classes import CRITERIA_CLF, DENSE_SPLITTERS
    from sklearn.tree._tree import DepthFirstTreeBuilder, Tree

    classes, leaf = np.array([tree.n_classes_], dtype=np.intp), tree.min_samples_leaf
    criterion = CRITERIA_CLF[tree.criterion](1, classes)
    random = np.random.RandomState(tree.random_state)
    splitter = DENSE_SPLITTERS[tree.splitter](criterion, tree.max_features_, leaf, 0.0, random, None)
    depth = np.iinfo(np.int32).max if tree.max_depth is None else tree.max_depth
    split = max(tree.min_samples_split, 2 * leaf)
    tree.tree_ = Tree(X.shape[1], classes, 1)
    builder = DepthFirstTreeBuilder(splitter, split, leaf, 0.0, depth, tree.min_impurity_decrease)
    weights = None if sample_weight is None else sample_weight.astype(np.float64)
    builder.build(tree.tree_, X, y, weights, missing_values_in_feature_mask)
    return tree


class _QuickTree(DecisionTreeClassifier):  # type: ignore[misc]  # scikit-learn has no types
    _fit = _grown


class _QuickExtraTree(ExtraTreeClassifier):  # type: ignore[misc]
    _fit = _grown


def _from_pattern(pattern: Any, random: Any) -> Any:
    """Return a tree of a forest's settings with the seed that it would have got."""
    made = object.__new__(type(pattern))
    vars(made).update(vars(pattern), random_state=random.randint(_SEEDS))
    return made


def _pattern(forest: Any, tree: Any, quick: type) -> Any:
    """Return what all trees of a forest have in common."""
    width = forest.n_features_in_
    tree.__class__ = quick
    most = tree.max_features
    if isinstance(most, str):
        tree.max_features_ = max(1, int({"sqrt": np.sqrt, "log2": np.log2}[most](width)))
    elif most is None:
        tree.max_features_ = width
    else:
        tree.max_features_ = int(most) if isinstance(most, int | np.integer) else max(1, int(most * width))
    tree.n_features_in_, tree.n_outputs_ = width, 1
    tree.n_classes_ = np.intp(forest.n_classes_[0])
    tree.classes_ = np.arange(float(tree.n_classes_))
    return tree


class _QuickForest(RandomForestClassifier):  # type: ignore[misc]
    def _make_estimator(self, append: bool = True, random_state: Any = None) -> Any:
        if "_pattern" not in vars(self):
            self._pattern = _pattern(self, super()._make_estimator(append=False), _QuickTree)
        return _from_pattern(self._pattern, random_state)


class _QuickExtraTrees(ExtraTreesClassifier):  # type: ignore[misc]
    def _make_estimator(self, append: bool = True, random_state: Any = None) -> Any:
        if "_pattern" not in vars(self):
            self._pattern = _pattern(self, super()._make_estimator(append=False), _QuickExtraTree)
        return _from_pattern(self._pattern, random_state)


_FORESTS: dict[type, type] = {RandomForestClassifier: _QuickForest, ExtraTreesClassifier: _QuickExtraTrees}
