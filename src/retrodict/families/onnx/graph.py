"""A graph of operators with its constants, and who makes and who takes each of its tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from retrodict.families.onnx.long_lists import floats_of, ints_of
from retrodict.families.onnx.operators import domain_of

Array = np.ndarray

THROUGH = frozenset({"Identity", "Dropout"})
"""Operators that pass their first input on as it is."""


LABELS = ("classlabels_strings", "classlabels_int64s", "classlabels_ints")
"""Attributes that list class labels."""


def attributes(node: onnx.NodeProto, *only: str) -> dict[str, Any]:
    """Return a node's attributes by name: numbers, bytes, arrays for tensors, graphs as they are.

    Parameters
    ----------
    node
        The node.
    only
        Names of those that are wanted; all where none is named. The lists of trees have a million entries.
    """
    return {one.name: _value(one) for one in node.attribute if not only or one.name in only}


def _value(attribute: onnx.AttributeProto) -> Any:
    kind = onnx.AttributeProto
    plain = {
        kind.FLOAT: "f", kind.INT: "i", kind.STRING: "s", kind.GRAPH: "g",
        kind.FLOATS: "floats", kind.INTS: "ints", kind.STRINGS: "strings", kind.GRAPHS: "graphs",
    }  # fmt: skip
    if attribute.type == kind.TENSOR:
        return numpy_helper.to_array(attribute.t)
    name = plain.get(attribute.type)
    if name is None:
        return None
    value = getattr(attribute, name)
    if name in _NUMBERS and len(value) > _LONG:
        return _NUMBERS[name](attribute)
    return list(value) if name.endswith("s") and name != "s" else value


_NUMBERS: dict[str, Callable[[onnx.AttributeProto], Array]] = {"floats": floats_of, "ints": ints_of}
_LONG = 1_000
"""Entries from which a list of numbers is returned as an array: trees have a million, and each is an object else."""


def entries(found: dict[str, Any], name: str) -> Any:
    """Return a list among a node's attributes, which may be an array; an empty one where there is none."""
    value = found.get(name)
    return [] if value is None else value


def text(value: Any) -> Any:
    """Return bytes as text; whatever else as it is."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def label_list(found: dict[str, Any]) -> tuple[Any, ...]:
    """Return the class labels that an operator's attributes list; empty where there are none."""
    for name in LABELS:
        if len(entries(found, name)):
            return tuple(text(one) for one in np.ravel(found[name]).tolist())
    return ()


class Graph:
    """A graph of a model that was checked, or a graph within one.

    Parameters
    ----------
    proto
        The graph.
    outer
        The graph that it stands in; ``None`` for the model's own.
    """

    def __init__(self, proto: onnx.GraphProto, outer: Graph | None = None) -> None:
        self.proto, self.outer = proto, outer

    @cached_property
    def nodes(self) -> tuple[onnx.NodeProto, ...]:
        """Its nodes, each after those that it takes from."""
        return tuple(self.proto.node)

    @cached_property
    def makers(self) -> dict[str, onnx.NodeProto]:
        """The node that makes each tensor."""
        return {name: node for node in self.nodes for name in node.output if name}

    @cached_property
    def takers(self) -> dict[str, list[onnx.NodeProto]]:
        """The nodes that take each tensor."""
        found: dict[str, list[onnx.NodeProto]] = {}
        for node in self.nodes:
            for name in node.input:
                found.setdefault(name, []).append(node)
        return found

    @cached_property
    def initializers(self) -> dict[str, onnx.TensorProto]:
        """Its stored tensors."""
        return {one.name: one for one in self.proto.initializer}

    @cached_property
    def inputs(self) -> tuple[onnx.ValueInfoProto, ...]:
        """What is to be given: inputs that no stored tensor is the default of."""
        return tuple(one for one in self.proto.input if one.name not in self.initializers)

    def constant(self, name: str) -> Array | None:
        """Return a tensor that is stored, in the graph or a `Constant` of it; ``None`` where it is none."""
        if name in self.initializers:
            return numpy_helper.to_array(self.initializers[name])
        node = self.makers.get(name)
        if node is not None and node.op_type == "Constant":
            value = next(iter(attributes(node).values()), None)
            return None if value is None else np.asarray(value)
        return self.outer.constant(name) if self.outer is not None and node is None else None

    def before(self, name: str, passing: frozenset[str] = THROUGH) -> str:
        """Return the tensor that one is a copy of, through operators that pass it on."""
        while (node := self.makers.get(name)) is not None and node.op_type in passing and node.input:
            name = node.input[0]
        return name

    def needed(self, outputs: list[str]) -> list[onnx.NodeProto]:
        """Return the nodes that some tensors are made by, in order."""
        wanted, kept = set(outputs), []
        for node in reversed(self.nodes):
            if wanted & set(node.output):
                kept.append(node)
                wanted |= set(node.input) | outer_names(node)
        return kept[::-1]


def subgraphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    """Yield the graphs that a node holds."""
    for one in node.attribute:
        if one.HasField("g"):
            yield one.g
        yield from one.graphs


def outer_names(node: onnx.NodeProto) -> set[str]:
    """Return the tensors that the graphs within a node may take from around it."""
    found: set[str] = set()
    for graph in subgraphs(node):
        for inner in graph.node:
            found |= set(inner.input) | outer_names(inner)
        found |= {one.name for one in graph.output}
    return found


def operator(node: onnx.NodeProto) -> str:
    """Return the name of a node's operator, with its domain where that is not the default one."""
    domain = domain_of(node.domain)
    return f"{domain}.{node.op_type}" if domain else str(node.op_type)
