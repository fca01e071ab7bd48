"""What keeps a model from being run: looked for in all that it holds, before any of it is built."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

import onnx

from retrodict.errors import ModelError
from retrodict.families.onnx.ensembles import ensemble_fault
from retrodict.families.onnx.graph import subgraphs
from retrodict.families.onnx.operators import ALLOWED, ML, ONLY_SHAPES, SIZED_BY, TREES, domain_of
from retrodict.plain_text import shown

_T = onnx.TensorProto
_BYTES: dict[int, int] = {
    _T.FLOAT: 4, _T.DOUBLE: 8, _T.FLOAT16: 2, _T.BOOL: 1, _T.INT8: 1, _T.UINT8: 1, _T.INT16: 2, _T.UINT16: 2,
    _T.INT32: 4, _T.UINT32: 4, _T.INT64: 8, _T.UINT64: 8,
}  # fmt: skip
"""Bytes of one number by its type; text is counted otherwise, and other types are not read."""
_FIELDS = ("float_data", "double_data", "int32_data", "int64_data", "uint64_data", "string_data")
_DEEPEST = 8
"""Graphs within graphs: exporters need two."""
_LARGEST = 2**31 - 1
"""Entries of one tensor: compiled code counts them in 32 bits in places."""


def check_model(model: onnx.ModelProto) -> None:
    """Refuse a model that can't be run safely, or that is none.

    Raises
    ------
    ModelError
        With the reason and, where there is one, what helps; it names no file.
    """
    _check_versions(model)
    if model.functions:
        raise ModelError(
            "functions of its own, which are not run; inline them with onnx.inliner.inline_local_functions and save it"
        )
    if not model.graph.output or not model.graph.node:
        raise ModelError("a graph that computes nothing; export the model again")
    _check_texts(model.graph)
    for tensor in _tensors(model.graph):
        _check_tensor(tensor)
    versions = {domain_of(one.domain): int(one.version) for one in model.opset_import}
    _check_graph(model.graph, versions, set(), set())


def _check_texts(graph: onnx.GraphProto) -> None:
    """Refuse names that are no text: they come as bytes, and other code trips over them."""
    names = [graph.name, *(one.name for name in ("input", "output", "initializer") for one in getattr(graph, name))]
    for node in graph.node:
        names += [
            node.name,
            node.op_type,
            node.domain,
            *node.input,
            *node.output,
            *(one.name for one in node.attribute),
        ]
        for inner in subgraphs(node):
            _check_texts(inner)
    odd = next((name for name in names if not isinstance(name, str)), None)
    if odd is not None:
        raise ModelError(f"a name that is no text; {_DAMAGED}")


def _check_versions(model: onnx.ModelProto) -> None:
    if model.ir_version > onnx.IR_VERSION:
        raise ModelError(
            f"a model of IR version {model.ir_version}, and the installed onnx {onnx.__version__} knows versions up to "
            f"{onnx.IR_VERSION}; install a newer onnx and onnxruntime"
        )
    newest = {"": onnx.defs.onnx_opset_version(), ML: onnx.defs.onnx_ml_opset_version()}
    for one in model.opset_import:
        domain = domain_of(one.domain)
        if domain in newest and one.version > newest[domain]:
            name = domain or "ai.onnx"
            raise ModelError(
                f"operators of {name} {one.version}, and the installed onnx {onnx.__version__} knows {name} up to "
                f"{newest[domain]}; install a newer onnx and onnxruntime, or export it with a lower target_opset"
            )
        if one.version < 1:
            raise ModelError("a version of operators that there is none of; it is damaged: export the model again")


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    """Yield every tensor that a graph and the graphs in it store."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for one in node.attribute:
            if one.HasField("t"):
                yield one.t
            yield from one.tensors
            if one.HasField("sparse_tensor"):
                yield from (one.sparse_tensor.values, one.sparse_tensor.indices)
        for inner in subgraphs(node):
            yield from _tensors(inner)


