"""One cell: complete, the same whatever ran before, and on worlds in line with the exact truth."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retrodict.study import base_model, distilled, measure, setting
from retrodict.study.datasets import load_table
from retrodict.study.design import Cell, Design
from retrodict.study.divergence import LARGEST
from retrodict.study.measure import measure_cell

COLUMNS = {
    *("source", "task", "prior_step", "n_train", "n_holdout", "n_public", "n_features", "n_classes"),
    *("prior_js", "prior_energy", "prior_kl", "accuracy", "balanced_accuracy", "log_loss", "model_kl"),
    *("posterior_js", "posterior_energy", "posterior_kl", "posterior_by_class", "fidelity_js", "fidelity_energy"),
    *("lift_js", "lift_energy", "replica_accuracy", "replica_balanced_accuracy", "replica_log_loss"),
    *("replica_agreement", "queries", "engine", "versions", "distilled_from", "distilled_queries"),
    *(f"{kind}_{name}" for kind in ("distilled", "alone") for name in ("accuracy", "balanced_accuracy", "log_loss")),
    *("distilled_agreement", "alone_agreement"),
}


def _design(**changes: Any) -> Design:
    base: dict[str, Any] = {
        "name": "t",
        "datasets": ["iris", "diabetes", {"world": "random", "features": 3, "bins": 3, "seed": 1}],
        "algorithms": ["logistic_regression", "decision_tree", "linear_regression"],
        "qualities": {"full": {}, "noisy": {"label_noise": 0.4}, "few": {"train_fraction": 0.2}},
        "priors": ["uniform", "copula", "mixture_0.5", "empirical", "implied"],
        "rows": 150,
        "evaluation_rows": 150,
    }
    return Design.model_validate(base | changes)


def _forget() -> None:
    for kept in (
        base_model._MODELS,
        distilled._FILES,
        measure._OFF,
        measure._STATES,
        setting._SETTINGS,
        setting._PRIORS,
    ):
        kept.clear()
    load_table.cache_clear()


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell",
    [
        Cell("iris", "decision_tree", "few", "implied", 0),
        Cell("diabetes", "linear_regression", "noisy", "mixture_0.5", 1),
        Cell("world_random_1", "logistic_regression", "full", "copula", 0),
    ],
)
def test_a_cell_is_the_same_whatever_ran_before(cell: Cell) -> None:
    design = _design()
    _forget()
    alone = measure_cell(design, cell)
    _forget()
    for other in design.cells()[:: len(design.cells()) // 5]:
        measure_cell(design, other)
    assert measure_cell(design, cell) == alone
    assert set(alone) == COLUMNS
    json.dumps(alone, allow_nan=False)


def test_values_lie_in_their_ranges() -> None:
    row = measure_cell(_design(), Cell("iris", "decision_tree", "full", "uniform", 0))
    for name in ("accuracy", "replica_accuracy", "replica_agreement", "prior_energy", "posterior_energy"):
        assert 0 <= row[name] <= 1
    assert 0 <= row["posterior_js"] <= LARGEST
    assert row["fidelity_js"] == pytest.approx(1 - row["posterior_js"] / LARGEST)
    assert set(json.loads(row["posterior_by_class"])) == {"0", "1", "2"}
    assert (row["n_train"], row["n_public"], row["n_holdout"]) == (60, 45, 45)


def test_a_regressor_has_its_own_measures() -> None:
    row = measure_cell(_design(), Cell("diabetes", "linear_regression", "full", "copula", 0))
    assert row["task"] == "regression"
    assert row["n_classes"] is row["log_loss"] is row["replica_balanced_accuracy"] is None
    assert 0.2 < row["accuracy"] < 0.7  # R2 of a line on this table


def test_qualities_make_models_worse() -> None:
    design = _design()
    rows = {
        q: measure_cell(design, Cell("world_random_1", "logistic_regression", q, "uniform", 0))
        for q in ("full", "noisy", "few")
    }
    assert rows["few"]["n_train"] == pytest.approx(rows["full"]["n_train"] / 5, abs=3)
    assert rows["noisy"]["model_kl"] > 2 * rows["full"]["model_kl"]
    assert rows["noisy"]["log_loss"] > rows["full"]["log_loss"]


def test_the_ladder_of_priors_descends_to_the_truth() -> None:
    design = _design()
    names = ("uniform", "mixture_0.5", "empirical")
    rows = [measure_cell(design, Cell("world_random_1", "logistic_regression", "full", name, 0)) for name in names]
    assert [row["prior_step"] for row in rows] == [0.0, 0.5, 1.0]
    for measured in ("prior_kl", "prior_js", "prior_energy", "posterior_kl", "posterior_energy"):
        values = [row[measured] for row in rows]
        assert values[0] > values[1] > values[2], measured


def test_exact_divergences_of_a_world_obey_the_error_budget() -> None:
    """``posterior = prior + model - label``, and the label term is at least zero."""
    design = _design()
    for name in ("uniform", "copula", "mixture_0.5"):
        row = measure_cell(design, Cell("world_random_1", "decision_tree", "full", name, 0))
        assert 0 < row["posterior_kl"] < row["prior_kl"] + row["model_kl"] + 1e-9


@pytest.mark.slow
def test_mixed_and_missing_data(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    n = 240
    x, kind = rng.standard_normal(n), rng.choice(["a", "b", "c"], n, p=[0.5, 0.45, 0.05])
    frame = pd.DataFrame({"x": np.where(rng.random(n) < 0.2, np.nan, x), "kind": kind, "count": rng.poisson(3, n)})
    frame["kind"] = frame["kind"].where(rng.random(n) > 0.1).astype("category")
    frame["flag"] = rng.random(n) < 0.3
    frame["target"] = np.where(x + (kind == "a") + 0.3 * rng.standard_normal(n) > 0.5, "yes", "no")
    path = tmp_path / "mixed.parquet"
    frame.to_parquet(path)
    algorithms = ["naive_bayes", "linear_discriminant", "k_neighbours", "svc", "mlp", "hist_gradient_boosting"]
    design = _design(datasets=[{"file": str(path)}], algorithms=algorithms)
    for algorithm, prior in zip(algorithms, [*design.priors, "uniform"], strict=True):
        row = measure_cell(design, Cell("mixed", algorithm, "full", prior, 0))
        assert row["source"] == "file"
        assert row["n_features"] == 4
        assert row["accuracy"] > 0.6


def test_distilled_replicas_learn_from_prior_and_file() -> None:
    """On worlds of few states a model that was asked often enough is known everywhere."""
    design = _design(distil={"rows": 400, "queries": 1_500})
    row = measure_cell(design, Cell("world_random_1", "decision_tree", "full", "uniform", 0))
    assert row["distilled_agreement"] > 0.95
    assert row["distilled_from"] in ("all", "prior", "file")
    assert 1_500 < row["distilled_queries"] <= 3_000
    plain = measure_cell(_design(), Cell("world_random_1", "decision_tree", "full", "uniform", 0))
    assert plain["distilled_accuracy"] is plain["distilled_from"] is None
    assert {k: v for k, v in plain.items() if not k.startswith(("distil", "alone"))} == {
        k: v for k, v in row.items() if not k.startswith(("distil", "alone"))
    }


def test_a_class_out_of_reach_is_a_row_and_no_failure() -> None:
    """Under a uniform prior this model calls every row malignant: no row is benign within the calls."""
    design = _design(datasets=["breast_cancer"], algorithms=["naive_bayes"], priors=["uniform"], max_queries=300)
    row = measure_cell(design, Cell("breast_cancer", "naive_bayes", "full", "uniform", 0))
    assert row["replica_accuracy"] is None
    assert json.loads(row["posterior_by_class"])["1"] == {"js": LARGEST, "energy": 1.0}
    assert math.isfinite(row["posterior_js"])
