"""Whatever a graph stores that no reader has explained: listed, and where it may hold rows, said to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx

from retrodict.disclosures.kinds import Disclosure, PossibleRows
from retrodict.disclosures.unread import Unread
from retrodict.families.onnx.disclose.seen import Seen, attribute_path, tensor_path
from retrodict.families.onnx.graph import Graph, attributes, entries, operator, subgraphs
from retrodict.families.onnx.operators import ML

Array = np.ndarray

_FEWEST = 8
"""Entries along one side from which a stored array may be one of rows rather than of classes or settings."""
_SILENT = {"LinearClassifier", "LinearRegressor", "Normalizer", "ZipMap", "ArrayFeatureExtractor", "FeatureVectorizer"}
"""Operators of ai.onnx.ml whose numbers are the model's own coefficients, or that have none."""
_ACTIVATIONS = {
    "Relu", "Sigmoid", "Tanh", "Softmax", "LogSoftmax", "Elu", "Selu", "LeakyRelu", "Gelu", "HardSigmoid", "Softplus",
    "Celu", "Mish", "HardSwish", "PRelu", "BatchNormalization", "Clip", "Erf",
}  # fmt: skip
_ENDS = {"ArgMax", "Identity", "Cast", "Reshape", "Flatten", "Squeeze", "ZipMap", "Greater", "Less", "Concat"}
"""What follows a last layer, whose outputs are predictions."""


def tables(model: onnx.ModelProto) -> Iterator[tuple[str, Array]]:
    """Yield every stored array of a model, in whatever graph or attribute, with its path."""
    yield from _tables(Graph(model.graph), "graph")


def _tables(graph: Graph, path: str) -> Iterator[tuple[str, Array]]:
    for name in graph.initializers:
        value = graph.constant(name)
        if value is not None and value.ndim:
            yield (tensor_path(name) if path == "graph" else f"{path}.initializer[{name!r}]"), value
    for i, node in enumerate(graph.nodes):
        for key, held in attributes(node).items():
            if isinstance(held, list | np.ndarray) and np.size(held) > 1 and not _graphs(held):
                yield attribute_path(i, node, key).replace("graph.", f"{path}.", 1), _shaped(key, held, graph, node)
        for inner in subgraphs(node):
            yield from _tables(Graph(inner, graph), f"{path}.node[{i}].{node.op_type}")


def _graphs(held: object) -> bool:
    return isinstance(held, list) and isinstance(held[0], onnx.GraphProto)


def _shaped(key: str, held: list[float] | Array, graph: Graph, node: onnx.NodeProto) -> Array:
    """Return support vectors as rows; anything else as it is."""
    array = np.asarray(held)
    if key != "support_vectors":
        return array
    own = attributes(node, "n_supports", "vectors_per_class")
    n = int(own.get("n_supports", 0)) or int(np.sum(entries(own, "vectors_per_class")))
    return array.reshape(n, -1) if n and len(array) % n == 0 else array


def unexplained(seen: Seen) -> Iterator[Disclosure | Unread]:
    """Yield a line for each stored array, and each operator with numbers of its own, that was not read."""
    _explain_layers(seen)
    yield from _tensors(seen, seen.graph, "graph")
    for i, node in enumerate(seen.graph.nodes):
        if i in seen.explained or node.domain != ML or node.op_type in _SILENT:
            continue
        sizes = [np.size(held) for held in attributes(node).values() if isinstance(held, list | np.ndarray)]
        if node.op_type == "LabelEncoder" and _decodes(seen, node):
            continue
        if max(sizes, default=0) > 1:
            reason = "it holds numbers or texts, and no reader knows them where it stands"
            yield Unread(f"graph.node[{i}]", f"onnx.{operator(node)}", "unknown", reason)


def _decodes(seen: Seen, node: onnx.NodeProto) -> bool:
    """Whether an encoder turns codes of predictions into labels: its input is no column."""
    made = seen.graph.makers.get(seen.graph.before(node.input[0]))
    return made is not None and made.op_type in ("ArgMax", "TreeEnsembleClassifier", "LinearClassifier")


