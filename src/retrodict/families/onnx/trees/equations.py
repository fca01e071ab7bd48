"""Graphs of boosted trees read as equations about the table that their trees were grown on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from retrodict.disclosures import Disclosures
from retrodict.families.onnx.trees.read import BoostedGraph, boosted_graph
from retrodict.families.onnx.trees.variants import Variant, variants_of
from retrodict.matching.boosting import COUNT, GRADIENT, HESSIAN, SQUARE, BoostedTree, Boosting, Statement
from retrodict.matching.inferring.consistency import inferred_of
from retrodict.matching.inferring.guesses import Guesses
from retrodict.matching.inferring.steps import Steps, rows_statement, step_statements
from retrodict.matching.linear_reading import LinearReading
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from retrodict.families.onnx.model import OnnxModel

Array = np.ndarray

_WIDER = 2.0
"""How far beyond what trees predict targets are looked for, in units of how far that is from the start."""
_CONVERTED = Note(
    "values_of_32_bits",
    "a converted model states split points and leaf values alone, to 32 bits: all else follows from these",
)


def equations_of(model: OnnxModel, found: Disclosures, rows: int | None) -> LinearReading:
    """Read a graph as equations; see `EquationTable`.

    Raises
    ------
    ModelError
        If it is no one set of boosted trees, or no settings make its leaf values fit one another.
    """
    classes = model.schema.target.classes if model.schema.target.is_class else ()
    graph = boosted_graph(model.made, model.own.names, len(classes))
    ways: list[tuple[Callable[[Steps], Boosting], Guesses]] = [
        (partial(_boosting, model, graph, each), each.guesses) for each in variants_of(graph, len(classes), rows)
    ]
    return inferred_of(model.schema, found, ways, [_CONVERTED])


def _boosting(model: OnnxModel, graph: BoostedGraph, variant: Variant, steps: Steps) -> Boosting:
    classes = model.schema.target.classes if model.schema.target.is_class else ()
    start, turns = np.array(steps.start), np.zeros(graph.outputs, dtype=np.int64)
    trees: list[BoostedTree] = []
    for tree, values in zip(graph.trees, graph.values, strict=True):
        for k in np.flatnonzero(np.isfinite(values).any(axis=0)).tolist():
            turn = int(turns[k])
            turns[k] += 1
            own = np.nan_to_num(values[:, k])
            held = variant.guesses.held is not None and turn == 0
            moved = own - start[k] if held else own
            statements: list[Statement] = []
            if tree.leaf.sum() > 1 and (steps.first or turn):
                statements += step_statements(tree, moved, steps.rate, steps.penalty, joint=variant.joint)
            if not trees and steps.rows is not None:
                statements.append(rows_statement(tree, steps.rows))
            trees.append(BoostedTree(tree, moved, k, turn, tuple(statements)))
    levels = np.empty(0) if classes else _levels(graph, start)
    trees.sort(key=lambda each: each.turn)
    return Boosting(
        graph.place,
        tuple(trees),
        variant.loss,
        start,
        classes,
        levels,
        steps.rows,
        single=variant.single,
        gaps=frozenset(model.schema.names) if variant.gaps else frozenset(),
        typical=None if classes else _typical(levels),
    )


def _levels(graph: BoostedGraph, start: Array) -> Array:
    """Return two targets that all lie between, about: far beyond what trees predict at most and at least."""
    sums = [np.sum([far(own[np.isfinite(own)]) for own in graph.values]) for far in (np.min, np.max)]
    low, high = float(start[0]) + min(sums[0], 0.0), float(start[0]) + max(sums[1], 0.0)
    return np.array([low - _WIDER * (high - low), high + _WIDER * (high - low)])


def _typical(levels: Array) -> dict[int, float]:
    size = float(np.ptp(levels)) / (2.0 * (1.0 + 2.0 * _WIDER)) or 1.0
    return {COUNT: 1.0, GRADIENT: size, HESSIAN: 1.0, SQUARE: size**2}
