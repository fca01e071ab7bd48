"""What is said of the equations of leaf values, against gradients that are computed here from the rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

xgboost = pytest.importorskip("xgboost")

import retrodict as rd  # noqa: E402
from retrodict.disclosures import GradientSums  # noqa: E402
from retrodict.families.xgboost.exactness import AS_TREES_AGREE, PRECISION, UNKNOWN_STEP, WEIGHTED  # noqa: E402
from retrodict.families.xgboost.start_facts import _QUANTILES_UNTIL  # noqa: E402

Array = np.ndarray
N, RATE, PENALTY = 300, 0.2, 1.5
_RNG = np.random.default_rng(0)
X = np.c_[_RNG.integers(20, 80, N), _RNG.normal(5, 2, N).round(3)].astype(np.float64)
VALUE = np.abs(X[:, 0] / 20 + X[:, 1] + _RNG.normal(size=N))
LABEL = (np.quantile(VALUE, 0.7) < VALUE).astype(float)
WEIGHTS = _RNG.integers(1, 4, N).astype(float)


def _train(params: dict[str, Any], **data: Any) -> Any:
    settings = {"eta": RATE, "lambda": PENALTY, "nthread": 1, "objective": "binary:logistic", **params}
    target = LABEL if settings["objective"].startswith("binary") else VALUE
    return xgboost.train(settings, xgboost.DMatrix(X, target, **data), 10)


def _worst(booster: Any, binary: bool) -> float:
    """Return the worst residual of all equations, as a share of the sum of the sizes of their gradients."""
    rows, told = xgboost.DMatrix(X), booster.trees_to_dataframe()
    leaves = np.reshape(booster.predict(rows, pred_leaf=True), (N, -1)).astype(int)
    worst = 0.0
    start = LABEL.mean() if binary else VALUE.mean()
    F = np.full(N, np.log(start / (1 - start)) if binary else start)
    for t in range(leaves.shape[1]):
        share = 1.0 / (1.0 + np.exp(-F))
        g, h = (share - LABEL, share * (1 - share)) if binary else (F - VALUE, np.ones(N))
        value = told[told["Tree"] == t].set_index("Node")["Gain"]
        for leaf in np.unique(leaves[:, t]):
            at = leaves[:, t] == leaf
            off = g[at].sum() + value[leaf] / RATE * (h[at].sum() + PENALTY)
            worst = max(worst, abs(off) / np.abs(g[at]).sum())
        F = F + value.loc[leaves[:, t]].to_numpy()
    return worst


PLAIN = ({}, {"objective": "reg:squarederror"}, {"tree_method": "exact"}, {"colsample_bytree": 0.5}, {"max_depth": 9})


@pytest.mark.parametrize("params", PLAIN)
def test_equations_of_plain_trees_hold_to_their_precision(params: dict[str, Any], tmp_path: Path) -> None:
    booster = _train(params)
    booster.save_model(tmp_path / "model.json")
    (stated,), (filed,) = (rd.inspect_model(one).of(GradientSums) for one in (booster, tmp_path / "model.json"))
    assert (stated.rate, stated.penalty) == (filed.rate, filed.penalty) == (RATE, PENALTY)
    assert isinstance(stated.exact, str)
    assert stated.exact.startswith(PRECISION)
    assert AS_TREES_AGREE not in stated.exact
    assert AS_TREES_AGREE in filed.exact  # a file does not say how training was set
    assert _worst(booster, "objective" not in params) < 1e-3  # of scores in 32 bits


OTHERWISE: dict[str, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    "l1": ({"alpha": 0.5}, {}, "alpha"),
    "l1 of values": ({"alpha": 1.0, "objective": "reg:squarederror"}, {}, "alpha"),
    "capped": ({"max_delta_step": 0.5}, {}, "max_delta_step"),
    "dropped trees": ({"booster": "dart", "rate_drop": 0.5}, {}, "dart"),
    "monotone": ({"monotone_constraints": "(1,-1)", "objective": "reg:squarederror"}, {}, "monotone_constraints"),
    "a class that counts more": ({"scale_pos_weight": 3.0}, {}, WEIGHTED),
    "draws": ({"subsample": 0.5}, {}, "of each tree's draw"),
    "weights": ({}, {"weight": WEIGHTS}, "if no row had a weight"),
    "given scores": ({}, {"base_margin": np.linspace(-1, 1, N)}, "if the user gave no scores"),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_keeps_equations_from_holding_is_said(name: str, tmp_path: Path) -> None:
    params, data, word = OTHERWISE[name]
    booster = _train(params, **data)
    booster.save_model(tmp_path / "model.ubj")
    (stated,), (filed,) = (rd.inspect_model(one).of(GradientSums) for one in (booster, tmp_path / "model.ubj"))
    assert stated.exact is False or word in stated.exact
    assert filed.exact is False or UNKNOWN_STEP in filed.exact or (AS_TREES_AGREE in filed.exact) or word in filed.exact
    assert name == "given scores" or _worst(booster, "objective" not in params) > 1e-2  # the row is one that needs it


@pytest.mark.parametrize(
    "params",
    [
        {"alpha": 0.5},
        {"alpha": 0.05},
        {"max_delta_step": 0.5},
        {"objective": "reg:absoluteerror"},
        {"objective": "count:poisson"},
    ],
)
def test_files_of_other_steps_are_told_by_their_trees(params: dict[str, Any], tmp_path: Path) -> None:
    _train(params).save_model(tmp_path / "model.json")
    (filed,) = rd.inspect_model(tmp_path / "model.json").of(GradientSums)
    if params.get("objective") == "reg:absoluteerror" and tuple(filed_version(tmp_path)) >= _QUANTILES_UNTIL:
        # since then its loss is smooth, and its leaves are plain steps of that loss's gradients
        assert AS_TREES_AGREE in filed.exact
    else:
        assert filed.exact is False or PRECISION not in filed.exact


def filed_version(folder: Path) -> list[int]:
    return json.loads((folder / "model.json").read_text())["version"][:2]


def test_stripped_files_say_nothing_of_their_steps(tmp_path: Path) -> None:
    rd.sanitize(_train({})).save(tmp_path / "model.ubj")
    (filed,) = rd.inspect_model(tmp_path / "model.ubj").of(GradientSums)
    assert (filed.exact, filed.rate) == (UNKNOWN_STEP, None)
