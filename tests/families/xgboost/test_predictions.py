"""Margins and predictions are the library's own, bit for bit; log-probabilities are exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import log_expit, log_softmax

import retrodict as rd
from retrodict.errors import ModelError, RequestError, SchemaError
from retrodict.models.noise import Gamma, Gaussian, Laplace, Poisson, Tweedie, noise_of
from retrodict.schema import Feature, Schema

xgb = pytest.importorskip("xgboost")

N = 400
COLUMNS = ("a", "b", "c", "d")


def table(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.normal(size=N), "b": rng.integers(0, 6, N)})
    frame["c"] = pd.Categorical(rng.choice(list("uvwxyz"), N), categories=list("zyxwvu"))
    frame["d"] = pd.Categorical(rng.choice([10, 20, 30], N))
    frame.loc[rng.random(N) < 0.1, "a"] = np.nan
    frame.loc[rng.random(N) < 0.1, "c"] = np.nan
    return frame


TRAIN = table()
SCORE = TRAIN["a"].fillna(0.7) + 0.4 * TRAIN["b"] + (TRAIN["c"].astype(object) == "u")
COUNTS = np.random.default_rng(1).poisson(np.exp(SCORE / 4))
SETTINGS: dict[str, Any] = {"n_estimators": 8, "max_depth": 4, "n_jobs": 1, "enable_categorical": True}
CLASSIFIERS: dict[str, dict[str, Any]] = {
    "two classes": {},
    "three classes": {"classes": 3},
    "labels of three": {"classes": 3, "objective": "multi:softmax"},
    "raw logits": {"objective": "binary:logitraw"},
    "dart": {"booster": "dart", "rate_drop": 0.4},
    "parallel trees": {"classes": 3, "num_parallel_tree": 3, "subsample": 0.6},
    "own start": {"base_score": 0.2},
    "many sets": {"max_cat_to_onehot": 1, "max_depth": 6},
}
REGRESSORS: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "squared": ({}, SCORE, Gaussian()),
    "absolute": ({"objective": "reg:absoluteerror"}, SCORE, Laplace()),
    "quantile": ({"objective": "reg:quantileerror", "quantile_alpha": 0.8}, SCORE, Laplace(quantile=0.8)),
    "poisson": ({"objective": "count:poisson"}, COUNTS, Poisson()),
    "gamma": ({"objective": "reg:gamma"}, np.exp(SCORE / 4), Gamma()),
    "tweedie": ({"objective": "reg:tweedie", "tweedie_variance_power": 1.25}, COUNTS, Tweedie(power=1.25)),
    "dart": ({"booster": "dart", "rate_drop": 0.4}, SCORE, Gaussian()),
}


def both(made: Any, folder: Path) -> list[Any]:
    """Return the model of an estimator, and those of its two kinds of file."""
    for suffix in ("ubj", "json"):
        made.save_model(folder / f"model.{suffix}")
    return [rd.load_model(source) for source in (made, folder / "model.ubj", folder / "model.json")]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers(name: str, tmp_path: Path) -> None:
    more = dict(CLASSIFIERS[name])
    classes = more.pop("classes", 2)
    made = xgb.XGBClassifier(**{**SETTINGS, **more}).fit(TRAIN, pd.qcut(SCORE, classes, labels=False))
    rows = table(5)
    margins = made.predict(rows, output_margin=True)
    for model in both(made, tmp_path):
        X = model.schema.encode(rows)
        assert model.schema.target.classes == tuple(range(classes))
        assert np.array_equal(model.scores(X), margins)
        wide = margins.astype(np.float64)
        exact = log_softmax(wide, axis=1) if classes > 2 else np.column_stack([log_expit(-wide), log_expit(wide)])
        np.testing.assert_allclose(model.log_proba(X), exact, rtol=1e-13)


@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors(name: str, tmp_path: Path) -> None:
    more, target, noise = REGRESSORS[name]
    made = xgb.XGBRegressor(**{**SETTINGS, **more}).fit(TRAIN, target)
    rows = table(5)
    for model in both(made, tmp_path):
        X = model.schema.encode(rows)
        assert noise_of(model) == noise
        assert np.array_equal(model.predict(X), made.predict(rows).astype(np.float64))
        assert np.array_equal(model.scores(X), made.predict(rows, output_margin=True))


def test_a_linear_booster() -> None:
    rows = TRAIN[["a", "b"]]
    made = xgb.XGBRegressor(booster="gblinear", n_jobs=1).fit(rows, SCORE)
    model = rd.load_model(made)
    assert np.array_equal(model.predict(rows.to_numpy(float)), made.predict(rows))


@pytest.mark.parametrize("booster", ["gbtree", "dart"])
def test_a_booster_is_asked_as_the_library_asks_it(booster: str) -> None:
    rows = xgb.DMatrix(TRAIN, SCORE, enable_categorical=True)
    made = xgb.train({"booster": booster, "nthread": 1} | ({"rate_drop": 0.4} if booster == "dart" else {}), rows, 9)
    assert np.array_equal(rd.load_model(made).predict(rd.load_model(made).schema.encode(TRAIN)), made.predict(rows))


def test_categories_come_in_any_order() -> None:
    made = xgb.XGBRegressor(**SETTINGS).fit(TRAIN, SCORE)
    model = rd.load_model(made)
    assert model.schema["c"].categories == tuple("zyxwvu")
    assert model.schema["d"].categories == (10, 20, 30)
    other = Schema(
        (
            Feature("d", "ordinal", categories=(30, 10, 20)),
            Feature("c", "categorical", categories=tuple("uvwxyz")),
            *(Feature(name) for name in "ba"),
        )
    )
    bound = model.bind(other)
    assert np.array_equal(bound.predict(other.encode(TRAIN)), made.predict(TRAIN))


def test_codes_alone_take_the_users_categories(tmp_path: Path) -> None:
    """A file whose matrix held codes does not name the categories; a code that no split names goes left."""
    codes = pd.DataFrame({"c": TRAIN["c"].cat.codes.where(TRAIN["c"].notna()), "a": TRAIN["a"]})
    rows = xgb.DMatrix(codes.to_numpy(float), SCORE, feature_types=["c", "float"], feature_names=["c", "a"])
    made = xgb.train({"max_depth": 3, "nthread": 1}, rows, 5)
    made.save_model(tmp_path / "model.ubj")
    listed = Feature("c", "categorical", categories=tuple("zyxwvu"))
    model = rd.load_model(tmp_path / "model.ubj", schema=Schema((listed, Feature("a"))))
    assert np.array_equal(model.predict(model.schema.encode(TRAIN[["c", "a"]])), made.predict(rows))
    bare = rd.load_model(tmp_path / "model.ubj")
    wider = Schema((replaced(bare.schema["c"], tuple(range(9))), Feature("a")))
    beyond = np.column_stack([np.full(5, 8.0), np.linspace(-1, 1, 5)])
    asked = xgb.DMatrix(beyond, feature_types=["c", "float"], feature_names=["c", "a"])
    assert np.array_equal(bare.bind(wider).predict(beyond), made.predict(asked))
    with pytest.raises(SchemaError, match="state them in the order that they had in training"):
        bare.bind(Schema((listed, Feature("a"))))


def replaced(feature: Feature, categories: tuple[Any, ...]) -> Feature:
    return Feature(feature.name, "categorical", categories=categories)


def test_early_stopping(tmp_path: Path) -> None:
    """An estimator predicts up to its best round, and so does its file; a booster predicts with all rounds."""
    labels = (SCORE + np.random.default_rng(2).normal(size=N) > 1.5).astype(int)
    made = xgb.XGBClassifier(**{**SETTINGS, "n_estimators": 60}, early_stopping_rounds=3)
    made.fit(TRAIN[:200], labels[:200], eval_set=[(TRAIN[200:], labels[200:])], verbose=False)
    assert made.best_iteration + 1 < made.get_booster().num_boosted_rounds()
    for model in both(made, tmp_path):
        assert np.array_equal(model.scores(model.schema.encode(TRAIN)), made.predict(TRAIN, output_margin=True))
    whole = rd.load_model(made.get_booster())
    all_rounds = made.get_booster().predict(xgb.DMatrix(TRAIN, enable_categorical=True), output_margin=True)
    assert np.array_equal(whole.scores(whole.schema.encode(TRAIN)), all_rounds)
    assert [note.code for note in rd.models.contract.about(whole).warnings] == ["all_rounds"]


def test_an_estimators_own_mark_of_missing_values() -> None:
    rows = TRAIN[["a", "b"]].fillna(-999.0)
    made = xgb.XGBRegressor(n_estimators=5, missing=-999.0, n_jobs=1).fit(rows, SCORE)
    model = rd.load_model(made)
    assert np.array_equal(model.predict(rows.to_numpy(float)), made.predict(rows))
    assert np.array_equal(model.predict(TRAIN[["a", "b"]].to_numpy(float)), made.predict(rows))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "rank:pairwise": ({}, "no likelihood"),
    "survival:cox": ({}, "may be censored"),
    "reg:squaredlogerror": ({}, "none that is known here"),
    "reg:pseudohubererror": ({}, "none that is known here"),
    "reg:logistic": ({}, "binary:logistic"),
    "binary:hinge": ({}, "labels alone"),
    "reg:quantileerror": ({"quantile_alpha": [0.2, 0.8]}, "one output is needed"),
}


@pytest.mark.parametrize("objective", REFUSED)
def test_what_states_no_likelihood_is_refused_in_one_line(objective: str, tmp_path: Path) -> None:
    more, reason = REFUSED[objective]
    rows = xgb.DMatrix(TRAIN[["a", "b"]], (SCORE > 1).astype(int), group=[N] if "rank" in objective else None)
    made = xgb.train({"objective": objective, "nthread": 1, **more}, rows, 2)
    made.save_model(tmp_path / "model.ubj")
    for source in (made, tmp_path / "model.ubj"):
        with pytest.raises(ModelError, match=reason) as caught:
            rd.load_model(source)
        assert "\n" not in str(caught.value)


def test_other_refusals() -> None:
    with pytest.raises(ModelError, match="not fitted"):
        rd.load_model(xgb.XGBClassifier())
    with pytest.raises(ModelError, match="several"):
        rd.load_model(xgb.XGBRegressor(n_estimators=2).fit(TRAIN[["a"]], np.column_stack([SCORE, SCORE])))
    made = xgb.XGBClassifier(n_estimators=2).fit(TRAIN[["a"]], (SCORE > 1).astype(int))
    with pytest.raises(RequestError, match="for regressors"):
        rd.load_model(made, noise_scale=1.0)
    with pytest.raises(RequestError, match="no error rate"):
        rd.load_model(made, error_rate=0.1)


def test_an_objective_of_the_users_own_is_refused() -> None:
    def squares(target: Any, found: Any) -> Any:
        return found - target, np.ones_like(found)

    made = xgb.XGBRegressor(n_estimators=2, objective=squares).fit(TRAIN[["a"]], SCORE)
    with pytest.raises(ModelError, match="is a function"):
        rd.load_model(made)
