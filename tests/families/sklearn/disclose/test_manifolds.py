"""Facts of embeddings and of what keeps rows to compare new ones with, against the data they were fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.cross_decomposition import CCA, PLSSVD, PLSCanonical, PLSRegression
from sklearn.decomposition import KernelPCA
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import RidgeCV
from sklearn.manifold import MDS, TSNE, Isomap, LocallyLinearEmbedding, SpectralEmbedding
from sklearn.neighbors import (
    KNeighborsClassifier,
    KNeighborsTransformer,
    LocalOutlierFactor,
    NearestNeighbors,
    RadiusNeighborsTransformer,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.random_projection import GaussianRandomProjection
from sklearn.semi_supervised import LabelPropagation, LabelSpreading, SelfTrainingClassifier
from sklearn.tree import DecisionTreeClassifier

from tests.families.sklearn.disclose.checks import TIGHT, check_rows, inspect, one
from tests.families.sklearn.disclose.tables import BINARY, FRAME, VALUE, N, X


@pytest.mark.parametrize(
    "step",
    [
        KernelPCA(2, kernel="rbf", fit_inverse_transform=True),
        KNeighborsTransformer(),
        RadiusNeighborsTransformer(radius=2.0),
        NearestNeighbors(algorithm="brute"),
        Isomap(n_neighbors=20),
        LocallyLinearEmbedding(n_neighbors=8, random_state=0),
        LocalOutlierFactor(),
    ],
    ids=lambda step: type(step).__name__,
)
def test_the_table_is_kept(step: Any) -> None:
    found = inspect(make_pipeline(StandardScaler(), step).fit(FRAME))
    check_rows(one(found, "Rows"), FRAME)


def test_landmarks_are_rows_at_their_index() -> None:
    fact = one(inspect(Nystroem(n_components=20, random_state=0).fit(FRAME)), "Rows")
    check_rows(fact, FRAME.iloc[list(fact.index)])
    assert fact.n == 20


@pytest.mark.parametrize(
    "model", [LabelPropagation(gamma=1e-3), LabelSpreading(gamma=1e-3)], ids=["propagated", "spread"]
)
def test_spread_labels_keep_the_table_with_its_labels(model: Any) -> None:
    found = inspect(model.fit(FRAME, BINARY))
    check_rows(one(found, "Rows"), FRAME, model.transduction_.tolist())
    assert one(found, "SampleSize").n == N


def test_kernels_that_were_given_hold_no_rows() -> None:
    kernel = X @ X.T
    centred = kernel - kernel.mean(axis=0) - kernel.mean(axis=1)[:, None] + kernel.mean()
    for step, kept in ((KernelPCA(2, kernel="precomputed"), centred), (KernelRidge(kernel="precomputed"), kernel)):
        found = inspect(step.fit(kernel.copy(), VALUE))
        assert not found.of("Rows")
        fact = next(fact for fact in found.of("RowEntries") if fact.source == "X_fit_")
        np.testing.assert_allclose(fact.entries, kept, rtol=1e-6, atol=1e-6)
    distances = np.linalg.norm(X[:, None] - X, axis=2)
    found = inspect(KNeighborsClassifier(metric="precomputed").fit(distances, BINARY))
    assert not found.of("Rows")
    np.testing.assert_array_equal(one(found, "RowEntries").entries, distances)


def test_places_in_an_embedding_are_of_single_rows() -> None:
    for step in (
        TSNE(init="random", max_iter=250, random_state=0),
        MDS(n_init=1, max_iter=5, random_state=0),
        SpectralEmbedding(n_neighbors=20, random_state=0),
    ):
        found = inspect(step.fit(FRAME))
        fact = next(f for f in found.of("RowEntries") if f.source == "embedding_")
        np.testing.assert_array_equal(fact.entries, step.embedding_)
        assert fact.personal is True
        assert one(found, "SampleSize").n == N


@pytest.mark.parametrize("cls", [PLSRegression, PLSCanonical, CCA])
def test_scores_along_all_components_give_the_rows_back(cls: Any) -> None:
    targets = np.column_stack([VALUE, X[:, 1] ** 2, np.sin(X[:, 2])])
    found = inspect(cls(3, max_iter=5000).fit(FRAME, targets))
    check_rows(one(found, "Rows"), FRAME)
    np.testing.assert_allclose([fact.mean for fact in found.of("TargetMoments")], targets.mean(axis=0), **TIGHT)
    few = inspect(cls(1, max_iter=5000).fit(FRAME, targets))
    assert not few.of("Rows")
    assert one(few, "RowEntries").entries.shape == (N, 1)


def test_a_projection_without_scores_states_moments() -> None:
    found = inspect(PLSSVD(2).fit(FRAME, np.column_stack([VALUE, X[:, 1] ** 2])))
    assert {fact.features[0]: fact.mean for fact in found.of("Moments")} == pytest.approx(FRAME.mean().to_dict())
    assert not found.of("RowEntries")


def test_self_training_keeps_every_label() -> None:
    labels = np.where(np.arange(N) % 3 == 0, -1, (BINARY == "yes").astype(int))
    model = SelfTrainingClassifier(DecisionTreeClassifier(max_depth=3)).fit(FRAME, labels)
    facts = {fact.source: fact for fact in inspect(model).of("RowEntries")}
    assert facts["transduction_"].entries.tolist() == model.transduction_.tolist()


def test_errors_on_rows_left_out() -> None:
    model = RidgeCV(alphas=[1.0, 2.0], store_cv_results=True).fit(FRAME, VALUE)
    fact = one(inspect(model), "RowEntries")
    assert fact.entries.shape == (N, 2)
    assert not inspect(RidgeCV().fit(FRAME, VALUE)).of("RowEntries")


def test_widths_that_were_chosen_by_the_data() -> None:
    fact = one(inspect(RBFSampler(gamma="scale", random_state=0).fit(FRAME)), "Moments")
    np.testing.assert_allclose(fact.variance, X.var(), **TIGHT)
    assert not len(inspect(RBFSampler(gamma=0.3, random_state=0).fit(FRAME)))
    wide = np.random.default_rng(0).normal(size=(50, 3000))
    fact = one(inspect(GaussianRandomProjection(eps=0.9, random_state=0).fit(wide)), "SampleSize")
    assert 40 <= fact.n <= 60
    assert fact.exact is False
