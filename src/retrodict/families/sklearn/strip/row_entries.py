"""Clusterers, embeddings, covariances and factors: what they keep of each row, and the course of their training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn import (
    cluster,
    covariance,
    cross_decomposition,
    decomposition,
    kernel_approximation,
    manifold,
    neighbors,
    preprocessing,
)

from retrodict.families.sklearn.strip.transformers import latent
from retrodict.sanitizing.plan import Trim

_BESIDE = "rows are compared with these training rows"


def clustered(step: Any, trim: Trim) -> None:
    """Take out the cluster of each row; the centres stay."""
    trim.drop(step, ("labels_", "affinity_matrix_", "cluster_centers_indices_"), "what was found of each training row")
    trim.drop(step, ("inertia_", "n_iter_", "n_steps_", "_counts"), "the course of training, and rows seen")
    trim.keep("cluster_centers_", "rows are measured by their distance from it, or belong to the nearest")


def leaves(step: cluster.Birch, trim: Trim) -> None:
    """Take out the tree, with how many rows each leaf holds; the leaves' centres stay."""
    trim.drop(step, ("labels_", "root_", "dummy_leaf_"), "rows in each leaf of the tree, and the leaf of each row")
    trim.keep("subcluster_centers_", "rows are measured by their distance from it; that of one row is the row")


def kernel(step: decomposition.KernelPCA, trim: Trim) -> None:
    """Keep the rows; the way back, which no prediction takes, goes."""
    trim.drop(step, ("X_transformed_fit_", "dual_coef_"), "each training row's place along the components")
    trim.keep("X_fit_", _BESIDE)
    trim.keep("eigenvectors_", "places along the components are sums over the training rows, weighted by it")


def centred(step: preprocessing.KernelCenterer, trim: Trim) -> None:
    """Keep the means of the kernel."""
    del step
    trim.keep("K_fit_rows_", "kernels are centred by it")


def embedded(step: Any, trim: Trim) -> None:
    """Take out where training put each row, unless new rows are placed between these."""
    if isinstance(step, manifold.Isomap):
        trim.drop(step, "embedding_", "each training row's place in the embedding")
        trim.keep("dist_matrix_", "new rows are placed by the distances of training rows from one another")
    else:
        trim.keep("embedding_", "new rows are placed between training rows near them")
    trim.keep("nbrs_", _BESIDE)


def landmarks(step: kernel_approximation.Nystroem, trim: Trim) -> None:
    """Take out the places of the rows in the table; the rows stay."""
    trim.drop(step, "component_indices_", "places of these rows in the training table")
    trim.keep("components_", _BESIDE)


def near(step: Any, trim: Trim) -> None:
    """Keep the rows."""
    del step
    trim.keep("_fit_X", _BESIDE)


def spread(step: Any, trim: Trim) -> None:
    """Take out what was found of each row; mean and covariance stay."""
    names = ("support_", "raw_support_", "dist_", "raw_location_", "raw_covariance_")
    trim.drop(step, names, "which training rows were taken for outliers, and how far out each lies")
    trim.drop(step, ("cv_results_", "costs_", "n_iter_", "shrinkage_"), "the course of training")
    trim.keep("location_", "distances are measured from it")
    trim.keep("precision_", "distances are measured by it; it is the covariance's inverse")


def factorised(step: Any, trim: Trim) -> None:
    """Take out how well the factors fit the rows."""
    trim.drop(step, ("error_", "reconstruction_err_", "n_iter_", "n_steps_"), "errors on the training rows")
    trim.keep("components_", "rows are written as sums of these")


TRIMS: dict[type, Callable[[Any, Trim], None]] = {
    **dict.fromkeys(
        (
            cluster.KMeans,
            cluster.MiniBatchKMeans,
            cluster.BisectingKMeans,
            cluster.MeanShift,
            cluster.AffinityPropagation,
        ),
        clustered,
    ),
    cluster.Birch: leaves,
    decomposition.KernelPCA: kernel,
    preprocessing.KernelCenterer: centred,
    manifold.Isomap: embedded,
    manifold.LocallyLinearEmbedding: embedded,
    kernel_approximation.Nystroem: landmarks,
    neighbors.KNeighborsTransformer: near,
    neighbors.RadiusNeighborsTransformer: near,
    **dict.fromkeys(
        (
            covariance.EmpiricalCovariance,
            covariance.ShrunkCovariance,
            covariance.LedoitWolf,
            covariance.OAS,
            covariance.GraphicalLasso,
            covariance.GraphicalLassoCV,
            covariance.MinCovDet,
            covariance.EllipticEnvelope,
        ),
        spread,
    ),
    decomposition.NMF: factorised,
    decomposition.SparsePCA: factorised,
    decomposition.MiniBatchSparsePCA: factorised,
    decomposition.DictionaryLearning: factorised,
    cross_decomposition.PLSCanonical: latent,
    cross_decomposition.CCA: latent,
}
