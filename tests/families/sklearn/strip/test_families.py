"""Every family that is inspected: the copy predicts the same bits, and says less."""

from __future__ import annotations

import copy
import io
import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC
from sklearn.utils import all_estimators

import retrodict as rd
from retrodict.errors import ModelError, RequestError
from retrodict.families.sklearn.disclose.known_classes import REVIEW
from retrodict.families.sklearn.open.reviewed import REVIEWED
from retrodict.families.sklearn.strip.visit import parts
from retrodict.families.sklearn.structure.visit import HELD
from retrodict.sanitizing.battery import outputs_of, same
from tests.families.sklearn.disclose.checks import inspect
from tests.families.sklearn.model.sweep import BINARY_ONLY, MULTI_OUTPUT, fitted

pytestmark = pytest.mark.slow  # every family

_READ = {cls.__name__ for cls in (*REVIEW.readers, *HELD)} - MULTI_OUTPUT
_PREDICTORS = [
    (kind, name)
    for kind in ("classifier", "regressor")
    for name, _ in all_estimators(kind)
    if name in _READ and not name.endswith("SearchCV")
]


def check(estimator: Any, rows: Any) -> rd.Sanitized:
    """Check what holds of every sanitised model; `rows` are such as it was trained on, none of the battery's."""
    before = outputs_of(copy.deepcopy(estimator), rows)  # arrays that are views lie otherwise once they are copied
    own = outputs_of(estimator, rows)
    found = rd.sanitize(estimator, rows=200)
    assert found.identical
    assert before
    assert same(before, outputs_of(found.model.estimator, rows))
    assert same(outputs_of(estimator, rows), own)  # the model itself is as it was
    assert found.after.unread == ()
    assert found.unjudged == ()
    assert not found.after.of("NodeCounts")
    assert not found.after.of("Stretches")
    inspect(found.model)
    assert {fact.kind for fact in found.after} <= {fact.kind for fact in found.before} | {"Thresholds"}
    json.dumps(found.to_dict(), allow_nan=False)
    content = skops.io.dumps(found.model.estimator)
    unknown = set(skops.io.get_untrusted_types(data=content))
    again = skops.io.load(io.BytesIO(content), trusted=sorted(unknown))
    assert same(before, outputs_of(again, rows))
    return found


@pytest.mark.parametrize(("kind", "name"), _PREDICTORS, ids=[name for _, name in _PREDICTORS])
def test_a_copy_predicts_the_same_bits(kind: str, name: str) -> None:
    for n_classes in (2,) if kind == "regressor" or name in BINARY_ONLY else (2, 3):
        model, rows = fitted(kind, name, n_classes)
        found = check(model, rows)
        if found.after.of("Rows"):
            assert any("training rows" in entry.why for entry in found.kept)


def mixed(n: int = 200, seed: int = 3) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, n).astype(float),
            "bmi": rng.normal(25, 4, n),
            "site": rng.choice(["a", "b", "c"], n),
        }
    )
    score = (frame.age - 50) / 15 + (frame.site == "b") + rng.normal(size=n)
    return frame, np.where(score > 0, "ill", "well"), score.to_numpy()


def _columns(*numeric: Any) -> Any:
    return make_column_transformer(
        (make_pipeline(*numeric), ["age", "bmi"]), (OneHotEncoder(handle_unknown="ignore"), ["site"])
    )


_TREES = {"n_estimators": 6, "random_state": 0}
_PIPELINES = {
    "scaled forest": lambda: make_pipeline(_columns(StandardScaler()), RandomForestClassifier(**_TREES)),
    "imputed": lambda: make_pipeline(_columns(SimpleImputer(), MinMaxScaler()), LogisticRegression()),
    "neighbours": lambda: make_pipeline(_columns(KNNImputer()), LogisticRegression()),
    "quantiles": lambda: make_pipeline(
        _columns(QuantileTransformer(n_quantiles=50, random_state=0)), LogisticRegression()
    ),
    "power": lambda: make_pipeline(_columns(PowerTransformer()), LogisticRegression()),
    "bins": lambda: make_pipeline(_columns(KBinsDiscretizer(4)), LogisticRegression()),
    "components": lambda: make_pipeline(_columns(StandardScaler(), PCA(2)), LogisticRegression()),
    "white components": lambda: make_pipeline(_columns(PCA(2, whiten=True)), LogisticRegression()),
    "means of the target": lambda: make_pipeline(
        make_column_transformer((TargetEncoder(random_state=0), ["site"]), remainder="passthrough"),
        GradientBoostingClassifier(**_TREES, subsample=0.5),
    ),
    "chosen by importance": lambda: make_pipeline(
        _columns(StandardScaler()), SelectFromModel(RandomForestClassifier(**_TREES)), LogisticRegression()
    ),
    "eliminated": lambda: make_pipeline(
        _columns(StandardScaler()), RFE(LogisticRegression(), n_features_to_select=3), LogisticRegression()
    ),
    "search": lambda: make_pipeline(
        _columns(StandardScaler()),
        GridSearchCV(
            RandomForestClassifier(**_TREES), {"max_depth": [2, 3]}, cv=KFold(2, shuffle=True, random_state=1)
        ),
    ),
    "calibrated": lambda: make_pipeline(
        _columns(StandardScaler()), CalibratedClassifierCV(RandomForestClassifier(**_TREES), cv=2)
    ),
    "out of bag": lambda: make_pipeline(
        _columns(StandardScaler()), RandomForestClassifier(30, oob_score=True, random_state=0, class_weight="balanced")
    ),
    "lists": lambda: HistGradientBoostingClassifier(
        max_iter=5, categorical_features="from_dtype", early_stopping=True, random_state=0
    ),
}


