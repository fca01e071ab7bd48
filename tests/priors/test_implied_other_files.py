"""Without a declared prior: graphs of ONNX and results of statsmodels, as far as their files tell of the values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.errors import PriorError
from retrodict.results.notes import of_code

N = 400
_RNG = np.random.default_rng(6)
TABLE = pd.DataFrame({"age": _RNG.normal(50, 10, N).round(), "dose": _RNG.gamma(2, 2, N)})
SCORE = TABLE["age"] / 20 + TABLE["dose"] + _RNG.normal(size=N)
LABEL = (SCORE > 6).astype(int)


def onnx_file(folder: Path, estimator: Any) -> Path:
    convert = pytest.importorskip("skl2onnx").to_onnx
    rows = TABLE.to_numpy(np.float32)
    (folder / "model.onnx").write_bytes(convert(estimator.fit(rows, LABEL), rows[:1]).SerializeToString())
    return folder / "model.onnx"


def results_file(folder: Path, kind: str, removed: bool) -> Path:
    api = pytest.importorskip("statsmodels.api")
    design = api.add_constant(TABLE)
    made = api.OLS(SCORE, design).fit() if kind == "OLS" else api.Logit(LABEL, design).fit(disp=0)
    if removed:
        made.remove_data()
    made.save(str(folder / "model.pickle"))
    return folder / "model.pickle"


@pytest.mark.parametrize(
    "estimator",
    [RandomForestClassifier(10, max_depth=5, random_state=0), make_pipeline(StandardScaler(), LogisticRegression())],
    ids=["trees", "scaled line"],
)
def test_a_graph_is_all_that_is_needed_where_it_splits_or_scales(estimator: Any, tmp_path: Path) -> None:
    path = onnx_file(tmp_path, estimator)
    rows = rd.reconstruct(path, rows=400, progress=False).frame
    for j, name in enumerate(TABLE.columns):
        drawn = pd.to_numeric(rows.iloc[:, j])
        assert drawn.mean() == pytest.approx(TABLE[name].mean(), abs=TABLE[name].std())
        assert 0.3 < drawn.std() / TABLE[name].std() < 3.0
    new = rd.migrate(path, "logistic_regression", rows=1_000, progress=False).estimator
    real = TABLE.set_axis(list(rows.columns[:2]), axis=1)
    assert (new.predict(real) == estimator.predict(TABLE.to_numpy(np.float32))).mean() > 0.85


def test_a_graph_of_weights_alone_needs_a_prior(tmp_path: Path) -> None:
    path = onnx_file(tmp_path, LogisticRegression())
    with pytest.raises(PriorError, match=r"no prior was given, and the model discloses no values of .*; give a prior"):
        rd.reconstruct(path, rows=10, progress=False)


def test_results_that_keep_their_table_are_all_that_is_needed(tmp_path: Path) -> None:
    model = rd.load_model(results_file(tmp_path, "Logit", False), trust_pickle=True)
    rows = rd.reconstruct(model, rows=300, progress=False).frame
    assert pd.to_numeric(rows["age"]).mean() == pytest.approx(TABLE["age"].mean(), abs=2.5)
    assert pd.to_numeric(rows["dose"]).min() >= TABLE["dose"].min()


def test_cross_products_without_rows_tell_means_and_variances(tmp_path: Path) -> None:
    model = rd.load_model(results_file(tmp_path, "OLS", True), trust_pickle=True)
    prior = rd.implied_prior(model)
    drawn = prior.sample(40_000, np.random.default_rng(0))
    np.testing.assert_allclose(drawn.mean(axis=0), TABLE.mean(), rtol=0.02)
    np.testing.assert_allclose(drawn.std(axis=0), TABLE.std(), rtol=0.03)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(TABLE.corr().iloc[0, 1], abs=0.03)
    assert any(of_code(prior.notes, "correlations_stated"))
    assert rd.reconstruct(model, rows=50, progress=False).n_rows == 50


def test_weights_without_rows_need_a_prior_and_the_remedy_works(tmp_path: Path) -> None:
    path = results_file(tmp_path, "Logit", True)
    for job in (rd.reconstruct, lambda one, **how: rd.migrate(one, "decision_tree", **how)):
        with pytest.raises(PriorError, match=r"no prior was given, .* values of x1, x2: .*; give a prior, or a schema"):
            job(rd.load_model(path, trust_pickle=True), rows=20, progress=False)
    ends = rd.Schema(tuple(rd.Feature(name, low=0.0, high=90.0) for name in ("x1", "x2")))
    rows = rd.reconstruct(rd.load_model(path, trust_pickle=True, schema=ends), rows=50, progress=False).frame
    assert pd.to_numeric(rows["x1"]).between(0, 90).all()
