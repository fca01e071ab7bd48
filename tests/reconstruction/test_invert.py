"""`invert`: the draws behind observed outputs, against exact answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict.errors import RetrodictError
from retrodict.inference.observation import Probabilities
from tests.inference.oracle import passes
from tests.inference.worlds import DiscreteWorld, GaussianWorld

WORLD = DiscreteWorld.random(seed=5)
OUTPUTS = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.7, 0.2, 0.1]])


@pytest.mark.parametrize("engine", ["auto", "rejection", "enumeration"])
def test_probability_vectors_on_an_enumerated_world(engine: str) -> None:
    """Each output's draws follow its own posterior, equal outputs' too."""
    truth = [WORLD.posterior(Probabilities(tuple(q), 8.0))[0] for q in OUTPUTS]
    tests = np.column_stack([WORLD.states[:, j] == 0 for j in range(4)] + [WORLD.states[:, 2] == 1]).astype(float)

    def run(seed: int) -> np.ndarray:
        found = rd.invert(WORLD.model, WORLD.prior, outputs=OUTPUTS, draws=400, seed=seed, precision=8.0, engine=engine)
        X = WORLD.prior.schema.encode(found.frame)
        return np.concatenate([WORLD.frequencies(X[found.frame["output"] == i]) @ tests for i in range(3)])

    assert passes(run, np.concatenate([p @ tests for p in truth]), runs=20)


def test_values_of_a_regressor_on_a_gaussian_world() -> None:
    world = GaussianWorld.random(seed=2)
    values = [-1.0, 0.5, 1.5]

    def run(seed: int) -> np.ndarray:
        found = rd.invert(world.model, world.prior, outputs=values, draws=300, seed=seed).frame
        return np.concatenate(
            [found.loc[found["output"] == i, list(world.prior.schema.names)].mean() for i in range(3)]
        )

    assert passes(run, np.concatenate([world.posterior(v)[0] for v in values]), runs=20)


def test_equal_labels_share_a_posterior_but_no_draws(flower: Any, flower_prior: Any) -> None:
    labels = ["setosa", "virginica", "setosa", "setosa"]
    found = rd.invert(flower, flower_prior, outputs=labels, draws=30)
    assert found.frame.groupby("output").size().tolist() == [30] * 4
    assert found.place == (0, 1, 0, 0)
    assert [d.requested for d in found.diagnostics] == [90, 30]
    rows = found.frame.drop(columns=["output", "draw"])
    assert len(rows[found.frame["output"] != 1].drop_duplicates()) == 90
    assert found.complete


def test_frames_of_probabilities_match_by_class_name(flower: Any, flower_prior: Any, iris: pd.DataFrame) -> None:
    p = pd.DataFrame(flower.predict_proba(iris.iloc[::40, :4]), columns=flower.classes_)
    straight = rd.invert(flower, flower_prior, outputs=p, draws=20, seed=1)
    shuffled = rd.invert(flower, flower_prior, outputs=p[["virginica", "setosa", "versicolor"]], draws=20, seed=1)
    pd.testing.assert_frame_equal(straight.frame, shuffled.frame)
    back = flower.predict_proba(straight.frame[list(flower.feature_names_in_)])
    seen = p.to_numpy()[straight.frame["output"]]
    assert np.abs(back - seen).mean() < 0.05  # rows are matched to about 1/sqrt(precision)


def test_saves_loads_and_summarises(flower: Any, flower_prior: Any, tmp_path: Path) -> None:
    found = rd.invert(flower, flower_prior, outputs=["setosa", "virginica"], draws=200, seed=4)
    found.save(tmp_path / "inv")
    assert rd.Inversion.load(tmp_path / "inv") == found
    summary = found.summary()
    assert len(summary) == 2 * 4
    assert (summary["low"] <= summary["estimate"]).all()
    petal = summary[summary["feature"] == "petal length (cm)"].set_index("observed")["estimate"]
    assert petal["setosa"] < petal["virginica"]
    assert "400 draws behind 2 outputs" in repr(found)
    assert "<table" in found._repr_html_()


def test_what_falls_short_is_said(flower: Any, iris: pd.DataFrame) -> None:
    virginica = rd.fit_prior(iris.iloc[100:, :4], "independent")
    found = rd.invert(
        flower, virginica, outputs=["setosa", "virginica"], draws=50, engine="rejection", max_queries=4_000
    )
    assert not found.complete
    assert "setosa" in found.shortfalls[0]
    assert (found.frame["output"] == 1).sum() == 50


@pytest.mark.parametrize(
    ("outputs", "text"),
    [
        ([], "no outputs were given"),
        (["rose"], "output 0: class 'rose' is none of the model's; it has"),
        ([[0.5, 0.5]], "output 0: a probability vector needs 3 shares, one for each class, got 2"),
        ([[0.5, 0.2, 0.1]], "output 0: an observed probability vector must be non-negative and sum to 1"),
        ([[0.5, 0.5, np.nan]], "must be non-negative"),
        ([[1 / 3] * 3, [0.9, 0.3, -0.2]], "output 1"),
        ("setosa", "outputs must be a list, an array or a table, got 'setosa'; put one output in a list"),
        (3, "outputs must be a list, an array or a table, got 3"),
        ([[0.2, 0.3, 0.5], "setosa"], "output 1: outputs must be all labels or all probability vectors, got 'setosa'"),
        (np.zeros((1, 2, 2)), "output 0: outputs must be all labels or all probability vectors"),
        (pd.DataFrame({"a": [1], "b": [2]}), "outputs must be one column for each class"),
    ],
)
def test_bad_outputs(flower: Any, flower_prior: Any, outputs: Any, text: str) -> None:
    with pytest.raises(RetrodictError, match=text) as caught:
        rd.invert(flower, flower_prior, outputs=outputs)
    assert "\n" not in str(caught.value)


def test_bad_values(diabetes: Any) -> None:
    model, data = diabetes
    prior = rd.fit_prior(data, "independent")
    with pytest.raises(RetrodictError, match="output 1: an observed value must be a finite number"):
        rd.invert(model, prior, outputs=[100.0, np.nan])
    with pytest.raises(RetrodictError, match="output 0: an observed value must be a number, got 'many'"):
        rd.invert(model, prior, outputs=["many"])


def test_categories_of_numbers_load_back_equal(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"k": pd.Categorical(rng.integers(3, 9, 200)), "v": rng.normal(size=200)})
    model = HistGradientBoostingClassifier(max_iter=2).fit(frame, frame["v"] > 0)
    found = rd.invert(model, rd.fit_prior(frame), outputs=[True], draws=5)
    found.save(tmp_path / "out")
    assert rd.Inversion.load(tmp_path / "out") == found


def test_features_named_like_columns_of_the_result_keep_their_names(tmp_path: Path) -> None:
    frame = pd.DataFrame({"draw": np.linspace(-1, 1, 20), "output": np.linspace(5, 6, 20)})
    model = LogisticRegression().fit(frame, frame["draw"] > 0)
    found = rd.invert(model, rd.fit_prior(frame), outputs=[True, False], draws=3)
    assert list(found.frame) == ["output_", "draw_", "draw", "output"]
    assert found.frame["output_"].tolist() == [0, 0, 0, 1, 1, 1]
    assert found.frame["draw_"].tolist() == [0, 1, 2] * 2
    assert found.summary()["feature"].tolist() == ["draw", "output"] * 2
    assert found.summary().query("feature == 'output'")["estimate"].between(5, 6).all()
    found.save(tmp_path / "out")
    assert rd.Inversion.load(tmp_path / "out") == found
