"""The default family takes mixed, missing and constant columns; other estimators are put behind the same."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import retrodict as rd
from retrodict.families.sklearn.train import algorithms
from retrodict.families.sklearn.train.algorithms import guest_algorithms, usual_names
from retrodict.families.sklearn.train.pipelines import family, member
from retrodict.schema import Schema
from retrodict.schema.frames import features_frame


def awkward(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, n),
            "bmi": np.where(rng.random(n) < 0.2, np.nan, rng.normal(25, 4, n)),
            "same": np.full(n, 3.5),
            "site": pd.Series(rng.choice(["a", "b", "c"], n)).where(rng.random(n) > 0.1),
            "code": pd.Categorical(rng.choice([1, 2, 5], n)),
            "sex": rng.random(n) < 0.5,
        }
    )
    score = frame.age / 20 + frame.sex + 0.3 * rng.normal(size=n)
    return frame.assign(y=score)


@pytest.mark.parametrize("classes", [True, False])
def test_all_ten_take_awkward_columns(classes: bool) -> None:
    train, test = awkward(300, 0), awkward(200, 1)
    if classes:
        train["y"], test["y"] = (np.where(one.y > 3, "high", "low") for one in (train, test))
    found = rd.replicate(train, train=train, holdout=test, target="y")
    names = usual_names(classes)
    assert len(names) == 10
    assert found.estimators == names
    measure = "balanced accuracy" if classes else "R2"
    assert all(found.score(name, measure).value > (0.75 if classes else 0.6) for name in names)
    # the same rows and the same seed make the same model: nothing else decides
    assert all(found.score(name, measure).value == found.score(name, measure, "real rows").value for name in names)


def test_codes_become_plain_values_again() -> None:
    frame = awkward(50, 0).drop(columns="y")
    schema = Schema.from_frame(frame)
    out = features_frame(schema.features, schema.encode(frame))
    for name in frame:
        pd.testing.assert_series_equal(out[name], frame[name].astype(out[name].dtype), check_dtype=False)
    assert out.dtypes.astype(str).to_dict() == {n: "object" if n == "site" else "float64" for n in frame}


def test_an_own_pipeline_is_left_as_it_is_and_others_are_put_behind_the_common_one() -> None:
    features = Schema.from_frame(awkward(50, 0).drop(columns="y")).features
    own = make_pipeline(StandardScaler(), Ridge())
    found = family({"mine": own, "svc": SVC(probability=False)}, features, True, 7)
    assert [type(step).__name__ for _, step in found["mine"].steps] == ["StandardScaler", "Ridge"]
    assert found["mine"] is not own
    assert [type(step).__name__ for _, step in found["svc"].steps] == ["ColumnTransformer", "SVC"]
    assert found["svc"].get_params()["svc__random_state"] == 7
    assert list(family(LogisticRegression(), features, True, 0)) == ["LogisticRegression"]


@pytest.mark.parametrize(
    ("estimators", "text"),
    [
        ("zork", "no estimator 'zork' for labels; use one of logistic_regression"),
        ([], "no estimator was given"),
        ([StandardScaler()], "'StandardScaler' is no estimator"),
        ([LogisticRegression], "'type' is no estimator"),
        (["mlp", "mlp"], "two estimators are named 'mlp'"),
        (3, "estimators must be names of the family"),
    ],
)
def test_what_is_no_estimator_is_refused(estimators: Any, text: str) -> None:
    features = Schema.from_frame(awkward(50, 0).drop(columns="y")).features
    with pytest.raises(rd.errors.RequestError, match=text.replace("(", r"\(")):
        family(estimators, features, True, 0)


@pytest.mark.parametrize("name", guest_algorithms())
def test_a_missing_library_is_named_with_its_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(module: str) -> Any:
        if module == f"retrodict.families.{name}.train":
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return importlib.import_module(module)

    monkeypatch.setattr(algorithms, "import_module", absent)
    features = Schema.from_frame(awkward(50, 0).drop(columns="y")).features
    with pytest.raises(rd.errors.MissingExtraError, match=rf"pip install 'retrodict\[{name}\]'"):
        member(name, features, True, 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", guest_algorithms())
@pytest.mark.parametrize("classes", [True, False])
def test_an_optional_library_is_trained_and_saved(name: str, classes: bool, tmp_path: Any) -> None:
    pytest.importorskip(name, reason=f"the extra '{name}' is not installed")
    train = awkward(200, 0)
    if classes:
        train["y"] = np.where(train.y > 3, "high", np.where(train.y > 2, "middle", "low"))
    base = make_pipeline(StandardScaler(), LogisticRegression() if classes else Ridge())
    model = rd.load_model(base.fit(train[["age"]], train.y))
    prior = rd.fit_prior(train[["age"]], kind="empirical")
    found = rd.migrate(model, name, prior, rows=500, soft_labels=True, progress=False)
    assert found.lines().value.iloc[0] > 0.8
    trusted = found.save(tmp_path / "new.skops")
    assert not trusted  # its family vouches for it
    again = rd.load_model(tmp_path / "new.skops")
    said = found.estimator.predict(found.example)
    rows = again.schema.encode(found.example[list(again.schema.names)])
    if classes:
        labels = np.asarray(again.schema.target.classes)
        assert (labels[again.log_proba(rows).argmax(axis=1)] == np.ravel(said)).all()
    else:
        np.testing.assert_array_equal(again.predict(rows), said)
