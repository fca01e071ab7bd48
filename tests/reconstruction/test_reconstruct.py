"""`reconstruct`: what it returns, that it repeats, and what it says where it falls short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.errors import PriorError, RequestError, RetrodictError
from retrodict.inference.rejection.engine import Rejection
from retrodict.inference.smc.engine import TemperedSMC


def test_rows_follow_the_joint_of_prior_and_model(flower: Any, flower_prior: Any) -> None:
    """Labels given rows have the model's probabilities: the standardised residuals sum to a chi-square."""
    found = rd.reconstruct(flower, flower_prior, 6_000, seed=3).frame
    p = flower.predict_proba(found.drop(columns="target"))
    hits = (found["target"].to_numpy()[:, None] == flower.classes_[None, :]).astype(float)
    z = (hits - p).sum(axis=0) / np.sqrt((p * (1 - p)).sum(axis=0))
    assert np.sum(z**2) < chi2.ppf(0.999, 3)
    assert list(found.columns) == [*flower.feature_names_in_, "target"]


@pytest.mark.parametrize("engine", ["auto", "rejection", "smc", Rejection(), TemperedSMC(min_particles=64)])
def test_class_shares_are_met_exactly(flower: Any, flower_prior: Any, engine: Any) -> None:
    shares = {"setosa": 0.5, "versicolor": 0.2, "virginica": 0.3}
    found = rd.reconstruct(flower, flower_prior, 1_001, class_shares=shares, engine=engine)
    counts = found.frame["target"].value_counts()
    assert counts.to_dict() == {"setosa": 501, "virginica": 300, "versicolor": 200}
    assert found.complete
    assert found.provenance.queries >= 1_001


def test_equal_shares_and_the_priors_own(flower: Any, iris: pd.DataFrame) -> None:
    own = rd.fit_prior(iris.iloc[:100], "independent", target="species")
    counts = rd.reconstruct(flower, own, 100).frame["species"].value_counts()  # the prior names the target, too
    assert counts["setosa"] == counts["versicolor"] == 50
    counts = rd.reconstruct(flower, own, 99, class_shares="equal").frame["species"].value_counts()
    assert set(counts) == {33}


def test_same_seed_same_table_in_memory_and_on_disk(flower: Any, flower_prior: Any, tmp_path: Path) -> None:
    first = rd.reconstruct(flower, flower_prior, 3_000, seed=7, class_shares="equal")
    again = rd.reconstruct(flower, flower_prior, 3_000, seed=7, class_shares="equal")
    other = rd.reconstruct(flower, flower_prior, 3_000, seed=8, class_shares="equal")
    streamed = rd.reconstruct(flower, flower_prior, 3_000, seed=7, class_shares="equal", out=tmp_path / "a")
    assert first.frame.equals(again.frame)
    assert first.frame.equals(streamed.frame)
    assert not first.frame.equals(other.frame)
    rd.reconstruct(flower, flower_prior, 3_000, seed=7, class_shares="equal", out=tmp_path / "b")
    assert (tmp_path / "a" / "rows.parquet").read_bytes() == (tmp_path / "b" / "rows.parquet").read_bytes()


def test_every_kind_of_column_comes_back_and_is_kept(mixed: Any, mixed_frame: pd.DataFrame, tmp_path: Path) -> None:
    rows = mixed_frame.drop(columns="sick").astype({"rooms": "category"})
    prior = rd.fit_prior(rows, "empirical")
    found = rd.reconstruct(mixed, prior, 500, out=tmp_path / "streamed")
    frame = found.frame
    assert list(frame.columns) == [*rows.columns, "target"]
    assert set(frame["rooms"]) <= {1, 2, 5}
    assert set(frame["site"]) <= {"north", "south", "west"}
    assert frame["age"].between(18, 89).all()
    assert set(frame["target"]) == {"yes", "no"}
    mixed.predict(frame.drop(columns="target"))  # the model takes its own rebuilt rows
    in_memory = rd.reconstruct(mixed, prior, 500)
    in_memory.save(tmp_path / "saved")
    for folder in ("streamed", "saved"):
        loaded = rd.Reconstruction.load(tmp_path / folder)
        pd.testing.assert_frame_equal(loaded.frame, in_memory.frame)
    assert rd.Reconstruction.load(tmp_path / "saved") == in_memory


