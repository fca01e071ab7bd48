"""A graph while it is read: its columns, and which of its stored numbers some reader has explained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import onnx

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.place import Place
from retrodict.families.onnx.flow import flow
from retrodict.families.onnx.graph import LABELS, Graph, attributes, label_list
from retrodict.families.onnx.inputs import tensors_of

Array = np.ndarray

TO_32_BITS = "to 32 bits"


@dataclass(frozen=True)
class Seen:
    """What readers of a graph share.

    Parameters
    ----------
    model
        The model.
    graph
        Its graph.
    place
        Where it stands, and its raw columns.
    columns
        The columns of each tensor that has a way back to them.
    explained
        Is added to: names of stored tensors, and places of nodes, that a reader has read or knows to state nothing.
    """

    model: onnx.ModelProto
    graph: Graph
    place: Place
    columns: dict[str, Columns]
    explained: set[str | int] = field(default_factory=set)

    @classmethod
    def of(cls, model: onnx.ModelProto, place: Place) -> Self:
        """Return a graph before anything of it is read."""
        graph = Graph(model.graph)
        given = {
            one.name: tuple(place.columns[i] for i in one.positions) for one, _ in tensors_of(model, len(place.columns))
        }
        return cls(model, graph, place, flow(graph, given))

    def nodes(self, *operators: str) -> Iterator[tuple[int, onnx.NodeProto]]:
        """Yield the nodes of some operators with their places."""
        return ((i, node) for i, node in enumerate(self.graph.nodes) if node.op_type in operators)

    def source(self, i: int, attribute: str) -> str:
        """Return the path of a node's attribute."""
        return attribute_path(i, self.graph.nodes[i], attribute)

    def stored(self, name: str) -> Array | None:
        """Return a stored tensor, and remember that it was read; ``None`` where it is none."""
        value = self.graph.constant(name)
        if value is not None:
            self.explained.add(name)
        return value

    def classes(self) -> tuple[Any, ...]:
        """Return the class labels that the graph lists; empty where it lists none."""
        for node in self.graph.nodes[::-1]:
            found = label_list(attributes(node, *LABELS))
            if found:
                return found
        return ()


def attribute_path(i: int, node: onnx.NodeProto, attribute: str) -> str:
    """Return the path of a node's attribute: the operator stands in it, for people."""
    return f"graph.node[{i}].{node.op_type}.{attribute}"


def tensor_path(name: str) -> str:
    """Return the path of a stored tensor."""
    return f"graph.initializer[{name!r}]"


def exactness(values: Array) -> bool | str:
    """Return how exact stored numbers are: those of 32 bits were rounded when the model was exported."""
    return TO_32_BITS if values.dtype == np.float32 else True
