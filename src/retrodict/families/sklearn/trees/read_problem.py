"""Read a model of trees as the problem of finding the table that gives its node counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrodict.disclosures import Disclosures
from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree_facts import Member
from retrodict.errors import ModelError, RequestError, RetrodictError
from retrodict.families.sklearn.model.models import SklearnModel
from retrodict.families.sklearn.trees.assembly import assemble
from retrodict.families.sklearn.trees.draws_and_sums import Grown, grown_of
from retrodict.families.sklearn.trees.ensembles import Ensemble, ensembles_of
from retrodict.families.sklearn.trees.midpoints import node_midpoints
from retrodict.families.sklearn.trees.split_cells import axes_of
from retrodict.families.sklearn.trees.targets import targets_of
from retrodict.matching.assumed import implied_features, spanned
from retrodict.matching.codebook import Codebook
from retrodict.matching.reading import Reading
from retrodict.plain_text import one_line

Array = np.ndarray


def problem_of(model: SklearnModel, found: Disclosures) -> Reading:
    """Read the trees of a model as a matching problem; see `TreeTable`.

    A scikit-learn tree stores how many rows reached each node and their class counts or mean target, and a forest the
    seed of each tree's draw, from which every row's draws follow. All ensembles that were grown on the whole table are
    joined: they saw the same rows in the same order.
    """
    try:
        return _read(model, found)
    except RetrodictError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:  # what a file says of itself
        raise ModelError(
            f"the {model.family} holds trees and draws that do not fit together ({type(error).__name__}: "
            f"{one_line(error, 200)}), so its table can't be rebuilt; save the model again"
        ) from error


def _read(model: SklearnModel, found: Disclosures) -> Reading:
    schema = model.known.schema
    place = Place("", tuple(Column.start(name) for name in schema.names))
    notes: list[str] = []
    groups = _whole(model, list(ensembles_of(model.estimator, place)), notes)
    grown = [(group, grown_of(group, notes)) for group in groups]
    grown = _of_one_table(grown, notes)
    trees = [tree for _, own in grown for tree in own]
    grids = {fact.features[0]: fact.step for fact in found.of("Grid") if not fact.offset}
    members = [tree.member for tree in trees]
    told, implied = implied_features(schema, found)
    axes = axes_of(members, told, grids)
    by_name = {axis.name: axis for axis in axes}
    marginals = [
        spanned(feature, by_name.get(feature.name)) if marginal is None else marginal
        for feature, marginal in zip(told.features, implied, strict=True)
    ]
    book = Codebook(told, axes, tuple(marginals))
    targets = targets_of(grown, schema.target.classes)
    notes += _left_open(book, trees, members)
    notes += targets.notes
    return Reading(
        assemble(book, trees, targets),
        book,
        schema.target.classes,
        targets.raw_levels,
        targets.stored,
        tuple(notes),
        tuple(group.place.path for group, _ in grown),
        node_midpoints(trees, book),
    )


def _whole(model: Any, groups: list[Ensemble], notes: list[str]) -> list[Ensemble]:
    """Return the ensembles that were grown on all rows."""
    if not groups:
        raise RequestError(
            f"the {model.family} holds no decision trees, forests, bagged trees or gradient boosting of scikit-learn, "
            "whose node counts a table is rebuilt from; give a prior and use the engine 'auto'"
        )
    whole = [g for g in groups if g.place.sample is None and not (g.boosted and g.estimator.n_iter_no_change)]
    if not whole:
        told = groups[0].place.sample or "of the rows not held out to stop early"
        raise RequestError(
            f"the {groups[0].name} was grown on a part of the table ({told}), which is not disclosed; "
            "give a prior and use the engine 'auto'"
        )
    if len(whole) < len(groups):
        notes.append(f"{len(groups) - len(whole)} sets of trees saw a part of the table alone and are not used")
    return whole


def _of_one_table(grown: list[tuple[Ensemble, list[Grown]]], notes: list[str]) -> list[tuple[Ensemble, list[Grown]]]:
    """Return the ensembles of the table that most trees saw; another number of rows is another table."""
    trees: dict[int, int] = {}
    for _, own in grown:
        trees[len(own[0].draws)] = trees.get(len(own[0].draws), 0) + len(own)
    n = max(trees, key=lambda rows: trees[rows])
    kept = [(group, own) for group, own in grown if len(own[0].draws) == n]
    if len(kept) < len(grown):
        notes.append(f"sets of trees with other numbers of rows than {n} are not used")
    return kept


def _left_open(book: Codebook, trees: Sequence[Grown], members: Sequence[Member]) -> list[str]:
    notes = []
    unused = [name for name in book.schema.names if name not in book.features]
    if unused:
        shown = ", ".join(unused[:8]) + (f", ... ({len(unused)} in all)" if len(unused) > 8 else "")
        notes.append(f"no tree splits on {shown}: constant, or useless to it; 0 where nothing is known")
    undrawn = int((np.sum([tree.draws for tree in trees], axis=0) == 0).sum())
    if undrawn:
        notes.append(f"{undrawn} rows were drawn for no tree: nothing is known of them")
    filled = sorted({c.name for m in members for c in m.columns if c.filled and c.name in book.features})
    if filled:
        notes.append(f"gaps of {', '.join(filled[:8])} were filled before the trees: rebuilt rows have the fills")
    return notes
