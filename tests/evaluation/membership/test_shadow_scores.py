"""Attacks by shadow models on controls: chance where nothing was seen, certainty where rows were learned by heart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from retrodict import time_limit
from retrodict.errors import RequestError
from retrodict.evaluation.membership import shadow_scores as module
from retrodict.evaluation.membership.roc import auc
from retrodict.evaluation.membership.shadow_scores import shadow_scores
from retrodict.evaluation.membership.shadows import Shadows, trained
from tests.evaluation.membership.shadow_worlds import asked, fitted, found, noise

NAMES = {"lira online", "lira offline", "lira fixed variance", "rmia", "rmia offline"}
BY_BOTH = ("lira online", "lira fixed variance")
"""Those that know what models say that saw a row, and models that did not: by heart is certain then."""
SURE = 1.0 - 1e-4
"""Of each interval: five attacks on a handful of worlds are outside one of them once in some hundred seeds."""


@pytest.mark.parametrize(
    ("estimator", "classes"),
    [(DecisionTreeClassifier(random_state=0), 5), (KNeighborsClassifier(3), 2), (DecisionTreeRegressor(), 0)],
)
def test_of_a_public_model_all_is_chance(estimator: Any, classes: int) -> None:
    public, train, holdout = (noise(300, seed, classes) for seed in (0, 1, 2))
    scores = found(shadow_scores(asked(fitted(estimator, public), train, holdout), Shadows(8), 0))
    assert scores.keys() == NAMES
    for name, one in scores.items():
        area = auc(one.members, one.others, SURE)
        assert area.low < 0.5 < area.high, name


@pytest.mark.parametrize(("estimator", "classes"), [(DecisionTreeClassifier(), 20), (DecisionTreeRegressor(), 0)])
def test_rows_learned_by_heart_are_found(estimator: Any, classes: int) -> None:
    train, holdout = noise(200, 1, classes), noise(200, 2, classes)
    scores = found(shadow_scores(asked(fitted(estimator, train), train, holdout), Shadows(8), 0))
    for name, one in scores.items():
        assert auc(one.members, one.others).value > (0.9 if name in BY_BOTH else 0.8), name


def test_those_who_saw_a_row_taken_for_those_who_did_not_find_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin of the last test."""

    def swapped(*what: Any) -> Any:
        made = trained(*what)
        return replace(made, held=~made.held)

    monkeypatch.setattr(module, "trained", swapped)
    train, holdout = noise(200, 1, 20), noise(200, 2, 20)
    scores = found(shadow_scores(asked(fitted(DecisionTreeClassifier(), train), train, holdout), Shadows(8), 0))
    for name in BY_BOTH:
        assert auc(scores[name].members, scores[name].others).value < 0.5, name


def test_names_shadows_and_fewer_of_the_same() -> None:
    train, holdout = noise(60, 1), noise(60, 2)
    world = asked(fitted(LogisticRegression(), train), train, holdout)
    scores = found(shadow_scores(world, Shadows(9), 0))
    assert {one.shadows for one in scores.values()} == {10}
    assert [one.shadows for one in scores["rmia"].fewer] == [2, 4, 8]
    assert [one.shadows for one in scores["lira online"].fewer] == [4, 8]
    four = found(shadow_scores(world, Shadows(4), 0))
    np.testing.assert_array_equal(four["rmia"].members, scores["rmia"].fewer[1].members)
    assert all(len(one.members) == 60 and one.way == "by_query" and one.seconds > 0 for one in scores.values())


def test_two_shadow_models_are_enough_for_rmia_alone() -> None:
    train, holdout = noise(60, 1), noise(60, 2)
    world = asked(fitted(LogisticRegression(), train), train, holdout)
    assert found(shadow_scores(world, Shadows(2), 0)).keys() == {"rmia", "rmia offline"}


def test_no_row_owes_its_score_to_its_table() -> None:
    """Members and others that change places get the same scores."""
    train, holdout = noise(40, 1), noise(40, 2)
    world = asked(fitted(DecisionTreeClassifier(max_depth=3), train), train, holdout)
    said = trained(world, Shadows(8), 0)
    target = np.concatenate([np.linspace(-2.0, 2.0, 40), np.linspace(2.0, -2.0, 40)])
    for name, (attack, _) in module._attacks(True).items():
        order = np.random.default_rng(0).permutation(80)
        moved = replace(said, said=said.said[:, order], held=said.held[:, order])
        np.testing.assert_allclose(attack(target[order], moved), attack(target, said)[order], err_msg=name)


@pytest.mark.slow
def test_the_forest_of_the_bundled_table() -> None:
    """LiRA with 20 shadow models tells half of the table from the other half at AUC .7 and more."""
    frame = load_breast_cancer(as_frame=True).frame
    train, holdout = train_test_split(frame, test_size=0.5, random_state=0, stratify=frame["target"])
    model = RandomForestClassifier(random_state=0).fit(train.drop(columns="target"), train["target"])
    scores = found(shadow_scores(asked(model, train, holdout), Shadows(20), 0))
    area = {name: auc(one.members, one.others).value for name, one in scores.items()}
    assert max(area["lira online"], area["lira offline"]) > 0.716
    four = scores["rmia"].fewer[1]
    assert auc(four.members, four.others).value > max(area.values()) - 0.02


def test_nothing_is_trained_where_the_model_cant_be() -> None:
    rows = noise(30, 0)
    world = asked(fitted(LogisticRegression(), rows), rows, noise(30, 1))
    with time_limit.within(60.0), pytest.raises(RequestError, match="no estimator 'nothing'"):
        list(shadow_scores(world, Shadows(2, estimator="nothing"), 0))
