"""Put a model's trees, their codes and their labels together into one problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retrodict.disclosures import Disclosures
from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.assumed import as_cut, chances_of, implied_features, spanned
from retrodict.matching.codebook import Codebook
from retrodict.matching.ensemble import Ensemble, GrownTree
from retrodict.matching.midpoints import node_midpoints
from retrodict.matching.problem import Problem, Table
from retrodict.matching.reading import Reading
from retrodict.matching.split_cells import axes_of
from retrodict.matching.splits import splits_in_codes
from retrodict.matching.targets import targets_of
from retrodict.plain_text import listing
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

_NAMES_SHOWN = 8  # of features, in a note


def reading_of(schema: Schema, ensembles: Sequence[Ensemble], found: Disclosures, notes: Sequence[Note]) -> Reading:
    """Return the problem of finding the table that ensembles were grown on: they saw the same rows in the same order.

    Parameters
    ----------
    schema
        The model's features and target.
    ensembles
        At least one. Those of another number of rows than most trees saw are of another table, and left out.
    found
        What the model discloses: what is assumed of features before any count is matched.
    notes
        What the family has to say of them.

    Raises
    ------
    ModelError
        If a split column can't be carried back to one raw feature.
    """
    ensembles, told_of_others = _of_one_table(ensembles)
    grown = [each for ensemble in ensembles for each in ensemble.trees]
    trees = [each.tree for each in grown]
    book = codebook_of(schema, trees, found)
    stated = targets_of(ensembles, schema.target.classes)
    table = table_of(book, ensembles[0].n)
    if all(tree.midpoints for tree in trees):
        table = replace(table, chances=as_cut(book, table.chances))
    return Reading(
        Problem(table, splits_in_codes(grown, book), stated.targets),
        book,
        schema.target.classes,
        stated.raw_levels,
        stated.stored_labels,
        (*notes, *told_of_others, *_left_open(book, grown), *stated.notes),
        tuple(ensemble.place.path for ensemble in ensembles),
        node_midpoints(trees, book),
    )


def most_trees(sizes: Sequence[tuple[int, int]]) -> int:
    """Return the number of rows that most trees saw, of each ensemble's rows and trees."""
    trees: dict[int, int] = {}
    for rows, own in sizes:
        trees[rows] = trees.get(rows, 0) + own
    return max(trees, key=lambda rows: trees[rows])


def _of_one_table(ensembles: Sequence[Ensemble]) -> tuple[list[Ensemble], list[Note]]:
    n = most_trees([(ensemble.n, len(ensemble.trees)) for ensemble in ensembles])
    kept = [ensemble for ensemble in ensembles if ensemble.n == n]
    if len(kept) == len(ensembles):
        return kept, []
    return kept, [Note("other_tables", f"sets of trees with other numbers of rows than {n} are not used", rows=n)]


def table_of(book: Codebook, n: int) -> Table:
    """Return what n rows of these codes may hold; n is 0 where it is not known."""
    return Table(
        n=n,
        sizes=np.array([axis.size for axis in book.axes], dtype=np.int64),
        ordered=np.array([axis.ordered for axis in book.axes], dtype=bool),
        missing=np.array([axis.missing for axis in book.axes], dtype=np.int64),
        chances=chances_of(book),
    )


def codebook_of(
    schema: Schema, trees: Sequence[Tree], found: Disclosures, gaps: frozenset[str] = frozenset()
) -> Codebook:
    """Return the codes of all features that trees split on.

    Parameters
    ----------
    schema
        The model's features.
    trees
        All of the table.
    found
        What the model discloses.
    gaps
        Features that are known to have missing values.

    Raises
    ------
    ModelError
        If a split column can't be carried back to one raw feature.
    """
    grids = {fact.features[0]: fact.step for fact in found.of("Grid") if not fact.offset}
    told, implied = implied_features(schema, found)
    axes = axes_of(trees, told, grids, gaps)
    by_name = {axis.name: axis for axis in axes}
    marginals = [
        spanned(feature, by_name.get(feature.name)) if marginal is None else marginal
        for feature, marginal in zip(told.features, implied, strict=True)
    ]
    return Codebook(told, axes, tuple(marginals))


def _left_open(book: Codebook, grown: Sequence[GrownTree]) -> list[Note]:
    notes = unused_features(book)
    undrawn = int((np.sum([each.multiplicities for each in grown], axis=0) == 0).sum())
    if undrawn:
        text = f"{undrawn} rows were drawn for no tree: nothing is known of them"
        notes.append(Note("undrawn_rows", text, rows=undrawn))
    return notes + filled_features(book, [each.tree for each in grown])


def filled_features(book: Codebook, trees: Sequence[Tree]) -> list[Note]:
    """Return a line on the features whose gaps were filled on the way to the trees."""
    columns = dict.fromkeys(column for tree in trees for column in tree.columns)
    filled = sorted({column.name for column in columns if column.filled and column.name in book.features})
    if not filled:
        return []
    text = f"gaps of {listing(filled, _NAMES_SHOWN)} were filled before the trees: rebuilt rows have the fills"
    return [Note("gaps_are_filled", text, features=filled)]


def unused_features(book: Codebook) -> list[Note]:
    """Return a line on the features that no tree splits on."""
    unused = [name for name in book.schema.names if name not in book.features]
    if not unused:
        return []
    text = f"no tree splits on {listing(unused, _NAMES_SHOWN)}: constant, or useless to it; 0 where nothing is known"
    return [Note("unsplit_features", text, features=unused)]
