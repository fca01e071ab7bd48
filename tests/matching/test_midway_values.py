"""Values of rows whose cells are known meet the midpoints of splits."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from sklearn.ensemble import GradientBoostingClassifier

from tests.matching.planted_equations import in_codes, read


def test_values_of_boosted_trees_meet_the_midpoints_of_their_splits() -> None:
    rng = np.random.default_rng(0)
    X = np.sort(rng.normal(0.0, 1.0, (14, 1)) ** 3, axis=0)
    y = np.arange(14) % 2
    reading = read(GradientBoostingClassifier(n_estimators=60, max_depth=5, random_state=0).fit(X, y))
    codes, _ = in_codes(reading, X, y)
    values = reading.rows(codes, np.random.default_rng(0))[:, 0]
    cuts = reading.codebook.axes[0].cuts
    for cut in cuts:
        below, above = values[values <= cut].max(), values[values > cut].min()
        assert (below + above) / 2.0 == pytest.approx(cut, rel=1e-5, abs=1e-5)
    assert len(cuts) > 9
    assert (reading.codebook.encode(values[:, None]) == codes).all()
