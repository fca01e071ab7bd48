"""What the outputs of a graph do not need: texts, settings, counts, and whatever no output is computed from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from retrodict.families.onnx.disclose.seen import attribute_path, tensor_path
from retrodict.families.onnx.disclose.texts import metadata_path, unknown_bytes
from retrodict.families.onnx.ensembles import LEAF, modes_of
from retrodict.families.onnx.graph import Graph, attributes, entries, outer_names
from retrodict.families.onnx.operators import TREES
from retrodict.sanitizing.plan import Change, Plan, Trim

_TEXTS = ("producer_name", "producer_version", "domain", "doc_string")
_KEPT = {
    "nodes_values": "rows are sent left or right by the split points, which are values of the table or lie between two",
    "nodes_splits": "rows are sent left or right by the split points, which are values of the table or lie between two",
    "class_weights": "leaf values are summed; those of boosted trees alone determine the training table",
    "target_weights": "leaf values are summed; those of boosted trees alone determine the training table",
    "leaf_weights": "leaf values are summed; those of boosted trees alone determine the training table",
    "base_values": "sums over trees start from them",
    "support_vectors": "predictions are weighed over them, and they are training rows",
    "offset": "inputs are scaled by them",
    "imputed_value_floats": "gaps are filled with them",
    "cats_strings": "text is looked up in them",
    "cats_int64s": "values are looked up in them",
    "keys_strings": "text is looked up in them",
    "coefficients": "predictions are weighed with them",
}


@dataclass
class Replaced(Change):
    """A field of a protocol buffer that is replaced: by `new`, or by nothing where it is ``None``."""

    def make(self) -> None:
        """Change the field, and remember what it was."""
        self.old = _copied(getattr(self.owner, self.name))
        _put(self.owner, self.name, self.new)

    def unmake(self) -> None:
        """Put the field back."""
        _put(self.owner, self.name, self.old)


@dataclass
class Discarded(Change):
    """All fields of a model that its library does not know: no output can depend on them, so they stay discarded."""

    def make(self) -> None:
        """Discard them."""
        self.owner.DiscardUnknownFields()

    def unmake(self) -> None:
        """Leave it so."""


def _copied(value: Any) -> Any:
    if isinstance(value, str | bytes | int):
        return value
    made = []
    for one in value:
        made.append(type(one)() if hasattr(one, "CopyFrom") else one)
        if hasattr(one, "CopyFrom"):
            made[-1].CopyFrom(one)
    return made


def _put(owner: Any, name: str, value: Any) -> None:
    owner.ClearField(name)
    if isinstance(value, str | bytes | int):
        setattr(owner, name, value)
    elif value is not None:
        getattr(owner, name).extend(value)


def plan_of(made: onnx.ModelProto) -> Plan:
    """Return what can be taken out of a model, and what stays."""
    trim = Trim(Plan(), "")
    if unknown_bytes(made):
        what = "fields that no library here knows"
        trim.plan.changes.append(Discarded(trim.at("unknown fields"), what, made, "", None))
    for name in _TEXTS:
        _clear(trim, name, made, name, "what wrote the model, and texts about it")
    for entry in list(made.metadata_props):
        _without(trim, metadata_path(entry.key), made, "metadata_props", [entry], "settings, dates and texts about it")
    _clear(trim, "training_info", made, "training_info", "graphs of training")
    _clear(trim, "model_version", made, "model_version", "its version")
    _graph(trim, made.graph)
    for i, node in enumerate(made.graph.node):
        _node(trim, i, node)
    return trim.plan


def _clear(trim: Trim, path: str, owner: Any, name: str, what: str) -> None:
    if getattr(owner, name):
        trim.plan.changes.append(Replaced(trim.at(path), what, owner, name, None))


def _without(trim: Trim, path: str, owner: Any, name: str, gone: Iterable[Any], what: str) -> None:
    trim.plan.changes.append(_Removed(trim.at(path), what, owner, name, [one.SerializeToString() for one in gone]))


@dataclass
class _Removed(Change):
    """Members of a list of a protocol buffer that are taken out; `new` has them as they are written."""

    def make(self) -> None:
        """Take them out, and remember where they stood; the others stay the same objects."""
        held, gone = getattr(self.owner, self.name), set(self.new)
        places = [i for i, one in enumerate(held) if one.SerializeToString() in gone]
        self.old = list(zip(places, _copied(held[i] for i in places), strict=True))
        for i in reversed(places):
            del held[i]

    def unmake(self) -> None:
        """Put them back."""
        for i, one in self.old:
            getattr(self.owner, self.name).insert(i, one)


def _graph(trim: Trim, graph: onnx.GraphProto) -> None:
    """Plan what a graph does without: texts, shapes that were noted, and tensors and nodes that no output needs."""
    _clear(trim, "graph.doc_string", graph, "doc_string", "texts about it")
    for entry in list(graph.metadata_props):
        path = f"graph.{metadata_path(entry.key)}"
        _without(trim, path, graph, "metadata_props", [entry], "settings, dates and texts about it")
    _clear(trim, "graph.value_info", graph, "value_info", "shapes of tensors")
    for name in ("input", "output", "initializer"):
        for one in getattr(graph, name):
            _clear(trim, f"graph.{name}[*].doc_string", one, "doc_string", "texts about it")
            _clear(trim, f"graph.{name}[*].metadata_props", one, "metadata_props", "texts about it")
    if graph.name != "graph":
        trim.plan.changes.append(Replaced(trim.at("graph.name"), "its name", graph, "name", "graph"))
    outputs = [one.name for one in graph.output]
    needed = Graph(graph).needed(outputs)
    used = {name for node in needed for name in (*node.input, *outer_names(node))} | {one.name for one in graph.input}
    for tensor in graph.initializer:
        if tensor.name not in used | set(outputs):
            _without(trim, tensor_path(tensor.name), graph, "initializer", [tensor], "numbers that nothing takes")
    spare = _spare(graph, outputs)
    if spare:
        _without(trim, "graph.node[*]", graph, "node", spare, "operators that no output needs")


def _spare(graph: onnx.GraphProto, outputs: list[str]) -> list[onnx.NodeProto]:
    needed = {node.SerializeToString() for node in Graph(graph).needed(outputs)}
    return [node for node in graph.node if node.SerializeToString() not in needed]


def _node(trim: Trim, i: int, node: onnx.NodeProto) -> None:
    """Plan what a node does without, and say what of it stays."""
    _clear(trim, "graph.node[*].doc_string", node, "doc_string", "texts about it")
    _clear(trim, "graph.node[*].metadata_props", node, "metadata_props", "texts about it")
    own = attributes(node)
    for name, why in _KEPT.items():
        if np.size(own.get(name, [])):
            trim.keep(attribute_path(i, node, name), why)
    if node.op_type not in TREES:
        return
    hits = [one for one in node.attribute if one.name.startswith("nodes_hitrates")]
    if hits:
        what = "how many training rows reached each node, where they were counted"
        _without(trim, attribute_path(i, node, "nodes_hitrates"), node, "attribute", hits, what)
    _leaves(trim, i, node, own)


def _leaves(trim: Trim, i: int, node: onnx.NodeProto, own: dict[str, Any]) -> None:
    """Plan to blank split points of leaves, which have none."""
    values = np.asarray(entries(own, "nodes_values"))
    if node.op_type == "TreeEnsemble" or not len(values):
        return
    at_leaves = (modes_of(own) == LEAF) & (values != 0.0)
    if at_leaves.any():
        bare = np.where(at_leaves, 0.0, values).tolist()
        held = next(one for one in node.attribute if one.name == "nodes_values")
        what = "numbers at leaves, which split nothing"
        path = attribute_path(i, node, "nodes_values at leaves")
        trim.plan.changes.append(Replaced(trim.at(path), what, held, "floats", bare))
