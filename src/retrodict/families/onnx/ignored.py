"""Columns that no output of a graph depends on: those that its trees do not split, where nothing else takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import onnx

from retrodict.disclosures.columns import Column
from retrodict.families.onnx.ensembles import ensemble_of
from retrodict.families.onnx.flow import flow
from retrodict.families.onnx.graph import Graph, outer_names
from retrodict.families.onnx.inputs import Layout
from retrodict.families.onnx.operators import TREES


def ignored_columns(model: onnx.ModelProto, layout: Layout, names: Sequence[str]) -> frozenset[str]:
    """Return the columns that change no output.

    A tensor whose columns are known one by one (see `flow`) is followed; a tree ensemble takes those that its trees
    split, and any other operator all of them.

    Parameters
    ----------
    model
        A graph that was checked.
    layout
        Its inputs.
    names
        Its columns.
    """
    graph = Graph(model.graph)
    given = {one.name: tuple(Column.start(names[i]) for i in one.positions) for one in layout.inputs}
    taken = list(_taken(graph, flow(graph, given)))
    if not all(column.raw for column in taken):
        return frozenset()
    return frozenset(names) - {column.name for column in taken}


def _taken(graph: Graph, columns: dict[str, tuple[Column, ...]]) -> Iterator[Column]:
    """Yield the columns that operators take or that are put out; those that are only handed on are not taken."""
    for node in graph.nodes:
        for name in outer_names(node):
            yield from columns.get(name, ())
        if node.op_type in TREES and node.input[0] in columns:
            own = columns[node.input[0]]
            for tree in ensemble_of(node).trees:
                yield from (own[int(i)] for i in np.unique(tree.feature[~tree.leaf]))
        elif not all(name in columns for name in node.output if name):
            for name in node.input:
                yield from columns.get(name, ())
    for output in graph.proto.output:
        yield from columns.get(output.name, ())