def test_an_unnamed_model_takes_the_priors_names(iris: pd.DataFrame) -> None:
    model = DecisionTreeClassifier(max_depth=3).fit(iris.drop(columns="species").to_numpy(), iris["species"])
    prior = rd.fit_prior(iris.drop(columns="species"), "independent")
    assert list(rd.reconstruct(model, prior, 10).frame.columns) == [*iris.columns[:4], "target"]


def test_columns_come_in_the_models_order(flower: Any, iris: pd.DataFrame) -> None:
    backwards = iris[iris.columns[3::-1]]
    found = rd.reconstruct(flower, rd.fit_prior(backwards, "independent"), 2_000, seed=1).frame
    assert list(found.columns[:4]) == list(flower.feature_names_in_)
    assert (flower.predict(found.iloc[:, :4]) == found["target"].astype(str)).mean() > 0.8


def test_a_regressor_gives_rows_and_values(diabetes: Any) -> None:
    model, data = diabetes
    found = rd.reconstruct(rd.load_model(model, noise_scale=20.0), rd.fit_prior(data, "copula"), 4_000, seed=2)
    residual = found.frame["target"] - model.predict(found.frame.drop(columns="target"))
    assert residual.std() == pytest.approx(20.0, abs=4 * 20.0 / np.sqrt(2 * 4_000))
    assert abs(residual.mean()) < 4 * 20.0 / np.sqrt(4_000)
    assert "Gaussian noise" in found.provenance.model["likelihood"]
    unstated = rd.reconstruct(model, rd.fit_prior(data, "copula"), 10)
    assert "assumed" in unstated.provenance.model["likelihood"]


def test_a_class_out_of_reach_is_data_and_its_rows_are_kept(flower: Any, flower_prior: Any, tmp_path: Path) -> None:
    shares = {"setosa": 0.9, "versicolor": 0.1}
    found = rd.reconstruct(
        flower, flower_prior, 5_000, class_shares=shares, engine="rejection", max_queries=3_000, out=tmp_path / "short"
    )
    report = {d.observation: d for d in found.diagnostics}["setosa"]
    assert not found.complete
    assert 0 < report.reached < 4_500
    assert report.verdict.startswith("not reached")
    assert "allow about" in report.verdict
    assert (found.frame["target"] == "setosa").sum() == report.reached
    assert len(found.shortfalls) == 1
    assert found.provenance.queries == 3_000


def test_nothing_found_leaves_nothing(tmp_path: Path) -> None:
    """A class that the model gives no probability anywhere under the prior."""
    X = pd.DataFrame({"a": np.r_[np.zeros(50), np.ones(50)]})
    tree = DecisionTreeClassifier().fit(X, np.r_[["low"] * 50, ["high"] * 50])
    prior = rd.uniform_prior(rd.Schema((rd.Feature("a", low=0.0, high=0.4),)))
    for engine in ("auto", "rejection", "smc"):
        with pytest.raises(RetrodictError, match=r"no row was found.*class high.*not reached"):
            rd.reconstruct(
                tree, prior, 20, class_shares={"high": 1.0}, engine=engine, max_queries=5_000, out=tmp_path / "x"
            )
    assert list(tmp_path.iterdir()) == []


def test_auto_says_why(flower: Any, iris: pd.DataFrame) -> None:
    far = rd.fit_prior(iris.iloc[100:, :4], "independent")  # virginica alone: setosa is rare
    found = rd.reconstruct(flower, far, 900, class_shares="equal", seed=1)
    by_class = {d.observation: d for d in found.diagnostics}
    assert by_class["setosa"].engine == "smc"
    assert not by_class["setosa"].exact
    assert "rejection" in by_class["setosa"].reason
    assert by_class["virginica"].engine == "rejection"
    assert by_class["virginica"].exact
    assert "calls a row" in by_class["virginica"].reason
    assert found.frame["target"].value_counts()["setosa"] == 300


def test_finite_priors_are_enumerated(mixed: Any) -> None:
    kinds = {"site": ("north", "south", "west"), "rooms": (1, 2, 5), "smoker": (False, True)}
    features = [rd.Feature(name, "categorical", categories=c) for name, c in kinds.items() if name != "smoker"]
    features += [rd.Feature("smoker", "binary", categories=(False, True)), rd.Feature("age", "integer", 18, 30)]
    features += [rd.Feature("dose", "integer", 0, 3)]
    found = rd.reconstruct(mixed, rd.uniform_prior(rd.Schema(tuple(features))), 2_000, class_shares="equal")
    assert {d.engine for d in found.diagnostics} == {"enumeration"}
    assert found.provenance.queries == 3 * 3 * 2 * 13 * 4
    assert sum(d.evidence for d in found.diagnostics) == pytest.approx(1.0, abs=1e-12)


