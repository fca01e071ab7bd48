"""Read forests whose leaves state class counts with noise: trees of differentially private forests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from retrodict.disclosures import Disclosures
from retrodict.disclosures.trees.tree import Tree
from retrodict.errors import ModelError, RequestError
from retrodict.families.sklearn.trees.ensembles import TreeEstimator
from retrodict.families.sklearn.trees.grown_trees import trees_of
from retrodict.families.sklearn.trees.multiplicities import MOST_MULTIPLICITIES, SHARE, multiplicities_of
from retrodict.families.sklearn.trees.read_problem import fitting_together, whole_ensembles
from retrodict.families.sklearn.trees.weights import whole
from retrodict.matching.assembly import reading_of
from retrodict.matching.count_noise import CountNoise
from retrodict.matching.ensemble import Ensemble, GrownTree
from retrodict.matching.problem import Noise, NoiseKind
from retrodict.matching.reading import Reading
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from retrodict.families.sklearn.model.models import SklearnModel

Array = np.ndarray

_WHOLE: tuple[NoiseKind, ...] = ("truncated", "rounded", "geometric")
"""Kinds of noise that leave whole numbers."""
_LEAST = 0.5
"""Rows that a root has at least: noise may take a sum below zero."""


@dataclass(frozen=True, eq=False)
class _Stated:
    """One tree with the class counts of its leaves, and how many rows they sum to; inner nodes have what lies below."""

    tree: Tree
    sums: Float[Array, "nodes C"]


def noisy_problem_of(model: SklearnModel, found: Disclosures, noise: CountNoise, rows: int | None) -> Reading:
    """Read the trees of a model whose leaves' class counts have noise as a matching problem; see `NoisyTable`.

    Only leaves count: what inner nodes state is either nothing, or the sum of what is below, or the rows themselves
    without noise, which `table_problem` reads. Split points are taken for such as the rows have no part in.
    """
    with fitting_together(model):
        return _read(model, found, noise, rows)


def _read(model: SklearnModel, found: Disclosures, noise: CountNoise, rows: int | None) -> Reading:
    notes: list[Note] = []
    sources = whole_ensembles(model, notes)
    source = sources[0]
    if len(sources) > 1:
        text = f"{len(sources) - 1} more sets of trees are not used: noise is told of one"
        notes.append(Note("other_ensembles", text, ensembles=len(sources) - 1))
    if source.boosted or source.reweighted or not hasattr(source.estimator, "classes_"):
        raise ModelError(
            f"noise is read in class counts of leaves, which the {source.name} does not state; leave the noise out"
        )
    stated = [_stated(source, tree) for tree in trees_of(source)]
    notes += _whole_or_not(stated, noise)
    drawn = not (source.single or (source.forest and not source.estimator.bootstrap))
    if drawn:
        trees = [replace(each.tree, rows=np.maximum(each.tree.rows, 1)) for each in stated]
        n, multiplicities = getattr(source.estimator, "_n_samples", None), multiplicities_of(source, trees)
        if rows is not None and n is not None and rows != int(n):
            raise RequestError(f"the file states a table of {int(n):,} rows, not of {rows:,}; leave the number out")
    else:
        many = max(round(float(np.mean([each.sums[0].sum() for each in stated]))), 1) if rows is None else rows
        if many * len(stated) > MOST_MULTIPLICITIES:
            raise RequestError(f"a table of {many:,} rows is more than is laid out for {len(stated):,} trees")
        multiplicities = [np.ones(many, dtype=np.int64)] * len(stated)
    classes = source.place.classes(source.estimator)
    grown = tuple(GrownTree(one.tree, own, one.sums) for one, own in zip(stated, multiplicities, strict=True))
    reading = reading_of(model.known.schema, [Ensemble(source.place, grown, classes)], found, notes)
    leaf = reading.problem.trees.left < 0
    law = Noise(noise.kind, noise.in_rows(len(stated)), np.zeros(len(leaf), dtype=bool), leaf)
    return replace(reading, problem=replace(reading.problem, noise=law))


def _whole_or_not(stated: list[_Stated], noise: CountNoise) -> list[Note]:
    """Check that counts are such as the noise that is told leaves."""
    counts = np.concatenate([one.sums[one.tree.leaf].ravel() for one in stated])
    if whole(counts) is None:
        if noise.kind in _WHOLE:
            raise RequestError(
                f"the leaves state counts with fractions, of which {noise.kind} noise leaves none; say another kind"
            )
        return []
    if noise.kind in _WHOLE:
        return []
    text = (
        f"all counts of leaves are whole numbers, which {noise.kind} noise does not give: if its fraction was cut off, "
        "say truncated, if it was rounded, rounded; counts may also have no noise at all"
    )
    return [Note("counts_whole", text)]


def _stated(source: TreeEstimator, tree: Tree) -> _Stated:
    value = tree.value
    if value is None or value.shape[1] != 1:
        raise ModelError(f"the {source.name} has several outputs; rebuild from a model of one output")
    leaves, weights = value[tree.leaf, 0, :], tree.weights
    shares = bool((np.abs(leaves.sum(axis=1) - 1.0) <= SHARE).all())
    if shares and weights is not None and (weights[tree.leaf] > 0).any():
        leaves = leaves * weights[tree.leaf, None]
    elif shares:
        raise ModelError(
            f"the leaves of the {source.name} state the label they vote for and no counts, noisy or not: nothing is "
            "known of a table from it; reconstruct rows under a prior instead"
        )
    sums = np.zeros((len(tree.feature), value.shape[2]))
    sums[tree.leaf] = leaves
    for v in np.flatnonzero(~tree.leaf)[::-1]:  # children lie behind their parents
        sums[v] = sums[tree.left[v]] + sums[tree.right[v]]
    if sums[0].sum() < _LEAST:
        sums[0] = _LEAST / sums.shape[1]
    if (sums[0] <= 0).any():  # what is assumed of the classes is learned from the rows
        sums[0] = np.maximum(sums[0], _LEAST)
    rows = np.maximum(np.rint(sums.sum(axis=1)), 0).astype(np.int64)
    return _Stated(replace(tree, rows=rows, midpoints=False, weights=None, impurity=None), sums)
