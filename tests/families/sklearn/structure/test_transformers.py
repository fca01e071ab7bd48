"""Each output column of a transformer is traced to the input column that moves it, and to no other."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.decomposition import PCA
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)

from retrodict.disclosures.columns import Column, distinct
from retrodict.families.sklearn.structure.transformers import aligned, passed

NAMES = ("a", "b", "c", "d")
_RNG = np.random.default_rng(2)
_FULL = _RNG.integers(1, 9, (60, 4)).astype(float)
_Y = _FULL[:, 3] + 0.1 * _RNG.normal(size=60)
_HOLES = np.where(_RNG.random(_FULL.shape) < 0.15, np.nan, _FULL)
_HOLES[:, 1] = np.nan


def _imputers() -> list[Any]:
    made = []
    for cls in (SimpleImputer, KNNImputer, IterativeImputer):
        for flags in (False, True):
            for keep in (False, True):
                more = {"max_iter": 2, "random_state": 0} if cls is IterativeImputer else {}
                made.append((cls(add_indicator=flags, keep_empty_features=keep, **more), _HOLES))
    for strategy in ("median", "most_frequent", "constant"):
        made += [(SimpleImputer(strategy=strategy, keep_empty_features=keep), _HOLES) for keep in (False, True)]
    return made


STEPS: list[tuple[Any, Any]] = [
    *_imputers(),
    (MissingIndicator(), _HOLES),
    (FeatureUnion([("fill", KNNImputer(add_indicator=True)), ("gaps", MissingIndicator())]), _HOLES),
    (FeatureUnion([("pca", PCA(2)), ("plain", StandardScaler())]), _FULL),
    (FeatureUnion([("plain", "passthrough"), ("scaled", MinMaxScaler())], transformer_weights={"plain": 3.0}), _FULL),
    (make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), SelectKBest(k=3)), _HOLES),
    (SelectKBest(k=2), _FULL),
    (VarianceThreshold(), np.column_stack([_FULL[:, :2], np.ones(60), _FULL[:, 3]])),
    *[
        (step, _FULL)
        for step in (
            StandardScaler(),
            MinMaxScaler(),
            MaxAbsScaler(),
            RobustScaler(),
            PowerTransformer(),
            QuantileTransformer(n_quantiles=20),
            Binarizer(threshold=4.0),
            Normalizer(),
            OrdinalEncoder(),
            OneHotEncoder(sparse_output=False),
            TargetEncoder(random_state=0),
            KBinsDiscretizer(3, encode="ordinal"),
            KBinsDiscretizer(3, encode="onehot-dense"),
            PolynomialFeatures(2),
            SplineTransformer(n_knots=3),
            FunctionTransformer(),
            FunctionTransformer(np.log1p),
            FunctionTransformer(lambda X: X[:, ::-1]),
            PCA(2),
        )
    ],
]


def _label(step: Any) -> str:
    return type(step).__name__


def _moved(transform: Callable[[Any], Any], X: np.ndarray) -> np.ndarray:
    """Return which input columns move which outputs, shape (outputs, inputs)."""
    before = np.asarray(transform(X))
    found = np.zeros((before.shape[1], X.shape[1]), dtype=bool)
    for j in range(X.shape[1]):
        for value in np.unique(X[np.isfinite(X[:, j]), j]):
            other = X.copy()
            other[np.isfinite(X[:, j]), j] = value
            found[:, j] |= (np.asarray(transform(other)) != before).any(axis=0)
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("step", "X"), STEPS, ids=[f"{i}-{_label(step)}" for i, (step, _) in enumerate(STEPS)])
def test_outputs_are_traced_to_the_inputs_that_move_them(step: Any, X: np.ndarray) -> None:
    step.fit(X, _Y)

    def transform(rows: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return step.transform(rows)

    full = np.where(
        np.isfinite(X), X, 4.0
    )  # of complete rows no gap is filled, so that only a column's own value moves it
    full = np.where(np.isnan(X).all(axis=0), np.nan, full)
    moved = _moved(transform, full)
    traced = passed(step, tuple(Column.start(name) for name in NAMES), "step")
    opaque = isinstance(step, FunctionTransformer) and step.func is not None
    assert len(traced) == len(moved) or (opaque and not traced)
    for i, name in enumerate(c.name for c in traced):
        others = {NAMES[j] for j in np.flatnonzero(moved[i])} - {name}
        assert name not in NAMES or not others, (i, name, others)
    if isinstance(step, SimpleImputer | KNNImputer | IterativeImputer):  # and those that one column moves are named
        alone = {i: NAMES[int(np.flatnonzero(row)[0])] for i, row in enumerate(moved) if row.sum() == 1}
        named = {i: traced[i].name for i in alone if traced[i].name in NAMES}
        assert {i: name for i, name in alone.items() if name != "b"} == named


def test_a_width_that_is_only_claimed_costs_little() -> None:
    step = Normalizer().fit(_FULL)
    step.n_features_in_ = 10_000_000
    columns = aligned(step, (Column.start("a"),), "step")
    assert len(columns) == 10_000_000
    assert columns[0] is columns[-1]
    assert not columns[0].raw


def test_a_million_nameless_columns_stay_one_object_through_steps_that_treat_them_alike() -> None:
    weights = TfidfTransformer(use_idf=False).fit(csr_array((1, 1_000_000)))
    hashed = (Column.derived("hashed[...]"),) * 1_000_000
    weighed = passed(weights, hashed, "tfidf")
    assert len(weighed) == 1_000_000
    assert len(tuple(distinct(weighed))) == 1
    assert weighed[0].label == "tfidf(hashed[...])"


def test_columns_that_a_step_scales_apart_are_told_apart() -> None:
    hashed = (Column.derived("hashed[...]"),) * 3
    scaler = MaxAbsScaler().fit([[1.0, 2.0, 0.5], [1.0, 4.0, 0.5]])
    scaled = passed(scaler, hashed, "scaler")
    assert [column.scale for column in scaled] == [1.0, 4.0, 0.5]
    assert scaled[0] is hashed[0]  # as it came
    assert all(column.label == "hashed[...]" for column in scaled)
