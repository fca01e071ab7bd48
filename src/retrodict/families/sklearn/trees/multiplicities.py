"""How often each row of the table was drawn for each tree, from the seeds that a file stores."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from retrodict.disclosures.trees.tree import Tree
from retrodict.errors import ModelError
from retrodict.families.sklearn.trees.ensembles import TreeEstimator
from retrodict.matching.capability import NoisyCountsError

Array = np.ndarray

MOST_MULTIPLICITIES = 10**8
"""Trees times rows: each takes 8 bytes here and some more in the search, which is out of reach long before."""
SHARE = 1e-9
"""How far a leaf's values may be from one in sum to be shares of its weight and no counts."""


def rows_of(source: TreeEstimator, trees: Sequence[Tree]) -> int:
    """Return how many rows the table of an ensemble has; nothing is laid out.

    Parameters
    ----------
    source
        The estimator.
    trees
        Its trees.

    Raises
    ------
    ModelError
        If the rows of each tree are not told.
    """
    for tree in trees:
        if not len(tree.rows) or (tree.rows <= 0).any():
            if _leaves_count(source, tree):
                raise NoisyCountsError(
                    f"the {source.name} states class counts in its leaves alone, as private forests do; tell rebuild "
                    "what noise they have (noise, or --noise), and it finds a table"
                )
            raise ModelError(
                f"the {source.name} stores no node counts, so its table can't be rebuilt; "
                "reconstruct rows under a prior instead"
            )
        if tree.value is None or tree.value.shape[1] != 1:
            raise ModelError(f"the {source.name} has several outputs; rebuild from a model of one output")
    estimator, first = source.estimator, int(trees[0].rows[0])
    _check_size(source, len(trees), first)
    if source.boosted and estimator.subsample != 1.0:
        raise ModelError(
            f"the {source.name} drew rows for each stage (subsample={estimator.subsample:g}) and stores no seed of "
            "them, so its table can't be rebuilt; reconstruct rows under a prior instead"
        )
    if _alike(source):
        weights = None if not source.forest else getattr(estimator, "_sample_weight", None)
        return first if weights is None else len(weights)
    seeds, n = _seeds(source), getattr(estimator, "_n_samples", None)
    if seeds is None or n is None or not all(isinstance(seed, Integral) for seed in seeds):
        raise ModelError(
            f"the {source.name} stores no seeds of its bootstrap (random_state of its trees was taken out), so which "
            "rows a tree saw is unknown and the table can't be rebuilt; reconstruct rows under a prior instead"
        )
    return int(n)


def multiplicities_of(source: TreeEstimator, trees: Sequence[Tree]) -> list[Array]:
    """Return how often each row was drawn, one array of shape (n,) a tree; it raises as `rows_of` does."""
    n, estimator = rows_of(source, trees), source.estimator
    weights = getattr(estimator, "_sample_weight", None)
    if _alike(source):
        plain = weights is None or not source.forest
        return [np.ones(n, dtype=np.int64) if plain else (np.asarray(weights) > 0).astype(np.int64)] * len(trees)
    told = copy.copy(estimator)
    told._sample_weight = weights  # files of releases before 1.9 lack it: rows were drawn alike
    return [np.bincount(rows, minlength=n).astype(np.int64) for rows in told.estimators_samples_]


def _alike(source: TreeEstimator) -> bool:
    """Whether all its trees saw the same rows."""
    return source.single or source.boosted or source.reweighted or (source.forest and not source.estimator.bootstrap)


def _seeds(source: TreeEstimator) -> Any:
    if source.forest:
        return [member.random_state for member in source.members]
    return getattr(source.estimator, "_seeds", None)


def _check_size(source: TreeEstimator, trees: int, first: int) -> None:
    """Refuse more than are laid out in memory: a file may say anything, and there is a number for each row and tree."""
    told = [getattr(source.estimator, name, None) for name in ("_n_samples", "_max_samples", "_n_samples_bootstrap")]
    rows = max([first, *(int(count) for count in told if isinstance(count, Integral))])
    if rows * trees > MOST_MULTIPLICITIES:
        raise ModelError(
            f"the {source.name} says that its {trees:,} trees were grown on {rows:,} rows; a table is rebuilt where "
            f"trees times rows are at most {MOST_MULTIPLICITIES:,}; reconstruct rows under a prior instead"
        )


def _leaves_count(source: TreeEstimator, tree: Tree) -> bool:
    """Return whether leaves state class counts, with noise or without, and not the shares of their classes."""
    if source.boosted or not hasattr(source.estimator, "classes_") or tree.value is None or not len(tree.feature):
        return False
    sums = tree.value[tree.leaf, 0].sum(axis=1)
    return bool((np.abs(sums - 1.0) > SHARE).any()) and bool((sums > 0).any())
