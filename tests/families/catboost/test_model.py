"""Models of CatBoost say what CatBoost itself says, bit for bit, whatever rows they are asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import log_expit, logsumexp

pytest.importorskip("catboost")

import catboost

import retrodict as rd
from retrodict.errors import ModelError, RequestError, SchemaError
from retrodict.families.catboost.model import log_proba_of
from retrodict.models.noise import Gaussian, Laplace, Poisson, Tweedie
from retrodict.schema import Feature, Schema
from tests.families.catboost.fits import SETTINGS, fitted, planted

N = 300


def asked(train: pd.DataFrame) -> pd.DataFrame:
    """Return random rows beyond the table's, with missing values and categories that training never met."""
    rng = np.random.default_rng(5)
    rows = pd.DataFrame({"age": rng.integers(0, 90, N), "dose": rng.uniform(-5, 20, N)})
    rows["site"] = rng.choice([*train["site"].unique(), "unheard of"], N)
    rows["code"] = rng.choice([1, 20, 300, 4000, 7], N)
    rows.loc[rng.random(N) < 0.2, "dose"] = np.nan
    return rows


def schema_of(*tables: pd.DataFrame) -> Schema:
    rows = pd.concat(tables)
    return Schema.from_frame(rows.astype({name: "category" for name in ("site", "code") if name in rows}))


CLASSES = {"Logloss": "class", "CrossEntropy": "class", "MultiClass": "three", "MultiClassOneVsAll": "three"}
POLICIES = ("SymmetricTree", "Depthwise", "Lossguide")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("loss", CLASSES)
def test_classes(loss: str, policy: str) -> None:
    train = planted(CLASSES[loss])
    if loss == "CrossEntropy":
        train["target"] = (train["target"] == "yes").astype(int)
    listed = () if policy != "SymmetricTree" else ("site", "code")
    columns = ["age", "dose", *listed]
    made = fitted(train[[*columns, "target"]], loss, listed=listed, grow_policy=policy)
    rows = asked(train)[columns]
    known = schema_of(train[columns], rows)
    model: Any = rd.load_model(made, schema=known)
    raw = made.predict(rows, prediction_type="RawFormulaVal")
    X = model.own.encode(rows)
    assert np.array_equal(model.raw(X), raw)
    said = model.log_proba(X)
    assert model.schema.target.classes == tuple(made.classes_)
    proba = made.predict_proba(rows)
    if loss == "MultiClassOneVsAll":
        expected = log_expit(raw) - logsumexp(log_expit(raw), axis=1, keepdims=True)
        np.testing.assert_allclose(said, expected, rtol=1e-12)
        np.testing.assert_allclose(np.exp(said), proba / proba.sum(axis=1, keepdims=True), rtol=1e-6)
        assert "normalised" in model.likelihood
        return
    np.testing.assert_allclose(np.exp(said), proba, rtol=1e-9)
    inner = log_proba_of(made)
    assert inner is not None
    assert np.array_equal(inner(rows), said)


VALUES = {
    "RMSE": Gaussian,
    "MAE": Laplace,
    "Quantile:alpha=0.8": Laplace,
    "Poisson": Poisson,
    "Tweedie:variance_power=1.3": Tweedie,
    "RMSEWithUncertainty": Gaussian,
    "Huber:delta=1.0": Gaussian,
    "LogCosh": Gaussian,
    "Expectile:alpha=0.3": Gaussian,
}


@pytest.mark.parametrize("loss", VALUES)
def test_values(loss: str) -> None:
    train = planted("value")
    made = fitted(train, loss, listed=("site", "code"))
    rows = asked(train)
    model: Any = rd.load_model(made, schema=schema_of(train.drop(columns="target"), rows))
    said = model.predict(model.own.encode(rows))
    own = made.predict(rows)
    assert np.array_equal(said, own[:, 0] if loss == "RMSEWithUncertainty" else own)
    assert type(model.noise) is VALUES[loss]
    if loss.startswith("Quantile"):
        assert model.noise.quantile == 0.8
    if loss.startswith("Tweedie"):
        assert model.noise.power == 1.3
    if loss.startswith(("Huber", "LogCosh", "Expectile")):
        assert "states no likelihood" in model.likelihood
    assert model.noise_scale is None