@pytest.mark.parametrize("name", _PIPELINES)
def test_pipelines_predict_the_same_bits(name: str) -> None:
    frame, classes, _ = mixed()
    if name == "lists":
        frame = frame.astype({"site": "category"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = _PIPELINES[name]().fit(frame, classes)
    found = check(model, frame)
    assert not any("predictions are others" in entry.why for entry in found.kept)
    for path, part in parts(found.model.estimator):
        seeds = {"random_state", "_seeds", "_rng", "_random_seed", "_n_samples", "oob_score_", "cv_results_"}
        assert not {own for own in seeds & set(vars(part)) if vars(part)[own] is not None}, path


def test_a_forest_s_counts_and_draws_are_gone() -> None:
    frame, classes, target = mixed()
    X = frame[["age", "bmi"]]
    for model in (
        RandomForestClassifier(**_TREES).fit(X, classes),
        TransformedTargetRegressor(RandomForestRegressor(**_TREES), transformer=StandardScaler()).fit(X, target),
    ):
        found = check(model, X)
        assert not found.after.of("SampleSize")
        assert not found.after.of("ClassShares")
        assert not found.after.of("TargetMoments")
        with pytest.raises(ModelError, match=r"stores no node counts, so its table can't be rebuilt"):
            rd.rebuild(found.model, progress=False)


def test_facts_that_stay_are_still_told() -> None:
    frame, classes, _ = mixed()
    X = frame[["age", "bmi"]]
    found = check(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, classes), X)
    told = {fact.features[0]: fact for fact in found.after.of("Moments")}
    assert told["age"].mean == pytest.approx(X.age.mean())
    assert told["age"].variance == pytest.approx(X.age.var(ddof=0))
    assert told["age"].n is None
    assert not found.after.of("SampleSize")


def test_support_vectors_stay_without_their_places() -> None:
    frame, classes, _ = mixed()
    X = frame[["age", "bmi"]]
    found = check(SVC(kernel="linear").fit(X, classes), X)
    (rows,) = found.after.of("Rows")
    (stored,) = found.before.of("Rows")
    assert (rows.rows == stored.rows).all()
    assert stored.index is not None
    assert rows.index is None
    assert any("not bit for bit" in entry.why for entry in found.kept)


def test_a_change_that_alters_predictions_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: a family's function that takes out what predictions are computed from."""
    from retrodict.families.sklearn.strip import visit

    def greedy(estimator: Any, trim: Any) -> None:
        trim.put(estimator, "intercept_", estimator.intercept_ + 1e-9, "the intercept")
        trim.drop(estimator, "n_iter_", "passes")

    monkeypatch.setitem(visit.TRIMS, LogisticRegression, greedy)
    frame, classes, _ = mixed()
    X = frame[["age", "bmi"]]
    found = check(LogisticRegression().fit(X, classes), X)
    assert [entry.path for entry in found.removed] == ["n_iter_"]
    assert [entry.path for entry in found.kept] == ["intercept_"]


def test_the_file_is_read_back_and_nothing_is_half_written(tmp_path: Any) -> None:
    frame, classes, _ = mixed()
    X = frame[["age", "bmi"]]
    found = rd.sanitize(RandomForestClassifier(**_TREES).fit(X, classes), rows=200)
    file = found.save(tmp_path / "bare.skops")
    again = rd.load_model(file)
    assert (again.estimator.predict_proba(X) == found.model.estimator.predict_proba(X)).all()
    assert set(again.audit.untrusted) <= set(REVIEWED)
    found.save(tmp_path / "bare.pkl", as_pickle=True)
    assert rd.load_model(tmp_path / "bare.pkl", trust_pickle=True).family == "RandomForestClassifier"
    with pytest.raises(RequestError, match="is a folder; give the path of a file"):
        found.save(tmp_path)
    with pytest.raises(RequestError, match="can't be written"):
        found.save(tmp_path / "nowhere" / "bare.skops")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bare.pkl", "bare.skops"]


def test_it_prints_itself() -> None:
    frame, classes, _ = mixed()
    found = rd.sanitize(RandomForestClassifier(**_TREES).fit(frame[["age", "bmi"]], classes), rows=200)
    assert "bit for bit the same on 200 rows" in repr(found)
    assert "kept: estimators_[*].tree_.threshold" in repr(found)
    assert "<table" in found._repr_html_()
    with pytest.raises(RequestError, match="a whole number of at least 100, got 3"):
        rd.sanitize(found.model, rows=3)