def _explain_layers(seen: Seen) -> None:
    """Mark the weights of layers: a product, its bias, and an activation or the end of the graph."""
    outputs = {one.name for one in seen.model.graph.output}
    for _, node in seen.nodes("MatMul", "Gemm"):
        if len(node.input) < 2 or seen.graph.constant(node.input[0]) is not None:
            continue
        weights = seen.graph.constant(node.input[1])
        if weights is None or weights.ndim != 2:
            continue
        name, biased = node.output[0], len(node.input) > 2
        after = seen.graph.takers.get(name, [])
        for one in after:
            if one.op_type == "Add" and any(seen.graph.constant(side) is not None for side in one.input):
                biased, name = True, one.output[0]
        after = seen.graph.takers.get(name, [])
        ends = name in outputs or any(one.op_type in _ENDS for one in after)
        width = weights.shape[0 if attributes(node).get("transB") else 1]
        known = any(one.op_type in _ACTIVATIONS for one in after) and (biased or width < _FEWEST)
        if known or (ends and width < _FEWEST):
            seen.explained.update(node.input[1:])
            for one in seen.graph.takers.get(node.output[0], []):
                if one.op_type == "Add":
                    seen.explained.update(side for side in one.input if seen.graph.constant(side) is not None)


def _tensors(seen: Seen, graph: Graph, path: str) -> Iterator[Disclosure | Unread]:
    for i, node in enumerate(graph.nodes):
        if node.op_type == "Constant":
            value = graph.constant(node.output[0])
            if value is not None and node.output[0] not in seen.explained:
                yield from _told(f"{path}.node[{i}].Constant", value, graph, node.output[0])
        for inner in subgraphs(node):
            yield from _tensors(seen, Graph(inner, graph), f"{path}.node[{i}].{node.op_type}")
    for name in graph.initializers:
        value = graph.constant(name)
        if value is not None and name not in seen.explained:
            where = tensor_path(name) if path == "graph" else f"{path}.initializer[{name!r}]"
            yield from _told(where, value, graph, name)


def _told(source: str, value: Array, graph: Graph, name: str) -> Iterator[Disclosure | Unread]:
    if value.size < 2 or _plumbing(value, graph, name):
        return
    if value.dtype.kind in "fiu" and max(value.shape) >= _FEWEST:
        width = int(np.prod(value.shape[1:], dtype=np.int64))
        yield PossibleRows(len(value), width, features=(), source=source, exact=False, personal=None)
        return
    shape = " x ".join(map(str, value.shape))
    yield Unread(source, "onnx.TensorProto", "unknown", f"{shape} stored values that no reader knows")


def _plumbing(value: Array, graph: Graph, name: str) -> bool:
    """Whether a tensor says how others are put together: shapes, axes and places, or the labels of classes."""
    nodes = graph.takers.get(name, ())
    takers = {(node.op_type, i) for node in nodes for i, one in enumerate(node.input) if one == name}
    if not takers:
        return False
    if value.dtype.kind in "iu" and _counts(value):
        return True
    whole = value.dtype.kind in "iu" and value.ndim <= 1
    shapes = {
        ("Reshape", 1), ("Slice", 1), ("Slice", 2), ("Slice", 3), ("Slice", 4), ("Gather", 1), ("Unsqueeze", 1),
        ("Squeeze", 1), ("Split", 1), ("Pad", 1), ("Expand", 1), ("Tile", 1), ("TopK", 1), ("ConstantOfShape", 0),
        ("ArrayFeatureExtractor", 1),
    }  # fmt: skip
    if whole and all(one in shapes or one[0].startswith("Reduce") for one in takers):
        return True
    return takers == {("ArrayFeatureExtractor", 0)} and value.ndim <= 1 and value.dtype.kind in "OUS"


def _counts(value: Array) -> bool:
    """Whether whole numbers are 0, 1, 2 ...: the labels of classes, in order."""
    return bool(np.array_equal(value.ravel(), np.arange(value.size)))
