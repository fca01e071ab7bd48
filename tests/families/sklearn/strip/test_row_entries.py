"""Steps that keep entries of single rows: the copy predicts the same bits without those that no prediction takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.cluster import Birch, BisectingKMeans, KMeans
from sklearn.covariance import EllipticEnvelope
from sklearn.decomposition import NMF, KernelPCA
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import Isomap, LocallyLinearEmbedding
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import retrodict as rd
from retrodict.families.sklearn.strip.visit import plan_of
from tests.families.sklearn.disclose.checks import inspect, one
from tests.families.sklearn.strip.test_families import check

_RNG = np.random.default_rng(6)
X = _RNG.normal(size=(60, 3))
Y = (X[:, 0] + 0.3 * _RNG.normal(size=60) > 0).astype(int)

STEPS = [
    (KMeans(4, n_init=1, random_state=0), {"labels_"}),
    (BisectingKMeans(4, random_state=0), {"labels_"}),
    (KernelPCA(2, kernel="rbf", fit_inverse_transform=True), {"X_transformed_fit_", "dual_coef_"}),
    (Isomap(n_neighbors=20), {"embedding_"}),
    (LocallyLinearEmbedding(n_neighbors=20, eigen_solver="dense"), set()),
    (Nystroem(n_components=10, random_state=0), set()),
    (NMF(2, random_state=0, max_iter=500), set()),
]


@pytest.mark.parametrize(("step", "gone"), STEPS, ids=lambda value: type(value).__name__)
@pytest.mark.filterwarnings("ignore")
def test_steps_keep_what_transforming_takes(step: Any, gone: set[str]) -> None:
    found = check(make_pipeline(MinMaxScaler(), step, LogisticRegression()).fit(X, Y), X)
    name = f"named_steps['{type(step).__name__.lower()}']."
    before, after = ({fact.source for fact in side.of("RowEntries")} for side in (found.before, found.after))
    assert {f"{name}{own}" for own in gone} <= before - after
    assert before >= after


def test_places_of_kept_rows_go() -> None:
    found = check(make_pipeline(Nystroem(n_components=10, random_state=0), LogisticRegression()).fit(X, Y), X)
    assert found.before.of("Rows")[0].index is not None
    assert found.after.of("Rows")[0].index is None


def test_leaves_of_a_tree_of_clusters_go() -> None:
    model = make_pipeline(Birch(threshold=0.3, n_clusters=None), LogisticRegression()).fit(X, Y)
    found = rd.sanitize(model, rows=100)
    assert found.identical
    assert one(found.before, "Centres").counts is not None
    assert one(found.after, "Centres").counts is None
    assert not found.after.of("RowEntries")


def test_outlier_detectors_forget_which_rows_were_outliers() -> None:
    model = EllipticEnvelope(random_state=0).fit(X)
    before = model.decision_function(X)
    assert inspect(model).of("RowEntries")
    for change in plan_of(model).changes:
        change.make()
    assert np.array_equal(model.decision_function(X), before)
    found = inspect(model)
    assert not found.of("RowEntries")
    assert found.unread == ()
