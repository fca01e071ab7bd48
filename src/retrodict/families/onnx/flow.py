"""The way of the raw columns through a graph, as far as it is plain: scaled, filled, encoded, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import onnx

from retrodict.disclosures.columns import Column, Columns
from retrodict.families.onnx.graph import THROUGH, Graph, attributes, entries, text

Array = np.ndarray


def flow(graph: Graph, given: Mapping[str, Columns]) -> dict[str, Columns]:
    """Return the columns of each tensor that is a table of raw columns, or of what steps with a way back made of them.

    Parameters
    ----------
    graph
        The graph of a model that was checked.
    given
        The raw columns of its inputs.
    """
    found = dict(given)
    for node in graph.nodes:
        made = _made(graph, node, found)
        if made is None:
            continue
        found.update((name, columns) for name, columns in zip(node.output, made, strict=False) if name)
    return found


def _made(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    step = _STEPS.get(node.op_type)
    if step is None or not any(name in found for name in node.input):
        return None
    return step(graph, node, found)


def _same(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    columns = found.get(node.input[0])
    return None if columns is None else [columns]


def _shaped(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    columns = found.get(node.input[0])
    if columns is None:
        return None
    if node.op_type == "Reshape":
        shape = graph.constant(node.input[1]) if len(node.input) > 1 else None
        kept = shape is not None and shape.ravel().tolist()[-1:] in ([len(columns)], [-1] if len(columns) == 1 else [])
        return [columns] if kept and shape is not None and shape.size == 2 else None
    if node.op_type == "Flatten":
        return [columns] if attributes(node).get("axis", 1) == 1 else None
    return [columns] if len(columns) == 1 else None


def _joined(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    if node.op_type == "Concat" and attributes(node).get("axis", 1) not in (1, -1):
        return None
    if any(name not in found for name in node.input):
        return None
    return [tuple(column for name in node.input for column in found[name])]


def _picked(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    columns, index = found.get(node.input[0]), graph.constant(node.input[1])
    axis = attributes(node).get("axis", 0) if node.op_type == "Gather" else 1
    if columns is None or index is None or axis not in (1, -1) or index.ndim > 2:
        return None
    return [tuple(columns[int(i)] for i in index.ravel() if -len(columns) <= i < len(columns))]


def _split(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    columns, own = found.get(node.input[0]), attributes(node)
    if columns is None or own.get("axis", 0) not in (1, -1):
        return None
    sizes = graph.constant(node.input[1]) if len(node.input) > 1 else own.get("split")
    if sizes is None:
        part = -(-len(columns) // len(node.output))
        sizes = [part] * (len(node.output) - 1)
        sizes.append(len(columns) - sum(sizes))
    ends = np.cumsum([0, *np.ravel(sizes)]).tolist()
    return [columns[start:end] for start, end in pairwise(ends)]


def _sliced(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    columns = found.get(node.input[0])
    parts = [graph.constant(name) for name in node.input[1:]]
    if columns is None or len(parts) < 3 or any(part is None or part.size != 1 for part in parts):
        return None
    start, end, axis = (int(part.ravel()[0]) for part in parts[:3] if part is not None)
    step = int(parts[3].ravel()[0]) if len(parts) > 3 and parts[3] is not None else 1
    return [columns[start:end:step]] if axis in (1, -1) and step else None


def constant_of(graph: Graph, node: onnx.NodeProto, width: int) -> tuple[Array, bool] | None:
    """Return the stored side of a two-sided operator, one number a column, and whether it is the left one."""
    for i, name in enumerate(node.input[:2]):
        value = graph.constant(name)
        if value is not None and value.dtype.kind in "fiu":
            fits = value.size in (1, width) and value.ndim <= 2 and (value.ndim < 2 or value.shape[0] == 1)
            return (np.broadcast_to(value.ravel().astype(np.float64), (width,)), i == 0) if fits else None
    return None


def _moved(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    name = next((name for name in node.input if name in found), "")
    columns = found[name]
    stored = constant_of(graph, node, len(columns))
    if stored is None:
        return None
    values, left = stored
    if node.op_type in ("Mul", "Div") and ((values == 0).any() or (left and node.op_type == "Div")):
        return None
    back: dict[str, Callable[[float], tuple[float, float]]] = {
        "Add": lambda c: (1.0, -c),
        "Sub": (lambda c: (-1.0, c)) if left else (lambda c: (1.0, c)),
        "Mul": lambda c: (1.0 / c, 0.0),
        "Div": lambda c: (c, 0.0),
    }
    turn = back[node.op_type]
    return [tuple(column.affine(*turn(float(c))) for column, c in zip(columns, values, strict=True))]


def scaling(node: onnx.NodeProto, width: int) -> tuple[Array, Array] | None:
    """Return a `Scaler`'s offsets and scales, one a column."""
    own = attributes(node)
    defaults = {"offset": 0.0, "scale": 1.0}
    held = [entries(own, name) if len(entries(own, name)) else [default] for name, default in defaults.items()]
    sides = [np.asarray(side, dtype=np.float64) for side in held]
    if any(len(side) not in (1, width) for side in sides):
        return None
    offset, scale = (np.broadcast_to(side, (width,)) for side in sides)
    return offset, scale


