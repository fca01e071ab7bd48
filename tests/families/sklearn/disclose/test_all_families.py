"""Every reader runs through on every estimator of scikit-learn that it is for: nothing is lost to a silent error."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils import all_estimators

from retrodict.families.sklearn.disclose.known_classes import REVIEW
from retrodict.families.sklearn.structure.visit import HELD
from tests.families.sklearn.disclose.checks import inspect
from tests.families.sklearn.model.sweep import BINARY_ONLY, MULTI_OUTPUT, fitted

_READ = {cls.__name__ for cls in (*REVIEW.readers, *HELD)} - MULTI_OUTPUT
# searches need an estimator of their own; the tests of wrappers have them
_PREDICTORS = [
    (kind, name)
    for kind in ("classifier", "regressor")
    for name, _ in all_estimators(kind)
    if name in _READ and not name.endswith("SearchCV")
]


@pytest.mark.parametrize(("kind", "name"), _PREDICTORS, ids=[name for _, name in _PREDICTORS])
def test_readers_run_through(kind: str, name: str) -> None:
    for n_classes in (2,) if kind == "regressor" or name in BINARY_ONLY else (2, 3):
        model, rows = fitted(kind, name, n_classes)
        found = inspect(model)
        assert found.unread == ()
        sizes = {fact.n for fact in found.of("SampleSize") if fact.exact is True}
        assert sizes <= {len(rows)}
        for fact in found.of("Range"):
            column = rows[:, int(fact.features[0][1:])]
            np.testing.assert_allclose([fact.low, fact.high], [column.min(), column.max()])
        for fact in found.of("Rows"):
            table = {tuple(row) for row in np.round(rows, 6)}
            kept = [row for row in np.round(fact.rows.astype(float), 6).tolist() if tuple(row) in table]
            assert len(kept) == fact.n
