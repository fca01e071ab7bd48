"""Columns of pandas' categories reach boosted models of other libraries inside scikit-learn models as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from tests.families.sklearn.guests.boosters import GRADES, LIBRARIES, booster, table

NATIVE: dict[str, dict[str, Any]] = {
    "catboost": {"cat_features": ["site", "grade"]},
    "lightgbm": {},
    "xgboost": {"enable_categorical": True},
}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("library", LIBRARIES)
def test_categories_are_read_and_handed_on(library: str, first: bool) -> None:
    frame, score = table()
    frame = frame.assign(site=frame.site.astype("category"), grade=pd.Categorical(frame.grade, GRADES, ordered=True))
    own = booster(library, **NATIVE[library])
    scaled = ColumnTransformer(
        [("numbers", StandardScaler(), ["age", "bmi"])], remainder="passthrough", verbose_feature_names_out=False
    ).set_output(transform="pandas")
    estimator = Pipeline([("only", own)]) if first else make_pipeline(scaled, own)
    estimator.fit(frame, (score > 3).astype(int))
    model: Any = rd.load_model(estimator)
    if library == "catboost":  # it has hashes of categories alone
        assert model.undetermined == {"site", "grade"}
        model = rd.load_model(estimator, schema=rd.Schema.from_frame(frame))
    assert model.schema.names == ("age", "bmi", "site", "grade")
    assert set(model.schema["site"].categories) == set("abc")
    shuffled = model.schema.names[::-1]
    other = rd.Schema(tuple(model.schema[name] for name in shuffled), model.schema.target)
    for each in (model, model.bind(other)):
        rows = each.schema.encode(frame[list(each.schema.names)])
        np.testing.assert_allclose(np.exp(each.log_proba(rows)), estimator.predict_proba(frame), atol=3e-7)
    assert not rd.inspect_model(model).unread
