"""A forest that is grown quickly is the forest that scikit-learn grows, bit by bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_wine
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import _tree

from retrodict.families.sklearn import quick_forest

X, CODES = load_wine(return_X_y=True)
Y = np.array(["a", "b", "c"])[CODES]
GAPS = np.where(np.random.default_rng(0).random(X.shape) < 0.1, np.nan, X)

FORESTS = {
    "plain": RandomForestClassifier(7, random_state=3),
    "settings": RandomForestClassifier(
        7, criterion="entropy", max_depth=4, min_samples_leaf=3, max_features=0.5, max_samples=0.7, random_state=1
    ),
    "no bootstrap": RandomForestClassifier(7, bootstrap=False, max_features=None, random_state=2),
    "extra": ExtraTreesClassifier(7, max_features="log2", random_state=0),
    "in a pipeline": make_pipeline(StandardScaler(), RandomForestClassifier(7, max_features=3, random_state=3)),
}
OTHERS = {
    "weighted": RandomForestClassifier(7, class_weight="balanced", random_state=0),
    "few leaves": RandomForestClassifier(7, max_leaf_nodes=5, random_state=0),
    "shares": RandomForestClassifier(7, min_samples_leaf=0.05, random_state=0),
}


@pytest.mark.parametrize("name", [*FORESTS, *OTHERS])
def test_trees_and_outputs_are_the_same(name: str) -> None:
    forest = (FORESTS | OTHERS)[name]
    rows = GAPS if name in ("plain", "settings") else X
    own, quick = clone(forest).fit(rows, Y), quick_forest.fit(clone(forest), rows, Y)
    np.testing.assert_array_equal(own.predict_proba(rows), quick.predict_proba(rows))
    one, other = (last(made) for made in (own, quick))
    assert type(other) is type(one)
    assert vars(other).keys() == vars(one).keys()
    for a, b in zip(one.estimators_, other.estimators_, strict=True):
        assert type(b) is type(a)
        assert set(vars(a)) == set(vars(b))
        assert a.get_params() == b.get_params()
        assert a.tree_.__getstate__()["nodes"].tobytes() == b.tree_.__getstate__()["nodes"].tobytes()
        assert (a.tree_.value == b.tree_.value).all()


def last(made: Any) -> Any:
    return made.steps[-1][1] if hasattr(made, "steps") else made


def test_it_is_quick_where_it_may_be_and_else_the_librarys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    grown: list[Any] = []
    own = _tree.DepthFirstTreeBuilder  # scikit-learn's trees have it by a name of their own

    def counted(*what: Any) -> Any:
        grown.append(own(*what))
        return grown[-1]

    monkeypatch.setattr(_tree, "DepthFirstTreeBuilder", counted)
    for forest in FORESTS.values():
        quick_forest.fit(clone(forest), X, Y)
    assert len(grown) == 7 * len(FORESTS)
    for forest in (*OTHERS.values(), RandomForestRegressor(3, random_state=0)):
        quick_forest.fit(clone(forest), X, CODES)
    assert len(grown) == 7 * len(FORESTS)


def test_a_release_that_grows_trees_in_another_way_grows_them_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(*what: Any) -> None:
        raise TypeError("another signature")

    monkeypatch.setattr(_tree, "DepthFirstTreeBuilder", other)
    forest = FORESTS["plain"]
    made = quick_forest.fit(clone(forest), X, Y)
    np.testing.assert_array_equal(made.predict_proba(X), clone(forest).fit(X, Y).predict_proba(X))
    assert type(made) is RandomForestClassifier
