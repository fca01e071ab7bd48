"""A part of another family inside scikit-learn's wrappers is read by its own family, where it has a reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from retrodict.disclosures import inspect_model
from tests.families.made_up.installed import installed

_RNG = np.random.default_rng(8)
FRAME = pd.DataFrame({"age": _RNG.uniform(20, 80, 40).round(1), "dose": _RNG.normal(5, 2, 40).round(2)})
LABELS = np.where(FRAME["age"] > 50, "yes", "no")


def _wrapped(nearest: Any) -> GridSearchCV:
    scale = StandardScaler().fit(FRAME)
    scaled = pd.DataFrame(scale.transform(FRAME), columns=FRAME.columns)
    search = GridSearchCV(Pipeline([("scale", StandardScaler())]), {})
    search.best_estimator_ = Pipeline([("scale", scale), ("near", nearest.fit(scaled, LABELS))])
    search.feature_names_in_ = scale.feature_names_in_
    return search


@pytest.mark.parametrize("reader", [True, False])
def test_a_search_over_a_pipeline_that_ends_in_another_familys_model(tmp_path: Path, reader: bool) -> None:
    with installed(tmp_path, leave_out=None if reader else "disclose.py") as library:
        found = inspect_model(_wrapped(library.Nearest()))
        stated = found.of("Rows")
        unread = {(one.path, one.why) for one in found.unread}
    path = "best_estimator_.named_steps['near']"
    if not reader:
        assert not stated
        assert (path, "unknown") in unread
        return
    (rows,) = stated
    assert not unread
    assert (rows.features, rows.source) == (("age", "dose"), f"{path}.rows")
    np.testing.assert_allclose(rows.rows.astype(float), FRAME, rtol=1e-12)
