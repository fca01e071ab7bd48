"""What equations may ask of memory and time, and of numbers: a model file may hold any trees and state anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from retrodict.errors import ModelError
from retrodict.matching.axes import Axis
from retrodict.matching.boosting import BoostedTree, Boosting
from retrodict.matching.equations import Equations
from retrodict.results.notes import Note

Array = np.ndarray

LEFT_OUT = "trees_left_out"
"""Code of the note that the last trees are more than are laid out."""
LARGEST = 1e30
"""Of any number that is stated or assumed: squares of squares of larger ones are none."""
MOST_LEAVES = 10_000
"""Of one tree: which lie below which node is a table of twice their square."""
MOST_TREES = 20_000
"""The columns that are looked at in one go have some entries for each: gigabytes beyond."""
MOST_PLACES = 5_000_000
"""Blocks of equations times leaves of the largest tree: each holds a few hundred bytes."""
MOST_SCORES = 2_000
"""Scores of a row, one a class: terms of some ten thousand rows are computed in one go."""
MOST_SHARES = 30_000_000
"""Trees squared, where trees were dropped: what each counted for in the scores that each saw, 8 bytes."""
MOST_ENTRIES = 100_000_000
"""Rows of a table times their equations, of 8 bytes, a few times over."""
MOST_ANSWERS = 1_000_000_000
"""Nodes times the codes of the feature that they split, of a byte."""
MOST_ALIKE = 1_000_000_000
"""Rows times columns of codes times the codes of the largest one, of a byte: what may stand there instead."""


def affordable(boosting: Boosting) -> tuple[Boosting, tuple[Note, ...]]:
    """Return trees whose equations can be laid out: all, or the first turns of too many.

    Earlier trees know nothing of later ones, so that equations of the first are what they are.

    Parameters
    ----------
    boosting
        The trees.

    Raises
    ------
    ModelError
        If what they state are no numbers that rows sum up to, or those of the first turn are too large.
    """
    trees = boosting.trees
    if not trees:
        raise ModelError("the model has no trees whose rows are known, so that its table is not rebuilt from equations")
    for tree in trees[:MOST_TREES]:
        _check_numbers(tree)
    _check_settings(boosting)
    kept = _laid_out(boosting)
    turns = [each.turn for each in trees]
    while 0 < kept < len(trees) and turns[kept] == turns[kept - 1]:
        kept -= 1
    if not kept:
        raise ModelError(
            f"the first trees of the model are too large to be laid out as equations ({_size(trees[0])}); its node "
            "counts can be searched for, where it states them"
        )
    if kept == len(trees):
        return boosting, ()
    shares = None if boosting.shares is None else boosting.shares[:kept, : 1 + kept]
    text = f"the first {kept:,} of {len(trees):,} trees are taken as equations: more are not laid out"
    return replace(boosting, trees=trees[:kept], shares=shares), (Note(LEFT_OUT, text, trees=kept, of=len(trees)),)


def check_answers(trees: Sequence[BoostedTree], axes: Sequence[Axis]) -> None:
    """Check that the answers of all nodes to all codes can be laid out.

    Parameters
    ----------
    trees
        All of the table.
    axes
        Of the features that they split.

    Raises
    ------
    ModelError
        If there are too many nodes for so many codes.
    """
    sizes = {axis.name: axis.size for axis in axes}
    answers, nodes = 0, 0
    for each in trees:
        tree = each.tree
        columns = np.concatenate([tree.feature[tree.feature >= 0], [own.column for own in tree.sets.values()]])
        at, many = np.unique(columns.astype(np.int64), return_counts=True)
        answers += sum(sizes[tree.columns[i].name] * m for i, m in zip(at.tolist(), many.tolist(), strict=True))
        nodes += len(columns)
    if answers > MOST_ANSWERS:
        raise ModelError(
            f"the trees of the model have {nodes:,} splits, and columns of up to {max(sizes.values()):,} different "
            "codes: too many for its table to be rebuilt from equations"
        )


def check_rows(equations: Equations, rows: float) -> None:
    """Check that a table of so many rows can be held against equations.

    Parameters
    ----------
    equations
        All of the table.
    rows
        How many it has, or would have.

    Raises
    ------
    ModelError
        If there are too many.
    """
    sizes, width = equations.table.sizes, equations.blocks.totals.shape[1]
    entries = rows * max(len(equations.start), max(1, len(equations.blocks.tree)) * max(1, width))
    alike = rows * len(sizes) * float(sizes.max(initial=1))
    if not entries <= MOST_ENTRIES or not alike <= MOST_ALIKE:
        raise ModelError(
            f"a table of {rows:,.0f} rows is too large for the equations that {len(equations.routes):,} trees state: "
            "rows times equations are more than are laid out; its node counts can be searched for, where it states them"
        )


def _laid_out(boosting: Boosting) -> int:
    """Return how many trees, from the first, can be laid out."""
    kept = min(len(boosting.trees), MOST_TREES)
    if boosting.shares is not None:
        kept = min(kept, int(np.sqrt(MOST_SHARES)))
    drawn = [len(each.multiplicities) for each in boosting.trees if each.multiplicities is not None]
    if drawn:
        kept = min(kept, MOST_ENTRIES // max(1, max(drawn)))
    blocks, leaves = 0, 1
    for i, each in enumerate(boosting.trees[:kept]):
        leaves = max(leaves, int(each.tree.leaf.sum()))
        blocks += _blocks_at_most(each)
        if leaves > MOST_LEAVES or blocks * leaves > MOST_PLACES:
            return i
    return min(kept, _asked(boosting.trees[:kept]))


def _blocks_at_most(each: BoostedTree) -> int:
    """Return how many blocks of equations a tree may make: of its leaves, and of each depth that states something."""
    inner = ~each.tree.leaf
    stating = any(not np.isnan(own.totals[inner]).all() for own in each.statements)
    return 1 + (len(each.tree.levels()) if stating else 0)


def _asked(trees: Sequence[BoostedTree]) -> int:
    """Return how many trees, from the first, have few enough different splits for all answers to be kept."""
    nodes = np.cumsum([len(each.tree.feature) for each in trees])
    if float(nodes[-1]) ** 2 <= MOST_ANSWERS:
        return len(trees)
    cuts: dict[int, set[float]] = {}
    many: dict[int, int] = {}
    for i, each in enumerate(trees):
        for feature, own in _thresholds(each):
            cuts.setdefault(feature, set()).update(own)
            many[feature] = many.get(feature, 0) + len(own)
        if sum(many[feature] * len(own) for feature, own in cuts.items()) > MOST_ANSWERS:
            return i
    return len(trees)


def _thresholds(each: BoostedTree) -> Iterator[tuple[int, list[float]]]:
    tree = each.tree
    for feature in np.unique(tree.feature[tree.feature >= 0]).tolist():
        yield feature, tree.threshold[tree.feature == feature].tolist()


def _check_numbers(grown: BoostedTree) -> None:
    """Check that what a tree states and adds to scores are numbers that rows can sum up to."""
    leaf = grown.tree.leaf
    if not _within(grown.values[leaf]):
        raise ModelError("the trees of the model add numbers to scores that no training gives")
    for own in grown.statements:
        told = ~np.isnan(own.totals)
        coefficients = (
            own.coefficients if own.coefficients.ndim == 1 else own.coefficients[leaf if own.by_leaf else told]
        )
        slack = np.stack([np.broadcast_to(each, told.shape)[told] for each in (own.rounding, own.row_rounding)])
        if not (_within(own.totals[told]) and _within(coefficients) and _within(slack)):
            raise ModelError(f"the trees of the model state numbers ({own.name}) that no rows sum up to")


def _check_settings(boosting: Boosting) -> None:
    typical = np.array(list((boosting.typical or {}).values()))
    if not (_within(np.asarray(boosting.start)) and _within(boosting.labels) and _within(typical)):
        raise ModelError("the model states a start, or leaf values of its first trees, that no training gives")
    scores, classes = len(boosting.start), len(boosting.classes)
    if scores > MOST_SCORES:
        raise ModelError(f"equations are solved for models of at most {MOST_SCORES:,} scores, this one has {scores:,}")
    if classes > max(scores, 2):
        raise ModelError(f"the model has {scores:,} scores and {classes:,} classes, which do not fit together")
    if boosting.rows is not None and boosting.rows < 1:
        raise ModelError(f"the trees of the model count {boosting.rows:,} rows, of which no table is made")


def _within(values: Array) -> bool:
    return bool((np.abs(values) <= LARGEST).all())


def _size(each: BoostedTree) -> str:
    return f"{int(each.tree.leaf.sum()):,} leaves"
