"""Facts of clusterers, against the data they were fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.cluster import (
    DBSCAN,
    HDBSCAN,
    OPTICS,
    AffinityPropagation,
    AgglomerativeClustering,
    Birch,
    BisectingKMeans,
    FeatureAgglomeration,
    KMeans,
    MeanShift,
    MiniBatchKMeans,
    SpectralClustering,
    SpectralCoclustering,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.families.sklearn.disclose.checks import TIGHT, check_moments, check_rows, inspect, one
from tests.families.sklearn.disclose.tables import FRAME, NAMES, N, X

FAR = FRAME.copy()
FAR.iloc[7] = [700.0, 900.0, 400.0]
"""One row lies so far out that it is a cluster of its own."""


def entries(found: Any) -> dict[str, Any]:
    return {fact.source.split(".")[-1]: fact for fact in found.of("RowEntries")}


@pytest.mark.parametrize("cls", [KMeans, BisectingKMeans, MiniBatchKMeans])
def test_centres_are_means_and_that_of_one_row_is_the_row(cls: Any) -> None:
    model = make_pipeline(
        StandardScaler(), cls(2, random_state=0, **({"n_init": 3} if cls is not BisectingKMeans else {}))
    )
    found = inspect(model.fit(FAR))
    fact = one(found, "Centres")
    assert fact.features == NAMES
    assert sorted(fact.counts) == [1, N - 1]
    assert fact.personal is True
    rest = np.argmax(fact.counts)
    if cls is not MiniBatchKMeans:
        np.testing.assert_allclose(fact.centres[rest], FAR.drop(index=7).mean(), **TIGHT)
        check_rows(one(found, "Rows"), FAR.iloc[[7]])
    assert entries(found)["labels_"].entries.tolist() == model[-1].labels_.tolist()
    assert one(found, "SampleSize", source="named_steps['" + cls.__name__.lower() + "'].labels_").n == N


def test_centres_of_many_rows_are_of_none() -> None:
    fact = one(inspect(KMeans(2, n_init=1, random_state=0).fit(FRAME)), "Centres")
    assert fact.personal is False
    check_moments(inspect(BisectingKMeans(2, random_state=0).fit(FRAME)), FRAME, ddof=None)


def test_rows_that_stand_for_clusters() -> None:
    model = AffinityPropagation(random_state=0).fit(FRAME)
    found = inspect(model)
    fact = one(found, "Rows")
    check_rows(fact, FRAME.iloc[list(fact.index)])
    assert entries(found)["affinity_matrix_"].entries.shape == (N, N)
    fact = one(inspect(MeanShift(bandwidth=1.0).fit(FAR)), "Rows")
    kept = {tuple(row) for row in fact.rows.tolist()}
    assert kept <= {tuple(row) for row in FAR.to_numpy().tolist()}
    assert fact.exact is False


def test_rows_in_dense_places() -> None:
    model = make_pipeline(StandardScaler(), DBSCAN(eps=0.8, min_samples=4)).fit(FRAME)
    fact = one(inspect(model), "Rows")
    assert fact.index == tuple(model[-1].core_sample_indices_.tolist())
    check_rows(fact, FRAME.iloc[list(fact.index)])


def test_hierarchical_density_keeps_every_row() -> None:
    found = inspect(HDBSCAN(copy=True, store_centers="both").fit(FRAME))
    whole = max(found.of("Rows"), key=lambda fact: fact.n)
    check_rows(whole, FRAME)
    assert {"labels_", "probabilities_", "_single_linkage_tree_"} <= set(entries(found))


def test_leaves_of_birch() -> None:
    found = inspect(Birch(threshold=4.0, n_clusters=None).fit(FRAME))
    fact = one(found, "Centres")
    assert sum(fact.counts) == N
    np.testing.assert_allclose(np.array(fact.counts) @ fact.centres / N, X.mean(axis=0), **TIGHT)
    alone = one(found, "Rows")
    assert alone.n == fact.counts.count(1)
    table = {tuple(row) for row in np.round(X, 6).tolist()}
    assert {tuple(row) for row in np.round(alone.rows.astype(float), 6).tolist()} <= table


def test_entries_of_rows() -> None:
    assert {"labels_", "reachability_", "core_distances_", "predecessor_"} == set(entries(inspect(OPTICS().fit(FRAME))))
    found = inspect(AgglomerativeClustering(compute_distances=True).fit(FRAME))
    assert {"labels_", "children_", "distances_"} == set(entries(found))
    assert one(found, "SampleSize").n == N
    found = inspect(SpectralClustering(2, random_state=0).fit(StandardScaler().fit_transform(FRAME)))
    assert entries(found)["affinity_matrix_"].entries.shape == (N, N)
    found = inspect(SpectralCoclustering(2, random_state=0).fit(FRAME.abs()))
    assert entries(found)["row_labels_"].personal is True


def test_distances_between_columns_are_sums() -> None:
    found = inspect(FeatureAgglomeration(2, compute_distances=True).fit(FRAME))
    (fact,) = found.of("Totals")
    pair = [name for name in NAMES if name in fact.features[0]]
    np.testing.assert_allclose(fact.sums[0], ((FRAME[pair[0]] - FRAME[pair[1]]) ** 2).sum(), rtol=1e-9)
    assert not len(inspect(FeatureAgglomeration(2).fit(FRAME)))