@pytest.mark.parametrize("loss", ["YetiRank", "QueryRMSE", "MultiRMSE", "Cox", "MultiQuantile:alpha=0.1,0.9"])
def test_what_is_no_classifier_and_no_regressor(loss: str) -> None:
    train = planted("value")[["age", "dose", "target"]]
    y = train[["target", "age"]] if loss == "MultiRMSE" else train["target"]
    groups = {"group_id": np.repeat(np.arange(24), 10)} if loss in ("YetiRank", "QueryRMSE") else {}
    made = catboost.CatBoost({**SETTINGS, "loss_function": loss}).fit(
        catboost.Pool(train[["age", "dose"]], (y / 100 if groups else y), **groups)
    )
    with pytest.raises(ModelError, match=loss.partition(":")[0]) as caught:
        rd.load_model(made)
    assert "\n" not in str(caught.value)


def test_the_best_iteration(tmp_path: Path) -> None:
    train, other = planted(), planted(seed=3)
    columns = ["age", "dose"]
    made = catboost.CatBoostClassifier(**{**SETTINGS, "iterations": 60, "learning_rate": 0.8})
    made.fit(train[columns], train["target"], eval_set=(other[columns], other["target"]), use_best_model=True)
    assert made.tree_count_ < 60
    made.save_model(tmp_path / "m.cbm")
    model: Any = rd.load_model(tmp_path / "m.cbm")
    rows = asked(train)[columns]
    assert np.array_equal(model.raw(rows.to_numpy()), made.predict(rows, prediction_type="RawFormulaVal"))
    assert rd.inspect_model(model).of("NodeCounts")[0].values()["trees"] == made.tree_count_


@pytest.mark.parametrize("mode", ["Min", "Max", "Forbidden"])
def test_missing_values(mode: str) -> None:
    train = planted()
    train["target"] = np.where(train["dose"].isna(), "yes", "no")
    if mode == "Forbidden":
        train = train.dropna()
        train["target"] = np.where(train["dose"] > 5, "yes", "no")
    made = fitted(train[["dose", "target"]], nan_mode=mode)
    rows = asked(train)[["dose"]]
    rows = rows.dropna() if mode == "Forbidden" else rows
    model: Any = rd.load_model(made)
    assert np.array_equal(model.raw(rows.to_numpy()), made.predict(rows, prediction_type="RawFormulaVal"))


def test_a_missing_category_is_a_text() -> None:
    train = planted().assign(site=lambda t: t["site"].where(t.index % 7 > 0, "nan"))
    made = fitted(train, listed=("site", "code"))
    rows = asked(train)
    sites = tuple(train["site"].unique())
    known = schema_of(train.drop(columns="target"), rows)
    known = Schema(
        tuple(
            replace(one, categories=tuple(c for c in sites if c != "nan"), missing=0.1) if one.name == "site" else one
            for one in known.features
        )
    )
    model: Any = rd.load_model(made, schema=known)
    rows["site"] = rows["site"].where(rows["site"].isin(sites), "nan")
    X = model.own.encode(rows.assign(site=rows["site"].replace("nan", None)))
    assert np.isnan(X[:, model.own.names.index("site")]).any()
    assert np.array_equal(model.raw(X), made.predict(rows, prediction_type="RawFormulaVal"))


def test_categories_that_are_known_by_their_hash() -> None:
    train = planted()
    made = fitted(train, listed=("site", "code"))
    model: Any = rd.load_model(made)
    assert [note.code for note in model.warnings] == ["hashed_categories"]
    assert model.about.tolerant == {"site", "code"}
    fact = rd.inspect_model(model).of("CategoryHashes")[0]
    rows = train.drop(columns="target")
    labels = {name: f"#{fact.hash_of(name)}" for name in train["site"].unique()}
    codes = {name: f"#{fact.hash_of(name)}" for name in train["code"].unique()}
    X = model.own.encode(rows.assign(site=rows["site"].map(labels), code=rows["code"].map(codes)))
    assert np.array_equal(model.raw(X), made.predict(rows, prediction_type="RawFormulaVal"))


