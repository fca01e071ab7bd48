"""The likelihood is exact and equals the library's own predictions, whatever the objective, the rows and the schema."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, cast

import lightgbm
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.base import clone

import retrodict as rd
from retrodict.errors import ModelError, RequestError, SchemaError
from retrodict.families.lightgbm.model import log_proba_of
from retrodict.models.contract import about, own_schema
from retrodict.models.noise import Gamma, Laplace, Poisson, Tweedie, noise_of
from retrodict.schema import Feature, Schema
from tests.families.lightgbm.tables import QUIET, N, labels, table

FEATURES = ["age", "dose", "site", "ward"]


def rows(n: int = 500, seed: int = 3) -> pd.DataFrame:
    """Return rows to predict, with gaps anywhere and categories that training never saw."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.uniform(0, 100, n), "dose": rng.normal(5, 4, n)})
    frame["site"] = rng.choice(["west", "east", "north", "south"], n)
    frame["ward"] = rng.integers(0, 9, n)
    return frame.mask(rng.random(frame.shape) < 0.1)


SCHEMA = Schema(
    (
        Feature("ward", "categorical", categories=tuple(range(9))[::-1], missing=0.1),
        Feature("dose", missing=0.1),
        Feature("site", "categorical", categories=("west", "east", "north", "south"), missing=0.1),
        Feature("age", missing=0.1),
    )
)