def _scaled(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    columns = found[node.input[0]]
    sides = scaling(node, len(columns))
    if sides is None or (sides[1] == 0).any():
        return None
    return [tuple(c.affine(1.0 / float(s), float(o)) for c, o, s in zip(columns, *sides, strict=True))]


def _filled(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    return [tuple(replace(column, filled=True) for column in found[node.input[0]])]


def _one_hot(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    columns, values = found[node.input[0]], listed(node)
    if len(columns) != 1 or not values or not columns[0].raw:
        return None
    column = columns[0]
    shared: dict[str, Any] = {"categories": values, "indicator": True}
    return [tuple(Column(column.name, f"{column.name}={value}", category=value, **shared) for value in values)]


def listed(node: onnx.NodeProto) -> tuple[Any, ...]:
    """Return the values that an encoder lists, in the order of their codes; empty where they have no such order."""
    own = attributes(node)
    if node.op_type == "OneHotEncoder":
        return tuple(text(one) for one in own.get("cats_strings") or entries(own, "cats_int64s"))
    keys: Any = next((own[name] for name in own if name.startswith("keys_") and np.size(own[name])), [])
    codes: Any = next((own[name] for name in own if name.startswith("values_") and np.size(own[name])), [])
    keys, codes = [text(one) for one in np.ravel(keys).tolist()], np.ravel(codes).tolist()
    if any(isinstance(code, bytes | str) for code in codes) or sorted(codes) != list(range(len(keys))):
        return ()
    return tuple(key for _, key in sorted(zip(codes, keys, strict=True), key=lambda pair: pair[0]))


def _coded(graph: Graph, node: onnx.NodeProto, found: dict[str, Columns]) -> list[Columns] | None:
    columns, values = found[node.input[0]], listed(node)
    if len(columns) != 1 or not values or not columns[0].raw:
        return None
    return [(Column(columns[0].name, columns[0].name, categories=values),)]


_Step = Callable[[Graph, onnx.NodeProto, dict[str, Columns]], "list[Columns] | None"]
_STEPS: dict[str, _Step] = {
    **dict.fromkeys((*THROUGH, "Cast"), _same),
    **dict.fromkeys(("Reshape", "Flatten", "Squeeze", "Unsqueeze"), _shaped),
    **dict.fromkeys(("Concat", "FeatureVectorizer"), _joined),
    **dict.fromkeys(("Gather", "ArrayFeatureExtractor"), _picked),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _moved),
    "Split": _split,
    "Slice": _sliced,
    "Scaler": _scaled,
    "Imputer": _filled,
    "OneHotEncoder": _one_hot,
    "LabelEncoder": _coded,
}
"""Operators whose columns have a way back."""
