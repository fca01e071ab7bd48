"""Mutations of protobuf messages, by their own description: of what ONNX files hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from tests.fuzz.raw_bytes import FLOATS, INTEGERS, raw_mutation
from tests.fuzz.value_mutations import TEXTS

Rng = np.random.Generator
Place = tuple[Any, Any]
"""A message and one of its fields that are set."""

_OPERATORS = (
    *("Identity", "Reshape", "Expand", "Tile", "ConstantOfShape", "Loop", "If", "Scan", "Gather", "MatMul", "Cast"),
    *("TreeEnsembleClassifier", "TreeEnsembleRegressor", "LinearClassifier", "ZipMap", "ArgMax", "StringNormalizer"),
    *("NoSuchOperator", "Range", "RandomNormal", "Softmax", "Scaler"),
)
_DOMAINS = ("", "ai.onnx.ml", "com.microsoft", "own.domain", "ai.onnx.training")
_PLACES = ("/dev/zero", "../../etc/passwd", "/etc/passwd", "weights.bin", "", "\x1b[2J")
_WIDE = (10**9, 2**40, 2**62, -1, 0)


def _fields(root: Any) -> Iterator[Place]:
    stack = [root]
    while stack:
        message = stack.pop()
        for field, value in message.ListFields():
            yield message, field
            if field.message_type is not None:
                stack += value if field.is_repeated else [value]


def _pick(root: Any, rng: Rng, test: Callable[[Any], bool] = lambda field: True) -> Place | None:
    """Return one place, each field of the file as likely as the others."""
    by_name: dict[str, list[Place]] = {}
    for message, field in _fields(root):
        if test(field):
            by_name.setdefault(field.full_name, []).append((message, field))
    if not by_name:
        return None
    own = by_name[str(rng.choice(sorted(by_name)))]
    return own[rng.integers(len(own))]


def _scalar(field: Any, old: Any, rng: Rng) -> Any:
    kind = field.cpp_type
    if kind in (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE):
        return float(np.float32(min(max(rng.choice(FLOATS), -3e38), 3e38))) if rng.random() < 0.9 else float("nan")
    if kind == field.CPPTYPE_STRING:
        if isinstance(old, bytes):
            return raw_mutation(old, rng)[0]
        return str(TEXTS[rng.integers(len(TEXTS))]).encode("utf-8", "replace").decode()
    if kind == field.CPPTYPE_BOOL:
        return not old
    if kind == field.CPPTYPE_ENUM:
        known = [one.number for one in field.enum_type.values]
        return known[rng.integers(len(known))] if rng.random() < 0.8 else 99
    near = [old + 1, old - 1, -old, 0, 1, -1]
    wide = [*INTEGERS, *near, *near]
    bits = 31 if kind in (field.CPPTYPE_INT32, field.CPPTYPE_UINT32) else 63
    return int(max(-(2**bits), min(wide[rng.integers(len(wide))], 2**bits - 1)))


def scalar(model: Any, rng: Rng) -> None:
    """Put another value for one, or for some of a list."""
    if not (found := _pick(model, rng, lambda field: field.message_type is None)):
        return
    message, field = found
    if not field.is_repeated:
        setattr(message, field.name, _scalar(field, getattr(message, field.name), rng))
        return
    own = getattr(message, field.name)
    for at in rng.integers(len(own), size=int(rng.choice([1, 1, 2, len(own)]))):
        own[at] = _scalar(field, own[at], rng)


def length(model: Any, rng: Rng) -> None:
    """Let a list be shorter, empty or longer."""
    if not (found := _pick(model, rng, lambda field: field.is_repeated)):
        return
    message, field = found
    own = list(getattr(message, field.name))
    ways = (own[:-1], own[1:], [], own + own[-1:], own * 2, own * 100 if len(own) < 50 else own[:1])
    made = list(ways[rng.integers(len(ways))])
    if field.message_type is not None:
        made = [type(one).FromString(one.SerializeToString()) for one in made]
    message.ClearField(field.name)
    getattr(message, field.name).extend(made)


def gone(model: Any, rng: Rng) -> None:
    """Leave a field out."""
    if found := _pick(model, rng):
        found[0].ClearField(found[1].name)


def order(model: Any, rng: Rng) -> None:
    """Mix a list: nodes, inputs, numbers."""
    if found := _pick(model, rng, lambda field: field.is_repeated):
        own = list(getattr(found[0], found[1].name))
        made = [own[i] for i in rng.permutation(len(own))]
        if found[1].message_type is not None:
            made = [type(one).FromString(one.SerializeToString()) for one in made]
        found[0].ClearField(found[1].name)
        getattr(found[0], found[1].name).extend(made)


def wiring(model: Any, rng: Rng) -> None:
    """Let a node take or give another name: cycles, gaps, two makers of one."""
    names = [name for node in model.graph.node for name in (*node.input, *node.output)]
    if names:
        node = model.graph.node[rng.integers(len(model.graph.node))]
        own = node.input if rng.random() < 0.6 and node.input else node.output
        if own:
            own[rng.integers(len(own))] = str(rng.choice([*sorted(set(names)), "nothing", ""]))


def operator(model: Any, rng: Rng) -> None:
    """Let a node be of another operator or domain."""
    if model.graph.node:
        node = model.graph.node[rng.integers(len(model.graph.node))]
        if rng.random() < 0.7:
            node.op_type = str(rng.choice(_OPERATORS))
        else:
            node.domain = str(rng.choice(_DOMAINS))


def shapes(model: Any, rng: Rng) -> None:
    """Let a tensor claim another size than its bytes have, another type, or that its bytes lie elsewhere."""
    tensors = [*model.graph.initializer, *(one.t for node in model.graph.node for one in node.attribute if one.t.dims)]
    if not tensors:
        return
    tensor = tensors[rng.integers(len(tensors))]
    way = rng.integers(4)
    if way == 0 and tensor.dims:
        tensor.dims[rng.integers(len(tensor.dims))] = int(rng.choice(_WIDE))
    elif way == 1:
        tensor.dims.append(int(rng.choice(_WIDE)))
    elif way == 2:
        tensor.data_type = int(rng.choice([0, 1, 2, 7, 8, 10, 11, 99]))
    else:
        tensor.data_location = 1
        tensor.external_data.add(key="location", value=str(rng.choice(_PLACES)))


def inside(model: Any, rng: Rng) -> None:
    """Put a graph into an attribute of its own node, so many levels deep."""
    import onnx

    graph = onnx.GraphProto.FromString(model.graph.SerializeToString())
    for _ in range(int(rng.choice([1, 3, 8]))):
        outer = onnx.GraphProto(name="g")
        outer.output.extend(graph.output)
        node = outer.node.add(op_type=str(rng.choice(["If", "Loop", "Scan"])), output=["y"])
        node.attribute.add(name="body", type=5, g=graph)
        graph = outer
    model.graph.CopyFrom(graph)


MUTATIONS: dict[str, Callable[[Any, Rng], None]] = {
    "scalar": scalar,
    "scalar again": scalar,
    "scalar once more": scalar,
    "length": length,
    "length again": length,
    "gone": gone,
    "order": order,
    "wiring": wiring,
    "operator": operator,
    "shapes": shapes,
    "inside": inside,
}
"""Every mutation by name; those that find most stand there several times."""


def mutate_onnx(content: bytes, rng: Rng) -> tuple[bytes, str]:
    """Return an ONNX file with one mutation, and its name."""
    import onnx

    model = onnx.ModelProto.FromString(content)
    name = str(rng.choice(sorted(MUTATIONS)))
    with suppress(ValueError, TypeError):  # of a value that the message can't hold: it stays as it was
        MUTATIONS[name](model, rng)
    return model.SerializeToString(), name
