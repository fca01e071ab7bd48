"""A column without any value in real rows is taken as it is, and said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

import retrodict as rd
from retrodict.errors import PriorError
from tests.budget.known import ONE

N = 60
RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=N), "b": RNG.normal(size=N)})
REAL = X.assign(target=(X["a"] > 0).astype(int))
MODEL = rd.load_model(HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=5).fit(X, REAL["target"]))
PRIOR = rd.fit_prior(X)
REC = rd.reconstruct(MODEL, PRIOR, N)


@pytest.fixture(params=["float64", *(pytest.param(name, marks=pytest.mark.slow) for name in ("object", "string"))])
def hole(request: pytest.FixtureRequest) -> pd.DataFrame:
    return REAL.assign(b=pd.Series([None] * N, dtype=request.param))


def said(found: Any) -> str:
    return " | ".join((*found.warnings, *found.notes))


def test_everywhere(hole: pd.DataFrame) -> None:
    for rec in (REC, REC.frame):
        target = "target"
        assert "'b' of the training rows holds no values" in said(rd.evaluate(rec, hole, hole, PRIOR, target=target))
        assert "'b' of the held-out rows holds no values" in said(rd.evaluate(rec, REAL, hole, PRIOR, target=target))
        assert "'b' of the training rows holds no values" in said(rd.record_risk(rec, hole, hole, target=target))
        found = rd.replicate(rec, ["decision_tree"], holdout=hole, train=hole, model=MODEL, prior=PRIOR, target=target)
        assert "'b' of the held-out rows holds no values" in said(found)
    assert "'b' of the reconstruction holds no values" in said(rd.record_risk(hole, REAL, REAL, target="target"))
    found = rd.error_budget(MODEL, PRIOR, holdout=hole, train=hole, draws=2_000, **ONE)
    assert any("'b': 120 rows with missing values" in note for note in found.notes)
    assert rd.evaluation.matched_error(REC.frame, hole, target="target").per_feature["b"] == 1.0
    with pytest.raises(PriorError, match="column 'b' holds no values; drop it"):
        rd.fit_prior(hole, target="target")