def test_it_prints_itself(flower: Any, flower_prior: Any) -> None:
    found = rd.reconstruct(flower, flower_prior, 50)
    assert "50 rows of 4 features from LogisticRegression" in repr(found)
    assert "<table" in found._repr_html_()
    assert list(found.summary().index) == list(flower.classes_)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"rows": 0}, "number of rows must be a whole number of at least 1, got 0"),
        ({"rows": 2.5}, "got 2.5"),
        ({"seed": -1}, "the seed must be a whole number of at least 0, got -1"),
        ({"max_queries": 0}, "query budget must be a whole number"),
        ({"engine": "magic"}, "unknown engine 'magic'; use one of auto, rejection"),
        ({"engine": 3}, "unknown engine 3; use one of auto"),
        ({"engine": None}, "unknown engine None; use one of auto"),
        ({"class_shares": [0.5, 0.5]}, "got list; give a dictionary of classes and shares"),
        ({"engine": "enumeration"}, "needs a prior of at most"),
        ({"class_shares": {"rose": 1.0}}, "class 'rose' is none of the model's"),
        ({"class_shares": {"setosa": -1.0}}, "must be a number of at least 0, got -1.0"),
        ({"class_shares": {"setosa": 0.5}}, "must sum to 1, got 0.5"),
        ({"class_shares": "some"}, "'model', 'equal' or a share for each class, got 'some'"),
        ({"prior": 3}, "a prior must come from load_prior"),
        ({"prior": None}, "no prior was given"),
    ],
)
def test_bad_requests(flower: Any, flower_prior: Any, change: dict[str, Any], text: str) -> None:
    with pytest.raises(RetrodictError, match=text) as caught:
        rd.reconstruct(**{"model": flower, "prior": flower_prior, "rows": 10, **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("source", ["schema", "file", "implied", "sample"])
def test_a_feature_called_target_keeps_its_name(source: str, tmp_path: Path) -> None:
    X = pd.DataFrame({"target": np.arange(20.0), "confidence": np.arange(20.0) % 7})
    tree = DecisionTreeClassifier(random_state=0).fit(X, (X["target"] > 9) ^ (X["confidence"] > 3))
    (tmp_path / "p.yaml").write_text("features: {target: 0 to 20, confidence: 0 to 6}\n")
    features = (rd.Feature("target", low=0, high=20), rd.Feature("confidence", low=0, high=6))
    prior = {
        "schema": rd.uniform_prior(rd.Schema(features)),
        "file": tmp_path / "p.yaml",
        "implied": None,
        "sample": rd.fit_prior(X, "independent"),
    }[source]
    for out in (None, tmp_path / "rows"):
        found = rd.reconstruct(tree, prior, 60, out=out)
        assert list(found.frame) == ["target", "confidence", "target_"]
        assert found.schema.target.name == "target_"
        assert (found.frame["target_"] == tree.predict(found.frame[["target", "confidence"]])).all()
    again = rd.Reconstruction.load(tmp_path / "rows")
    real = X.sample(60, replace=True, random_state=0).reset_index(drop=True).assign(label=np.arange(60) % 20 > 9)
    if source == "sample":
        assert rd.evaluate(again, real, real, prior, target="label").rows["reconstruction"] == 60
        assert rd.replicate(again, ["logistic_regression"], holdout=real, target="label").notes is not None


def test_class_shares_are_not_for_regressors(diabetes: Any) -> None:
    model, data = diabetes
    with pytest.raises(RequestError, match="class shares are for classifiers"):
        rd.reconstruct(model, rd.fit_prior(data), 10, class_shares="equal")


def test_a_folder_with_something_in_it_is_left_alone(flower: Any, flower_prior: Any, tmp_path: Path) -> None:
    (tmp_path / "note").write_text("mine")
    with pytest.raises(RequestError, match="is not empty"):
        rd.reconstruct(flower, flower_prior, 10, out=tmp_path)
    with pytest.raises(RequestError, match="is a file"):
        rd.reconstruct(flower, flower_prior, 10, out=tmp_path / "note")
    assert [path.name for path in tmp_path.iterdir()] == ["note"]


def test_prior_and_model_must_fit(flower: Any, iris: pd.DataFrame) -> None:
    short = rd.fit_prior(iris.iloc[:, :3], "independent")
    with pytest.raises(RetrodictError, match="the prior lacks petal width"):
        rd.reconstruct(flower, short, 10)
    with pytest.raises(PriorError, match="no prior was given"):
        rd.reconstruct(flower, rows=10)


def test_the_pilot_for_a_noise_scale_is_counted_and_capped(diabetes: Any) -> None:
    model, data = diabetes
    prior = rd.fit_prior(data)
    loaded = rd.load_model(model)
    assert loaded.noise_scale is None
    assert rd.reconstruct(loaded, prior, 50).provenance.queries == 1_050
    capped = rd.reconstruct(loaded, prior, 500, max_queries=200)
    assert capped.provenance.queries == 200
    assert capped.n_rows == 180
    assert rd.invert(loaded, prior, outputs=[150.0], draws=5, max_queries=500).provenance.queries <= 500
    with pytest.raises(RequestError, match="state one with --noise-scale, or raise --max-queries"):
        rd.reconstruct(loaded, prior, 50, max_queries=10)


def test_smc_says_what_budget_it_had(flower: Any, flower_prior: Any) -> None:
    shares = {"setosa": 1.0}
    with pytest.raises(RetrodictError, match="600 model calls were left for it, too few for 4 populations"):
        rd.reconstruct(flower, flower_prior, 50, class_shares=shares, engine="smc", max_queries=600)


def test_shares_of_any_number_type_and_numbered_columns() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 2)))
    labels = frame[0] > 0
    tree = DecisionTreeClassifier().fit(frame, labels)
    shares = {True: np.float32(0.5), False: np.float32(0.5)}
    found = rd.reconstruct(tree, rd.fit_prior(frame), 20, class_shares=shares)
    assert list(found.frame.columns) == ["0", "1", "target"]
    assert found.frame["target"].sum() == 10