def _check_tensor(tensor: onnx.TensorProto) -> None:
    name = f"the tensor '{shown(tensor.name, 60)}'"
    if tensor.data_location == _T.EXTERNAL or tensor.external_data:
        raise ModelError(
            f"{name} in another file, and no other file is opened; save it in one, with onnx.save(model, path, "
            "save_as_external_data=False)"
        )
    if tensor.HasField("segment"):
        raise ModelError(f"{name} in segments, which are not read; export the model again")
    if any(size < 0 for size in tensor.dims) or (entries := math.prod(tensor.dims)) > _LARGEST:
        raise ModelError(f"{name} of an impossible shape; it is damaged: export the model again")
    held = {field: len(getattr(tensor, field)) for field in _FIELDS if len(getattr(tensor, field))}
    if tensor.data_type == _T.STRING:
        fits = not tensor.raw_data and held == ({"string_data": entries} if entries else {})
    elif tensor.data_type in _BYTES:
        size = len(tensor.raw_data)
        fits = size == entries * _BYTES[tensor.data_type] and not held if size else sum(held.values()) == entries
        fits = fits and len(held) <= 1 and "string_data" not in held
    else:
        known = tensor.data_type in _T.DataType.values()
        kind = _T.DataType.Name(tensor.data_type) if known else f"type {tensor.data_type}"
        raise ModelError(f"{name} of {kind}, which is not read; export the model with 32 bit numbers")
    if not fits:
        raise ModelError(f"{name} with other content than its shape says; it is damaged: export the model again")


def _check_graph(
    graph: onnx.GraphProto, versions: dict[str, int], known: set[str], by_values: set[str], depth: int = 0
) -> None:
    """Check operators and the way of each tensor; `by_values`: those that depend on the values of rows."""
    if depth > _DEEPEST:
        raise ModelError(f"graphs within graphs, more than {_DEEPEST} deep; export the model again")
    if graph.sparse_initializer:
        raise ModelError("sparse tensors, which are not read; export the model with dense ones")
    stored = {one.name for one in graph.initializer}
    given = {one.name for one in graph.input} - stored
    known, by_values = known | stored | given, by_values | given
    for node in graph.node:
        _check_operator(node, versions)
        absent = [name for name in node.input if name and name not in known]
        if absent:
            raise ModelError(f"a tensor '{shown(absent[0], 60)}' that nothing makes before it is taken; {_DAMAGED}")
        for i in SIZED_BY.get(node.op_type, ()):
            if i < len(node.input) and node.input[i] in by_values:
                raise ModelError(
                    f"the operator {node.op_type} with a size or choice that only the values of a row tell, and what "
                    "that takes can't be known before; export the model without it"
                )
        depends = node.op_type not in ONLY_SHAPES and any(name in by_values for name in node.input)
        for inner in subgraphs(node):
            depends = True  # what is taken from around it may be anything
            _check_graph(inner, versions, known, by_values, depth + 1)
        made = {name for name in node.output if name}
        if made & known:
            raise ModelError(f"two tensors of the name '{shown(min(made & known), 60)}'; {_DAMAGED}")
        known |= made
        by_values |= made if depends else set()
    lost = [one.name for one in graph.output if one.name not in known]
    if lost:
        raise ModelError(f"an output '{shown(lost[0], 60)}' that nothing makes; {_DAMAGED}")


_DAMAGED = "it is damaged: export the model again"


@cache
def _arity(name: str, domain: str, version: int) -> tuple[int, int]:
    """Return the least and the greatest number of inputs of an operator."""
    try:
        schema = onnx.defs.get_schema(name, version, domain)
    except onnx.defs.SchemaError:  # one of onnxruntime's own, which takes two
        return 1, 2
    return schema.min_input, schema.max_input


def _check_operator(node: onnx.NodeProto, versions: dict[str, int]) -> None:
    domain = domain_of(node.domain)
    if domain not in ALLOWED:
        raise ModelError(
            f"the operator '{shown(node.op_type, 60)}' of '{shown(domain, 60)}', which onnxruntime does not have of "
            "itself; code for it is not loaded: export the model with standard operators only"
        )
    if node.op_type not in ALLOWED[domain]:
        raise ModelError(
            f"the operator '{shown(node.op_type, 60)}'{f' of {domain}' if domain else ''}, which no predictor "
            "of tables needs, and which is not run; export the model without it"
        )
    least, most = _arity(node.op_type, domain, versions.get(domain, 1))
    if not least <= len(node.input) <= most or not len(node.output) or not all(node.input[:least]):
        raise ModelError(f"a {node.op_type} with {len(node.input)} inputs and {len(node.output)} outputs; {_DAMAGED}")
    if any(one.ref_attr_name for one in node.attribute):
        raise ModelError(f"an attribute of {node.op_type} that refers to a function's; {_DAMAGED}")
    if node.op_type in TREES:
        fault = ensemble_fault(node)
        if fault is not None:
            raise ModelError(f"a {node.op_type} with {fault}; {_DAMAGED}")
