"""What can't be read is refused in one clear line, and nothing is read out of what was stripped."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from sklearn import ensemble, tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from retrodict.errors import ModelError, RetrodictError
from retrodict.matching import energy, read_problem
from tests.families.sklearn.disclose.tables import BINARY, FRAME, MIXED, VALUE, Y
from tests.matching.planted import check, planted

FOREST = {"n_estimators": 5, "random_state": 0}


def forest(**settings: Any) -> Any:
    return ensemble.RandomForestClassifier(**FOREST, **settings).fit(FRAME, Y)


def refused(model: Any, kind: type[RetrodictError], *words: str) -> None:
    with pytest.raises(kind) as caught:
        read_problem(model)
    text = str(caught.value)
    assert "\n" not in text
    for word in words:
        assert word in text, text


def test_no_trees() -> None:
    refused(LogisticRegression().fit(FRAME, BINARY), ModelError, "LogisticRegression", "holds no decision trees")


def test_folds_of_a_calibration() -> None:
    model = CalibratedClassifierCV(ensemble.RandomForestClassifier(**FOREST), cv=2).fit(FRAME, Y)
    refused(model, ModelError, "part of the table", "one fold")


def test_boosting_on_draws() -> None:
    model = ensemble.GradientBoostingRegressor(n_estimators=2, subsample=0.5, random_state=0).fit(FRAME, VALUE)
    refused(model, ModelError, "subsample=0.5", "drew rows")


def test_boosting_that_held_rows_out() -> None:
    model = ensemble.GradientBoostingRegressor(n_estimators=2, n_iter_no_change=2, random_state=0).fit(FRAME, VALUE)
    refused(model, ModelError, "held out")


def test_columns_that_are_mixed() -> None:
    model = make_pipeline(PCA(2), ensemble.RandomForestClassifier(**FOREST)).fit(FRAME, Y)
    refused(model, ModelError, "pca[0]", "can't be carried back")


def test_two_orders_of_one_list() -> None:
    orders = [["clerk", "cook", "nurse", "pilot"], ["nurse", "clerk", "pilot", "cook"]]
    ranks = [(str(i), OrdinalEncoder(categories=[order]), ["job"]) for i, order in enumerate(orders)]
    table = MIXED.assign(job=np.random.default_rng(0).choice(orders[0], len(MIXED)))
    model = make_pipeline(ColumnTransformer(ranks), ensemble.ExtraTreesClassifier(**FOREST)).fit(table, Y)
    refused(model, ModelError, "'job'", "two orders")


def test_seeds_that_were_taken_out() -> None:
    model = forest()
    for member in model.estimators_:
        member.random_state = None
    refused(model, ModelError, "seeds", "random_state")


def test_seeds_that_were_changed() -> None:
    model = forest()
    for member in model.estimators_:
        member.random_state += 1
    refused(model, ModelError, "seeds", "roots")


def test_one_changed_seed_leaves_out_its_tree() -> None:
    model = forest()
    model.estimators_[0].random_state += 1
    reading = check(model, FRAME, Y)
    assert len(reading.problem.trees) == 4
    assert any("left out" in note for note in reading.notes)


def test_several_outputs() -> None:
    model = tree.DecisionTreeRegressor().fit(FRAME, np.column_stack([VALUE, VALUE]))
    with pytest.raises(RetrodictError):
        read_problem(model)


@pytest.mark.parametrize("field", ["n_node_samples"])
def test_counts_that_were_stripped(field: str) -> None:
    model = tree.DecisionTreeClassifier(random_state=0).fit(FRAME, Y)
    bare = copy.deepcopy(model)
    state = bare.tree_.__getstate__()
    state["nodes"] = state["nodes"].copy()
    state["nodes"][field] = 0
    bare.tree_.__setstate__(state)
    refused(bare, ModelError, "stores no node counts", "under a prior")


def test_changed_counts_are_not_met() -> None:
    """The control: a count that no table has leaves a mismatch for the planted one."""
    model = tree.DecisionTreeClassifier(random_state=0).fit(FRAME, Y)
    reading = read_problem(model)
    problem, codes, labels = planted(reading, FRAME, Y)
    problem.targets.sums[-1] += 1.0
    assert energy(problem, codes, labels) > 0.0
