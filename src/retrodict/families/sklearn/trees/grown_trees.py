"""An ensemble's trees with the rows that they were grown on, and what their nodes state of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrodict.disclosures.trees.tree import Tree
from retrodict.errors import ModelError
from retrodict.families.sklearn.structure.tree_arrays import tree_of
from retrodict.families.sklearn.trees.ensembles import TreeEstimator
from retrodict.families.sklearn.trees.multiplicities import multiplicities_of
from retrodict.families.sklearn.trees.node_sums import sums_of
from retrodict.families.sklearn.trees.stages import stages_of
from retrodict.families.sklearn.trees.stored_weights import stored_labels
from retrodict.matching.capability import NoisyCountsError
from retrodict.matching.ensemble import Ensemble, GrownTree
from retrodict.results.notes import Note

Array = np.ndarray


def trees_of(source: TreeEstimator) -> list[Tree]:
    """Return the arrays of all trees of an ensemble."""
    return [tree_of(member, columns) for member, columns in zip(source.members, source.columns, strict=True)]


def grown(source: TreeEstimator, notes: list[Note]) -> Ensemble:
    """Return an ensemble's trees with their rows and sums.

    Parameters
    ----------
    source
        Grown on the whole table.
    notes
        Is added to where something is not disclosed.

    Raises
    ------
    ModelError
        If node counts or the seeds of bootstraps were stripped, the rows of each tree are not disclosed, are more than
        can be laid out, or there are several outputs; `NoisyCountsError` where counts must have noise.
    """
    members, trees = source.members, trees_of(source)
    multiplicities = multiplicities_of(source, trees)
    fits = [int((m > 0).sum()) == int(tree.rows[0]) for m, tree in zip(multiplicities, trees, strict=True)]
    if 2 * sum(fits) <= len(fits):  # one may fit by chance
        if hasattr(source.estimator, "classes_") and all((m == 1).all() for m in multiplicities):
            raise NoisyCountsError(
                f"the trees of the {source.name} all saw all rows and count other numbers of them, as private forests "
                "do; tell rebuild what noise counts have (noise, or --noise), and it finds a table"
            )
        raise ModelError(
            f"the seeds of the {source.name} draw other rows than its roots count, for {fits.count(False)} of "
            f"{len(fits)} trees: they were changed, or rows weighed nothing; reconstruct rows under a prior instead"
        )
    if not all(fits):
        text = f"{fits.count(False)} trees of the {source.name} count other rows than their seeds draw; left out"
        notes.append(Note("trees_left_out", text, trees=fits.count(False), ensemble=source.name))
    members, trees, multiplicities = (_those(fits, each) for each in (members, trees, multiplicities))
    sums = stages_of(source, trees, notes) if source.boosted else sums_of(source, members, trees, multiplicities)
    unknown = sum(each is None for each in sums)
    if unknown and not source.boosted:
        notes.append(_without_sums(source, unknown, len(sums)))
    classes = source.place.classes(source.estimator) if hasattr(source.estimator, "classes_") else ()
    found = tuple(GrownTree(*each) for each in zip(trees, multiplicities, sums, strict=True))
    return Ensemble(source.place, found, classes, stored_labels(source, found))


def _those(fits: Sequence[bool], each: Sequence[Any]) -> list[Any]:
    return [one for one, fit in zip(each, fits, strict=True) if fit]


def _without_sums(source: TreeEstimator, unknown: int, trees: int) -> Note:
    many = "all" if unknown == trees else f"{unknown} of {trees}"
    what = "class counts" if hasattr(source.estimator, "classes_") else "sums of the target"
    text = f"{source.name}: {many} trees count rows, but their {what} can't be told (weights, criterion or constraints)"
    return Note("sums_not_told", text, ensemble=source.name, trees=unknown, of=trees)
