"""Where the equations of leaf values are called exact they hold, by gradients that are computed here from the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

lightgbm = pytest.importorskip("lightgbm")

import retrodict as rd  # noqa: E402
from retrodict.disclosures import GradientSums, NodeSums, TargetMoments  # noqa: E402
from tests.families.lightgbm.tables import QUIET, table  # noqa: E402

Array = np.ndarray
RATE, PENALTY = 0.2, 1.5
PLAIN: dict[str, Any] = {
    **QUIET,
    **{"learning_rate": RATE, "lambda_l2": PENALTY, "min_data_in_leaf": 8, "num_leaves": 6},
}
FRAME = table(gaps=True)
X = FRAME[["age", "dose"]]
VALUE = FRAME["target"].to_numpy()
LABEL = (np.quantile(VALUE, 0.7) < VALUE).astype(float)
WEIGHTS = np.random.default_rng(1).integers(1, 4, len(X)).astype(float)


def _train(params: dict[str, Any], rounds: int = 8, **more: Any) -> Any:
    target = LABEL if params["objective"] in ("binary", "cross_entropy", "cross_entropy_lambda") else VALUE
    data = {name: more.pop(name) for name in ("weight", "init_score") if name in more}
    table_of = lightgbm.Dataset(X, target, **data)
    return lightgbm.train({**PLAIN, **params}, table_of, rounds, **more)


def _gradients(objective: str, F: Array) -> tuple[Array, Array]:
    """Return each row's gradient and hessian in the library's precision, unweighted."""
    if objective == "binary":
        sign = np.where(LABEL > 0, 1.0, -1.0)
        r = -sign / (1.0 + np.exp(sign * F))
        return r.astype(np.float32).astype(float), (np.abs(r) * (1.0 - np.abs(r))).astype(np.float32).astype(float)
    if objective == "poisson":
        return np.exp(F) - VALUE, np.exp(F + 0.7)
    if objective == "gamma":
        return 1.0 - VALUE * np.exp(-F), VALUE * np.exp(-F)
    return F.astype(np.float32) - VALUE.astype(np.float32), np.ones(len(F))


def _start(objective: str) -> float:
    mean = LABEL.mean() if objective == "binary" else VALUE.mean()
    if objective == "binary":
        return float(np.log(mean / (1.0 - mean)))
    return float(np.log(mean)) if objective in ("poisson", "gamma") else float(mean)


def _worst(booster: Any, objective: str, start: float, rate: float, penalty: float) -> float:
    """Return the worst residual of all equations as they are stated: unweighted rows, one rate, one penalty."""
    told = booster.trees_to_dataframe()
    leaf = np.reshape(booster.predict(X, pred_leaf=True), (len(X), -1))
    worst, F = 0.0, np.full(len(X), start)
    for t in range(leaf.shape[1]):
        g, h = _gradients(objective, F)
        names = [f"{t}-L{i}" for i in range(int(leaf[:, t].max()) + 1)]
        values = told.set_index("node_index")["value"].reindex(names).to_numpy()
        if t == 0:
            values = values - start
        for i, v in enumerate(values):
            rows = leaf[:, t] == i
            worst = max(worst, abs(g[rows].sum() + v / rate * (h[rows].sum() + penalty)))
        F = F + values[leaf[:, t]]
    return worst


HOLDS = {
    "binary": {"objective": "binary"},
    "values": {"objective": "regression"},
    "poisson": {"objective": "poisson", "poisson_max_delta_step": 0.7},
    "column sampling": {"objective": "binary", "feature_fraction": 0.5},
    "extra trees": {"objective": "binary", "extra_trees": True},
    "no penalty": {"objective": "binary", "lambda_l2": 0.0},
}


@pytest.mark.parametrize("name", HOLDS)
def test_exact_equations_hold(name: str) -> None:
    params = HOLDS[name]
    booster = _train(params)
    (stated,) = rd.inspect_model(booster).of(GradientSums)
    assert (stated.exact, stated.rate, stated.penalty) == (True, RATE, params.get("lambda_l2", PENALTY))
    objective = params["objective"]
    assert _worst(booster, objective, _start(objective), stated.rate, stated.penalty) < 2e-4


def _slower(t: int) -> float:
    return float(0.3 * 0.8**t)


OTHERWISE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "l1": ({"objective": "binary", "lambda_l1": 1.0}, {}),
    "capped steps": ({"objective": "binary", "max_delta_step": 0.3}, {}),
    "smoothed paths": ({"objective": "regression", "path_smooth": 5.0}, {}),
    "one-sided draws": ({"objective": "binary", "data_sample_strategy": "goss"}, {}),
    "draws": ({"objective": "binary", "bagging_fraction": 0.6, "bagging_freq": 1}, {}),
    "draws of a class": ({"objective": "binary", "pos_bagging_fraction": 0.5, "bagging_freq": 1}, {}),
    "quantised": ({"objective": "regression", "use_quantized_grad": True}, {}),
    "dropped trees": ({"objective": "regression", "boosting": "dart", "drop_rate": 0.9, "skip_drop": 0.0}, {}),
    "forest": ({"objective": "regression", "boosting": "rf", "bagging_fraction": 0.6, "bagging_freq": 1}, {}),
    "a class that counts more": ({"objective": "binary", "scale_pos_weight": 3.0}, {}),
    "unbalanced": ({"objective": "binary", "is_unbalance": True, "bagging_freq": 0}, {}),
    "weights": ({"objective": "binary"}, {"weight": WEIGHTS}),
    "weights of values": ({"objective": "regression"}, {"weight": WEIGHTS}),
    "weights of counts": ({"objective": "poisson"}, {"weight": WEIGHTS}),
    "weights of gamma": ({"objective": "gamma"}, {"weight": WEIGHTS}),
    "given scores": ({"objective": "regression"}, {"init_score": np.linspace(0.0, 3.0, len(X))}),
    "given scores of classes": ({"objective": "binary"}, {"init_score": np.linspace(-1.0, 1.0, len(X))}),
    "monotone": ({"objective": "regression", "monotone_constraints": [1, -1]}, {}),
    "changing rate": (
        {"objective": "binary"},
        {"callbacks": [lightgbm.reset_parameter(learning_rate=lambda t: 0.3 * 0.8**t)]},
    ),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_equations_that_do_not_hold_as_stated_are_not_called_exact(name: str) -> None:
    params, more = OTHERWISE[name]
    booster = _train(params, rounds=12, **more)
    (stated,) = rd.inspect_model(booster).of(GradientSums)
    assert stated.exact is not True
    objective = params["objective"]
    assert _worst(booster, objective, _start(objective), RATE, PENALTY) > 1e-2  # the row is one that needs it


def test_without_an_average_the_start_is_zero_and_must_show() -> None:
    binary = _train({"objective": "binary", "boost_from_average": False})
    (stated,) = rd.inspect_model(binary).of(GradientSums)
    assert stated.exact is True  # hessians of a quarter a row show that all scores were zero
    assert _worst(binary, "binary", 0.0, RATE, PENALTY) < 1e-6
    for more in ({}, {"init_score": np.linspace(0.0, 3.0, len(X))}):  # of values nothing shows it
        values = _train({"objective": "regression", "boost_from_average": False}, **more)
        (stated,) = rd.inspect_model(values).of(GradientSums)
        assert isinstance(stated.exact, str)


def test_leaves_refitted_on_other_rows() -> None:
    booster = _train({"objective": "binary"})
    rows = np.random.default_rng(0).permutation(len(X))[:100]
    (stated,) = rd.inspect_model(booster.refit(X.iloc[rows], LABEL[rows], decay_rate=0.0)).of(GradientSums)
    assert stated.exact is not True


def test_stumps_refitted_on_other_rows() -> None:
    booster = _train({"objective": "regression", "num_leaves": 2})
    again = booster.refit(X.iloc[:100], VALUE[:100], decay_rate=0.0)
    assert rd.inspect_model(again).of(GradientSums)[0].exact is not True


@pytest.mark.parametrize("objective", ["lambdarank", "custom", "cross_entropy_lambda", "gamma", "tweedie", "fair"])
def test_losses_whose_equations_can_not_be_told(objective: str) -> None:
    if objective == "lambdarank":
        data = lightgbm.Dataset(X, LABEL, group=[24] * 10)
        booster = lightgbm.train({**PLAIN, "objective": objective}, data, 5)
    elif objective == "custom":
        loss = lambda F, data: (F - data.get_label(), np.ones(len(F)))  # noqa: E731
        booster = lightgbm.train({**PLAIN, "objective": loss}, lightgbm.Dataset(X, VALUE), 5)
    else:
        booster = _train({"objective": objective})
    (stated,) = rd.inspect_model(booster).of(GradientSums)
    assert isinstance(stated.exact, str)


def test_files_whose_parameters_are_gone_say_nothing_exact(tmp_path: Any) -> None:
    booster = _train({"objective": "binary"})
    text = booster.model_to_string()
    path = tmp_path / "bare.txt"
    path.write_text(
        text[: text.index("\nparameters:")] + "\n\nparameters:\nend of parameters\n\npandas_categorical:null\n"
    )
    found = rd.inspect_model(path)
    assert all(isinstance(one.exact, str) for one in (*found.of(GradientSums), *found.of(NodeSums)))


def test_trees_of_two_trainings_are_told_by_their_rows() -> None:
    first = _train({"objective": "binary"}, rounds=3)
    more = lightgbm.Dataset(X.iloc[:150], LABEL[:150])
    both = lightgbm.train({**PLAIN, "objective": "binary"}, more, 3, init_model=first)
    assert rd.inspect_model(both).of(GradientSums)[0].exact is not True


@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize(("objective", "told"), [("poisson", True), ("gamma", False), ("tweedie", False)])
def test_means_say_whether_rows_were_weighed(objective: str, told: bool, weight: Any) -> None:
    (stated,) = rd.inspect_model(_train({"objective": objective}, weight=weight)).of(TargetMoments)
    if told:
        assert stated.exact == (True if weight is None else "of the rows as weighted")
    else:
        assert stated.exact == "if no row had a weight"
    assert stated.mean == pytest.approx(np.average(VALUE, weights=weight), rel=1e-5)
