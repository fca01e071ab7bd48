"""Clusterers: centres, the rows that are their own cluster, and which cluster each row fell in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn import cluster

from retrodict.disclosures.kinds import Disclosure, SampleSize, Totals
from retrodict.disclosures.place import Place

Array = np.ndarray


def row_labels(name: str = "labels_", meaning: str = "cluster") -> Any:
    """Return a reader of an attribute with one entry for each row, which also gives their number."""

    def read(estimator: Any, place: Place) -> Iterator[Disclosure]:
        labels = getattr(estimator, name, None)
        if labels is not None:
            yield place.entries(name, meaning, labels)
            yield SampleSize(len(labels), features=(), source=place.at(name), exact=place.exact)

    return read


_labels = row_labels()


def centres(
    place: Place, source: str, found: Float[Array, "k d"], labels: Any, exact: bool | str
) -> Iterator[Disclosure]:
    """Yield centres, and as rows those whose group is one row, as its labels count.

    Parameters
    ----------
    found
        Centres, shape (k, d).
    labels
        The group of each row, or ``None`` where it is not stored.
    exact
        How exactly a centre is the mean of the rows with its label.
    """
    counts = None if labels is None else np.bincount(np.asarray(labels)[np.asarray(labels) >= 0], minlength=len(found))
    yield place.centres(source, found, counts, exact)
    if counts is not None and (counts == 1).any():
        yield place.rows(source, np.asarray(found)[counts == 1], exact=exact)


def k_means(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield centres and labels; training ends once centres hardly move, so that a centre is nearly its rows' mean."""
    mean = getattr(estimator, "_X_mean", None)  # bisecting takes it off
    if mean is not None and np.ndim(mean) == 1:
        yield from place.moments("_X_mean", mean)
    labels = getattr(estimator, "labels_", None)
    yield from centres(place, "cluster_centers_", estimator.cluster_centers_, labels, False)
    yield from _labels(estimator, place)


def shifted(estimator: cluster.MeanShift, place: Place) -> Iterator[Disclosure]:
    """Yield centres: means of the rows within a bandwidth of each, which may be rows of other clusters too."""
    yield from k_means(estimator, place)


def exemplars(estimator: cluster.AffinityPropagation, place: Place) -> Iterator[Disclosure]:
    """Yield the rows that stand for their clusters, and how near each row is to each other."""
    found = getattr(estimator, "cluster_centers_", None)
    if found is not None and found.shape[0]:
        index = getattr(estimator, "cluster_centers_indices_", None)
        yield place.rows("cluster_centers_", found, index=index)
    yield from _affinities(estimator, place)


def _affinities(estimator: Any, place: Place) -> Iterator[Disclosure]:
    yield from place.kept(estimator, {"affinity_matrix_": "how near it is to each other row"})
    yield from _labels(estimator, place)


def core(estimator: cluster.DBSCAN, place: Place) -> Iterator[Disclosure]:
    """Yield the rows in dense places."""
    found = getattr(estimator, "components_", None)
    index = getattr(estimator, "core_sample_indices_", None)
    if found is not None and found.shape[0]:
        if estimator.metric == "precomputed":
            yield place.entries("components_", "distances to the other rows, of each row in a dense place", found)
        else:
            yield place.rows("components_", found, index=index)
    yield from _labels(estimator, place)


def hierarchical(estimator: cluster.HDBSCAN, place: Place) -> Iterator[Disclosure]:
    """Yield every row, and the centres where they were kept."""
    rows = getattr(estimator, "_raw_data", None)
    if rows is not None:
        yield place.rows("_raw_data", rows)
    middle = getattr(estimator, "medoids_", None)
    if middle is not None and len(middle):
        yield place.rows("medoids_", middle)
    means = getattr(estimator, "centroids_", None)
    if means is not None and len(means):
        yield place.centres("centroids_", means, None, "of the rows as weighted")
    tree = getattr(estimator, "_single_linkage_tree_", None)
    if tree is not None and tree.dtype.names and "value" in tree.dtype.names:
        yield place.entries("_single_linkage_tree_", "distance at which two groups joined", tree["value"])
    yield from row_labels("probabilities_", "how surely it is of its cluster")(estimator, place)
    yield from _labels(estimator, place)


def ordered(estimator: cluster.OPTICS, place: Place) -> Iterator[Disclosure]:
    """Yield distances between rows that are neighbours in the order."""
    meanings = {
        "reachability_": "distance at which it is reached",
        "core_distances_": "distance within which it has enough neighbours",
        "predecessor_": "the row that it was reached from",
    }
    yield from place.kept(estimator, meanings)
    yield from _labels(estimator, place)


def merged(estimator: cluster.AgglomerativeClustering, place: Place) -> Iterator[Disclosure]:
    """Yield labels; the tree of merges, with its distances, is of rows as well."""
    meanings = {
        "children_": "the two groups that each merge joined",
        "distances_": "distance between the groups that each merge joined",
    }
    yield from place.kept(estimator, meanings)
    yield from _labels(estimator, place)


def grouped(step: cluster.FeatureAgglomeration, place: Place) -> Iterator[Disclosure]:
    """Yield distances between single columns, where they were kept: sums over all rows."""
    heights = getattr(step, "distances_", None)
    if heights is None or step.metric != "euclidean":
        return
    for (a, b), height in zip(step.children_, heights, strict=True):
        if max(a, b) < len(place.columns):
            pair = place.columns[a], place.columns[b]
            told = "" if all(column.untouched for column in pair) else ", as they were scaled"
            name = f"({pair[0].label} - {pair[1].label})^2{told}"
            source = place.at("distances_")
            yield Totals((float(height) ** 2,), features=(name,), source=source, exact=place.exact)


def birch(estimator: cluster.Birch, place: Place) -> Iterator[Disclosure]:
    """Yield the leaves of its tree: means of few rows each, with their number, and the rows that are alone in one."""
    if not hasattr(estimator, "dummy_leaf_"):  # stripped: the centres stay
        yield place.centres("subcluster_centers_", estimator.subcluster_centers_, None)
        return
    leaves, node = [], estimator.dummy_leaf_.next_leaf_
    while node is not None:
        leaves += node.subclusters_
        node = node.next_leaf_
    found = np.array([leaf.linear_sum_ / leaf.n_samples_ for leaf in leaves])
    counts = np.array([leaf.n_samples_ for leaf in leaves])
    source = "root_...subclusters_"
    yield place.centres(source, found, counts, True)
    if (counts == 1).any():
        yield place.rows(source, found[counts == 1])
    yield SampleSize(int(counts.sum()), features=(), source=place.at(source), exact=place.exact)
    yield from place.kept(estimator, {"labels_": "cluster"})


READERS = {
    cluster.KMeans: k_means,
    cluster.MiniBatchKMeans: k_means,
    cluster.BisectingKMeans: k_means,
    cluster.MeanShift: shifted,
    cluster.AffinityPropagation: exemplars,
    cluster.DBSCAN: core,
    cluster.HDBSCAN: hierarchical,
    cluster.OPTICS: ordered,
    cluster.AgglomerativeClustering: merged,
    cluster.FeatureAgglomeration: grouped,
    cluster.Birch: birch,
    cluster.SpectralClustering: _affinities,
    cluster.SpectralBiclustering: row_labels("row_labels_"),
    cluster.SpectralCoclustering: row_labels("row_labels_"),
}
