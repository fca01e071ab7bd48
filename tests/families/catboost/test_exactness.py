"""What is said of the equations of leaf values, against gradients that are computed here from the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

catboost = pytest.importorskip("catboost")

import retrodict as rd  # noqa: E402
from retrodict.disclosures import GradientSums  # noqa: E402
from retrodict.families.catboost import exactness as said  # noqa: E402

Array = np.ndarray
N, RATE, PENALTY = 300, 0.2, 3.0
_RNG = np.random.default_rng(0)
X = np.c_[_RNG.integers(20, 80, N), _RNG.normal(5, 2, N).round(3)].astype(np.float64)
VALUE = np.abs(X[:, 0] / 20 + X[:, 1] + _RNG.normal(size=N)).astype(np.float32).astype(np.float64)
LABEL = (np.quantile(VALUE, 0.7) < VALUE).astype(float)
WEIGHTS = _RNG.integers(1, 4, N).astype(float)
ONE = {"leaf_estimation_iterations": 1}


def _train(loss: str, params: dict[str, Any], **data: Any) -> Any:
    settings = {"loss_function": loss, "iterations": 8, "learning_rate": RATE, "l2_leaf_reg": PENALTY, "depth": 4}
    quiet = {"verbose": 0, "allow_writing_files": False, "thread_count": 1, "random_seed": 1}
    target = VALUE if loss in ("RMSE", "Poisson") else LABEL
    return catboost.CatBoost({**settings, **quiet, **params}).fit(catboost.Pool(X, target, **data))


def _worst(made: Any, binary: bool, penalty: float = PENALTY) -> float:
    """Return the worst residual of all equations as they are stated, rows counting once."""
    leaf, F = made.calc_leaf_indexes(catboost.Pool(X)), np.full(N, made.get_scale_and_bias()[1])
    ends = np.cumsum(made.get_tree_leaf_counts())
    worst = 0.0
    for t, values in enumerate(np.split(made.get_leaf_values(), ends[:-1])):
        share = 1.0 / (1.0 + np.exp(-F))
        g, h = (share - LABEL, share * (1 - share)) if binary else (F - VALUE, np.ones(N))
        for i, value in enumerate(values):
            at = leaf[:, t] == i
            worst = max(worst, abs(g[at].sum() + value / RATE * (h[at].sum() + penalty)))
        F = F + values[leaf[:, t]]
    return worst


PLAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "values": ("RMSE", {}),
    "classes": ("Logloss", ONE),
    "Gradient is Newton of values": ("RMSE", {"leaf_estimation_method": "Gradient"}),
    "Bayesian weights": ("RMSE", {"bootstrap_type": "Bayesian"}),
    "draws": ("Logloss", {**ONE, "bootstrap_type": "Bernoulli", "subsample": 0.5}),
    "MVS": ("Logloss", {**ONE, "bootstrap_type": "MVS", "subsample": 0.5}),
    "ordered": ("RMSE", {"boosting_type": "Ordered"}),
    "ordered classes": ("Logloss", {**ONE, "boosting_type": "Ordered"}),
    "random strength": ("RMSE", {"random_strength": 10.0}),
    "column sampling": ("RMSE", {"rsm": 0.5}),
    "from the average": ("Logloss", {**ONE, "boost_from_average": True}),
    "no penalty": ("RMSE", {"l2_leaf_reg": 0.0}),
}


@pytest.mark.parametrize("name", PLAIN)
def test_equations_of_plain_steps_hold(name: str) -> None:
    loss, params = PLAIN[name]
    made = _train(loss, params)
    (stated,) = rd.inspect_model(made).of(GradientSums)
    assert stated.exact == said.UNWEIGHTED  # weights that are whole numbers can't be told from rows
    assert (stated.rate, stated.penalty) == pytest.approx((RATE, params.get("l2_leaf_reg", PENALTY)), abs=1e-8)
    assert _worst(made, loss == "Logloss", params.get("l2_leaf_reg", PENALTY)) < 1e-4


OTHERWISE: dict[str, tuple[str, dict[str, Any], dict[str, Any], str | None]] = {
    "several steps": ("Logloss", {"leaf_estimation_iterations": 5}, {}, "of the last of 5 steps"),
    "Gradient": ("Logloss", {**ONE, "leaf_estimation_method": "Gradient"}, {}, said.COUNTS_FOR_HESSIANS),
    "weights": ("RMSE", {}, {"weight": WEIGHTS}, None),
    "weights of classes": ("Logloss", ONE, {"weight": WEIGHTS}, None),
    "weights that are not whole": ("RMSE", {}, {"weight": WEIGHTS / 7}, said.WEIGHTED),
    "class weights": ("Logloss", {**ONE, "class_weights": [1, 3]}, {}, said.WEIGHTED),
    "scale_pos_weight": ("Logloss", {**ONE, "scale_pos_weight": 3}, {}, said.WEIGHTED),
    "given scores": ("RMSE", {}, {"baseline": np.linspace(-3, 3, N)}, said.OWN_START),
    "given scores of classes": ("Logloss", ONE, {"baseline": np.linspace(-1, 1, N)}, None),
    "noise": ("RMSE", {"langevin": True}, {}, "with noise added"),
    "shrunk": ("RMSE", {"model_shrink_rate": 0.1, "boost_from_average": False}, {}, "shrunk with each later tree"),
    "monotone": ("RMSE", {"monotone_constraints": [1, -1]}, {}, "shrunk with each later tree"),
    "other losses": ("Poisson", {}, {}, "as the library derives them"),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_keeps_equations_from_holding_is_said(name: str) -> None:
    loss, params, data, word = OTHERWISE[name]
    made = _train(loss, params, **data)
    (stated,) = rd.inspect_model(made).of(GradientSums)
    assert stated.exact is False if word is None else word in stated.exact
    assert _worst(made, loss == "Logloss") > 1e-2  # the row is one that needs it


def test_scores_of_several_classes_are_of_all_together() -> None:
    made = catboost.CatBoostClassifier(iterations=5, verbose=0, allow_writing_files=False, thread_count=1)
    made.fit(X, np.digitize(VALUE, np.quantile(VALUE, [0.3, 0.6])))
    assert said.SEVERAL in rd.inspect_model(made).of(GradientSums)[0].exact


def test_statistics_of_categories_show_that_rows_count_once() -> None:
    site = np.array(list("abcdefgh"))[np.argsort(np.argsort(VALUE)) * 8 // N]  # splits ask for it
    frame = pd.DataFrame({"age": X[:, 0], "site": site})
    made = catboost.CatBoostClassifier(
        iterations=8,
        learning_rate=RATE,
        leaf_estimation_iterations=1,
        verbose=0,
        allow_writing_files=False,
        thread_count=1,
    )
    for weight in (None, WEIGHTS):
        made.fit(frame, LABEL.astype(int), cat_features=["site"], sample_weight=weight)
        (stated,) = rd.inspect_model(made).of(GradientSums)
        assert (stated.exact is True) == (weight is None)


def test_a_stripped_model_says_nothing_of_its_steps() -> None:
    bare = rd.sanitize(_train("Logloss", ONE))
    assert bare.after.of(GradientSums)[0].exact == said.UNKNOWN_STEP