def test_smc_does_not_call_a_rare_class_impossible() -> None:
    X = pd.DataFrame({"a": np.linspace(0, 1, 2_001)})
    tree = DecisionTreeClassifier().fit(X, X["a"] > 0.9985)
    prior = rd.uniform_prior(rd.Schema((rd.Feature("a", low=0.0, high=1.0),)))
    told = set()
    for seed in range(6):
        try:
            found = rd.reconstruct(
                tree, prior, 50, class_shares={True: 1.0}, engine="smc", max_queries=8_000, seed=seed
            )
        except RetrodictError as error:
            text = str(error)
            told.add("none" if "none of" in text else "some")
            assert "raise --max-queries" in text
            if "populations arrived" in text:
                assert "none of" not in text
        else:
            assert found.diagnostics[1].evidence > 0
    assert "some" in told


def test_what_smc_leaves_of_the_budget_goes_to_rejection(flower: Any, iris: pd.DataFrame) -> None:
    """A budget too small for SMC is spent on the draws that it can buy, exactly and to the end."""
    far = rd.fit_prior(iris.iloc[100:, :4], "independent")
    shares = {"setosa": 0.5, "virginica": 0.5}
    found = rd.reconstruct(flower, far, 300, class_shares=shares, seed=1, max_queries=6_000)
    reports = {d.observation: d for d in found.diagnostics}
    report = reports["setosa"]
    assert found.provenance.queries == 6_000 == report.queries
    assert report.exact
    assert 0 < report.reached < 150
    assert report.verdict.startswith("not reached")
    assert found.frame["target"].value_counts()["setosa"] == report.reached
    assert reports["versicolor"].verdict == "no rows asked for"


@pytest.mark.parametrize(("manner", "accepted"), [("ignore", True), ("error", False)])
def test_categories_that_the_encoder_does_not_know(mixed_frame: pd.DataFrame, manner: str, accepted: bool) -> None:
    """A public sample may hold a category that was not trained on: the encoder's own setting decides."""
    known = mixed_frame[mixed_frame["site"] != "west"]
    columns = make_column_transformer((OneHotEncoder(handle_unknown=manner), ["site"]), remainder="passthrough")
    model = make_pipeline(columns, DecisionTreeClassifier(max_depth=3))
    model.fit(known[["site", "age"]], known["sick"])
    prior = rd.fit_prior(mixed_frame[["site", "age"]], "independent")
    if accepted:
        assert set(rd.reconstruct(model, prior, 200).frame["site"]) == {"north", "south", "west"}
    else:
        with pytest.raises(RetrodictError, match=r"'site' has categories \['west'\] that the model does not know"):
            rd.reconstruct(model, prior, 200)