def test_a_schema_may_name_hashes() -> None:
    train = planted()
    model: Any = rd.load_model(fitted(train, listed=("site", "code")))
    again: Any = rd.load_model(model.made, schema=model.schema)
    X = np.column_stack([np.full(4, 30.0), np.full(4, 2.0), np.arange(4), np.arange(4)])
    assert np.array_equal(again.raw(X), model.raw(X))
    assert len(np.unique(model.raw(X))) > 1


def test_a_class_that_training_had_no_row_of() -> None:
    train = planted()[["age", "code", "target"]].assign(code=lambda t: t["code"] % 7)
    train["target"] = train["target"].map({"yes": "a", "no": "c"})
    made = fitted(train, "MultiClass", listed=("code",), class_names=["a", "b", "c"], iterations=40)
    model: Any = rd.load_model(made)
    assert model.schema.target.classes == ("a", "b", "c")
    said = model.log_proba(np.column_stack([np.full(3, 30.0), np.arange(3)]))
    assert (said[:, 1] == -np.inf).all()
    np.testing.assert_allclose(np.exp(said).sum(axis=1), 1.0)
    found = rd.inspect_model(made)
    (shares,) = found.of("ClassShares")
    assert (
        dict(zip(shares.classes, shares.shares, strict=True)) == train["target"].value_counts(normalize=True).to_dict()
    )


def test_whole_numbers_stand_for_categories() -> None:
    train = planted()[["age", "code", "target"]].assign(code=lambda t: t["code"] % 7)
    made = fitted(train, listed=("code",))
    known = Schema((Feature("age"), Feature("code", "integer", low=0, high=6)))
    model: Any = rd.load_model(made, schema=known)
    rows = train.drop(columns="target")
    assert model.own["code"].kind == "integer"
    assert np.array_equal(model.raw(rows.to_numpy(float)), made.predict(rows, prediction_type="RawFormulaVal"))
    with pytest.raises(SchemaError, match="bounds"):
        rd.load_model(made, schema=Schema((Feature("age"), Feature("code"))))


def test_names_that_were_made_up() -> None:
    train = planted()[["age", "dose", "target"]]
    made = catboost.CatBoostClassifier(**SETTINGS).fit(train[["age", "dose"]].to_numpy(), train["target"])
    model = rd.load_model(made)
    assert (model.schema.names, model.schema.named) == (("0", "1"), False)
    stated = Schema((Feature("a"), Feature("b", low=0.0)))
    assert rd.load_model(made, schema=stated).schema.names == ("a", "b")
    with pytest.raises(SchemaError, match="2 features"):
        rd.load_model(made, schema=Schema((*stated.features, Feature("c"))))


def test_columns_of_text_are_refused(tmp_path: Path) -> None:
    train = planted()
    train["note"] = [f"word{i % 5} and word{i % 3}" for i in range(len(train))]
    made = catboost.CatBoostClassifier(**SETTINGS, text_features=["note"]).fit(train[["age", "note"]], train["target"])
    made.save_model(tmp_path / "m.cbm")
    for source in (made, tmp_path / "m.cbm"):
        with pytest.raises(ModelError, match="columns of text"):
            rd.load_model(source)


def test_settings_that_mean_nothing() -> None:
    made = fitted(planted()[["age", "target"]])
    for settings in ({"error_rate": 0.1}, {"link_slope": 2.0}, {"noise_scale": 1.0}):
        with pytest.raises(RequestError):
            rd.load_model(made, **settings)
    with pytest.raises(ModelError, match="fit it"):
        rd.load_model(catboost.CatBoostClassifier())
    with pytest.raises(ModelError):
        rd.load_model(catboost.CatBoostClassifier)


def test_a_subclass_is_asked_as_it_is() -> None:
    class Own(catboost.CatBoostClassifier):  # type: ignore[misc]
        def predict_proba(self, X: Any, **more: Any) -> Any:
            return super().predict_proba(X, **more)[:, ::-1]

    train = planted()[["age", "target"]]
    assert log_proba_of(Own(**SETTINGS).fit(train[["age"]], train["target"])) is None
    assert log_proba_of(catboost.CatBoostRegressor(**SETTINGS).fit(train[["age"]], train["age"])) is None