def as_trained(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the columns of the training table; what it does not know is missing."""
    out = frame[FEATURES].copy()
    for name, known in (("site", ["north", "south", "west"]), ("ward", list(range(7)))):
        out[name] = pd.Categorical(out[name].where(out[name].isin(known)), known)
    return out


def trained(params: dict[str, Any], target: Any, rounds: int = 10, gaps: bool = True) -> Any:
    told = {"num_leaves": 9, "min_data_in_leaf": 3, **QUIET, **params}
    return lightgbm.train(told, lightgbm.Dataset(table(gaps=gaps)[FEATURES], target), num_boost_round=rounds)


def bound(model: Any) -> Any:
    """Return a model over another schema: its columns turned, other codes, categories that it does not know."""
    return model.bind(rd.schema.reconcile(own_schema(model), SCHEMA, tolerant=about(model).tolerant))


@pytest.mark.parametrize(
    "params",
    [
        {"objective": "binary"},
        {"objective": "binary", "sigmoid": 0.7},
        {"objective": "binary", "boosting": "rf", "bagging_fraction": 0.6, "bagging_freq": 1},
        {"objective": "binary", "boosting": "dart"},
        {"objective": "binary", "zero_as_missing": True},
        {"objective": "binary", "use_missing": False},
        {"objective": "cross_entropy"},
        {"objective": "multiclass", "num_class": 3},
        {"objective": "multiclassova", "num_class": 3, "sigmoid": 1.5},
    ],
)
@pytest.mark.parametrize("file", [False, True])
def test_classes(params: dict[str, Any], file: bool, tmp_path: Path) -> None:
    booster = trained(params, labels(table(), params.get("num_class", 2)))
    if file:
        booster.save_model(tmp_path / "model")
    model = bound(rd.load_model(tmp_path / "model" if file else booster))
    frame = rows()
    said = np.asarray(booster.predict(as_trained(frame)))
    told = np.exp(model.log_proba(SCHEMA.encode(frame)))
    if said.ndim == 1:
        said = np.column_stack([1 - said, said])
    if params["objective"] == "multiclassova":
        said = said / said.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(told, said, rtol=1e-13, atol=1e-15)


def test_probabilities_of_lambda_cross_entropy() -> None:
    booster = trained({"objective": "cross_entropy_lambda"}, labels(table(), 2))
    frame = rows()
    told = np.exp(bound(rd.load_model(booster)).log_proba(SCHEMA.encode(frame)))
    np.testing.assert_allclose(told[:, 1], -np.expm1(-booster.predict(as_trained(frame))), rtol=1e-12)


def test_log_probabilities_do_not_underflow() -> None:
    booster = trained({"objective": "binary", "sigmoid": 200.0, "learning_rate": 1.0}, labels(table(), 2))
    model = cast(Any, rd.load_model(booster))
    logs = model.log_proba(np.column_stack([np.linspace(20, 80, 50), np.linspace(-9, 20, 50), np.zeros((50, 2))]))
    assert np.isfinite(logs).all()


NOISES: dict[str, Any] = {
    "regression": None,
    "regression_l1": Laplace(),
    "quantile": Laplace(quantile=0.3),
    "mape": Laplace(),
    "poisson": Poisson(),
    "gamma": Gamma(),
    "tweedie": Tweedie(power=1.3),
    "huber": None,
    "fair": None,
}


@pytest.mark.parametrize("objective", NOISES)
@pytest.mark.parametrize("more", [{}, {"boosting": "rf", "bagging_fraction": 0.6, "bagging_freq": 1}])
def test_values(objective: str, more: dict[str, Any]) -> None:
    told = {"objective": objective, "alpha": 0.3, "tweedie_variance_power": 1.3, **more}
    booster = trained(told, table()["target"].abs() + 0.1)
    model = bound(rd.load_model(booster))
    frame = rows()
    assert np.array_equal(model.predict(SCHEMA.encode(frame)), booster.predict(as_trained(frame)))
    if NOISES[objective] is not None:
        assert noise_of(model) == NOISES[objective]


@pytest.mark.parametrize("params", [{"reg_sqrt": True}, {"linear_tree": True}])
def test_values_of_roots_and_of_linear_leaves(params: dict[str, Any]) -> None:
    booster = trained({"objective": "regression", **params}, table()["target"])
    model = bound(rd.load_model(booster))
    frame = rows()
    assert np.array_equal(model.predict(SCHEMA.encode(frame)), booster.predict(as_trained(frame)))


def test_the_noise_of_huber_and_fair_integrates_to_one_and_is_drawn_from() -> None:
    for objective, extra in (("huber", {"alpha": 0.8}), ("fair", {"fair_c": 1.7}), ("regression", {"reg_sqrt": True})):
        model = rd.load_model(trained({"objective": objective, **extra}, table()["target"]), noise_scale=0.6)
        noise = noise_of(model)
        assert noise is not None
        at = np.concatenate([-np.geomspace(1e-12, 400, 200_000)[::-1], np.geomspace(1e-12, 400, 200_000)])
        density = np.exp(noise.log_density(at, np.full(len(at), 2.0)))
        assert np.trapezoid(density, at) == pytest.approx(1.0, abs=1e-4)
        drawn = noise.draw(np.full(200_000, 2.0), np.random.default_rng(0))
        cumulated = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(at))])
        levels = np.array([0.02, 0.25, 0.5, 0.75, 0.98])
        np.testing.assert_allclose(np.interp(np.quantile(drawn, levels), at, cumulated), levels, atol=4e-3)
        assert noise.scale_of(drawn - 2.0, np.full(len(drawn), 2.0)) == pytest.approx(0.6, rel=0.02)


@pytest.mark.parametrize("objective", ["lambdarank", "rank_xendcg"])
def test_ranking_is_refused(objective: str) -> None:
    data = lightgbm.Dataset(table()[FEATURES], labels(table(), 2), group=[N // 4] * 4)
    booster = lightgbm.train({"objective": objective, **QUIET}, data, 2)
    with pytest.raises(ModelError, match="ranks"):
        rd.load_model(booster)


def test_a_custom_objective_is_refused_with_a_remedy_that_works(tmp_path: Path) -> None:
    def own(scores: Any, data: Any) -> Any:
        p = expit(scores)
        return p - data.get_label(), p * (1 - p)

    booster = trained({"objective": own}, labels(table(), 2))
    booster.save_model(tmp_path / "model")
    with pytest.raises(ModelError, match="objective=binary sigmoid:1") as error:
        rd.load_model(tmp_path / "model")
    assert "\n" not in str(error.value)
    text = (tmp_path / "model").read_text().replace("objective=custom\n", "")
    (tmp_path / "model").write_text(text.replace("feature_names=", "objective=binary sigmoid:1\nfeature_names=", 1))
    frame = rows()
    told = np.exp(bound(rd.load_model(tmp_path / "model")).log_proba(SCHEMA.encode(frame)))
    np.testing.assert_allclose(told[:, 1], expit(booster.predict(as_trained(frame))), rtol=1e-12)


def test_estimators() -> None:
    frame = table()
    y = np.array(["low", "high"])[labels(frame, 2)]
    made = lightgbm.LGBMClassifier(n_estimators=300, verbose=-1, n_jobs=1)
    other = table(seed=6)
    z = 1 - labels(other, 2)  # the library takes codes here
    stop = lightgbm.early_stopping(3, verbose=False)
    made.fit(frame[FEATURES], y, eval_X=(other[FEATURES],), eval_y=(z,), callbacks=[stop])
    assert 0 < made.best_iteration_ < 300
    new = rows()
    said = made.predict_proba(as_trained(new))
    for twin in (made, pickle.loads(pickle.dumps(made))):
        model = bound(rd.load_model(twin))
        assert model.schema.target.classes == ("high", "low")
        np.testing.assert_allclose(np.exp(model.log_proba(SCHEMA.encode(new))), said, rtol=1e-13, atol=1e-15)
        asked = log_proba_of(twin)
        assert asked is not None
        np.testing.assert_allclose(np.exp(asked(as_trained(new))), said, rtol=1e-13, atol=1e-15)
    copy = rd.load_model(made).duplicate()  # type: ignore[attr-defined]
    np.testing.assert_allclose(np.exp(bound(copy).log_proba(SCHEMA.encode(new))), said, rtol=1e-13, atol=1e-15)
    assert log_proba_of(lightgbm.LGBMRegressor(n_estimators=2, verbose=-1).fit(frame[["age"]], frame["age"])) is None
    with pytest.raises(ModelError, match="not fitted"):
        rd.load_model(clone(made))
    for settings in ({"error_rate": 0.1}, {"link_slope": 1.0}, {"noise_scale": 1.0}):
        with pytest.raises(RequestError):
            rd.load_model(made, **settings)  # type: ignore[arg-type]


def test_kinds_of_columns() -> None:
    frame = table()[FEATURES]
    frame["size"] = pd.Categorical(np.array(["s", "m", "l"])[labels(table(), 3)], ["s", "m", "l"], ordered=True)
    booster = lightgbm.train({**QUIET, "num_leaves": 5}, lightgbm.Dataset(frame, table()["target"]), 5)
    own = about(rd.load_model(booster)).schema
    assert own is not None
    assert [(f.kind, len(f.categories)) for f in own.features] == [
        *[("continuous", 0)] * 2,
        ("categorical", 3),
        ("categorical", 7),
        ("ordinal", 3),
    ]
    plain = frame[["age", "dose"]].assign(ward=frame["ward"].astype(int)).to_numpy()
    data = lightgbm.Dataset(plain, table()["target"], categorical_feature=[2])
    booster = lightgbm.train({**QUIET, "num_leaves": 9, "min_data_per_group": 3}, data, 30)
    model = rd.load_model(booster)
    own = about(model).schema
    assert own is not None
    assert own.named is False
    assert own.features[2].kind == "categorical"
    assert set(own.features[2].categories) <= set(range(7))
    codes = rows()[["age", "dose", "ward"]]
    schema = Schema(
        (
            Feature("a", missing=0.1),
            Feature("b", missing=0.1),
            Feature("c", "categorical", categories=(8, 7, 6, 5, 4, 3, 2, 1, 0), missing=0.1),
        )
    )
    told = model.bind(rd.schema.reconcile(own, schema, tolerant=about(model).tolerant))
    X = schema.encode(codes.set_axis(["a", "b", "c"], axis=1))
    assert np.array_equal(told.predict(X), booster.predict(codes.to_numpy()))  # type: ignore[attr-defined]


def test_lists_whose_columns_are_not_told_are_asked_for(tmp_path: Path) -> None:
    frame = pd.DataFrame({name: pd.Categorical(np.arange(N) % 3) for name in ("a", "b")}).assign(x=table()["age"])
    booster = lightgbm.train({**QUIET, "num_leaves": 4}, lightgbm.Dataset(frame, table()["target"]), 3)
    text = booster.model_to_string().replace("[0, 1, 2], [0, 1, 2]", "[0, 1, 2]")
    (tmp_path / "model").write_text(text)
    model = rd.load_model(tmp_path / "model")
    assert [note.code for note in about(model).warnings] == ["loose_categories"]
    assert [f.features for f in rd.inspect_model(model).of("Categories") if f.source == "pandas_categorical"] == [()]


def test_a_schema_that_contradicts_is_refused() -> None:
    booster = trained({"objective": "binary"}, labels(table(), 2))
    with pytest.raises(SchemaError):
        rd.load_model(booster, schema=Schema((Feature("no such column"),)))
