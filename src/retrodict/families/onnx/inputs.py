"""What a graph is given: columns of a table, each of a type, together in one tensor or one tensor each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from jaxtyping import Float

from retrodict.disclosures.columns import Column
from retrodict.errors import ModelError, ScoringError
from retrodict.families.onnx.flow import flow
from retrodict.families.onnx.graph import Graph, attributes, entries, text
from retrodict.models.json_text import read_json
from retrodict.plain_text import shown
from retrodict.schema import Feature, Schema

Array = np.ndarray

_T = onnx.TensorProto
_FLOATS: dict[int, Any] = {_T.FLOAT: np.float32, _T.DOUBLE: np.float64, _T.FLOAT16: np.float16}
_INTEGERS: dict[int, Any] = {
    _T.INT8: np.int8, _T.INT16: np.int16, _T.INT32: np.int32, _T.INT64: np.int64,
    _T.UINT8: np.uint8, _T.UINT16: np.uint16, _T.UINT32: np.uint32, _T.UINT64: np.uint64,
}  # fmt: skip
_DTYPES: dict[int, Any] = {**_FLOATS, **_INTEGERS, _T.BOOL: bool}
_MOST = 1_000_000
"""Columns of one input: a table has fewer."""
NAMES = ("feature_names", "feature_name", "columns")
"""Keys of metadata under which exporters' users keep the columns' names, as a list in JSON."""


@dataclass(frozen=True)
class Input:
    """One tensor that a graph is given.

    Parameters
    ----------
    name
        Its name.
    kind
        The type of its entries, as onnx numbers them.
    positions
        The columns that it holds, by their place among the model's features.
    flat
        Whether it has one dimension, and so one column.
    """

    name: str
    kind: int
    positions: tuple[int, ...]
    flat: bool = False

    @property
    def numbers(self) -> bool:
        """Whether it holds numbers that need not be whole."""
        return self.kind in _FLOATS

    @property
    def text(self) -> bool:
        """Whether it holds text."""
        return self.kind == _T.STRING

    @property
    def dtype(self) -> Any:
        """The type of its arrays."""
        return np.dtype(_DTYPES.get(self.kind, object))


@dataclass(frozen=True)
class Layout:
    """All that a graph is given.

    Parameters
    ----------
    inputs
        Its tensors.
    features
        What is known of its columns.
    named
        Whether the columns have names of their own.
    size
        The number of rows that it takes at a time; ``None`` where it takes any.
    """

    inputs: tuple[Input, ...]
    features: tuple[Feature, ...]
    named: bool
    size: int | None

    def feeds(self, schema: Schema, names: tuple[str, ...], X: Float[Array, "n d"]) -> dict[str, Array]:
        """Return the tensors for rows in a bound schema's encoding.

        Parameters
        ----------
        schema
            The bound schema.
        names
            The names of the graph's columns in it, in the graph's order.
        X
            Rows, shape (n, d).

        Raises
        ------
        ScoringError
            If a value is missing where a tensor of that type can't say so.
        """
        X = np.asarray(X, dtype=np.float64)
        place = {name: i for i, name in enumerate(schema.names)}
        order = [place[name] for name in names]
        out = {}
        for one in self.inputs:
            own = [order[i] for i in one.positions]
            if one.numbers and not any(schema.features[i].listed for i in own):
                whole = own == list(range(X.shape[1]))
                block = np.ascontiguousarray(X if whole else X[:, own], dtype=one.dtype)
            else:
                block = np.empty((len(X), len(own)), dtype=one.dtype)
                for j, i in enumerate(own):
                    block[:, j] = _values(schema.features[i], X[:, i], one)
            out[one.name] = block[:, 0] if one.flat else block
        return out


def _values(feature: Feature, codes: Array, one: Input) -> Array:
    gone = np.isnan(codes)
    if gone.any() and not one.numbers:
        what = "text" if one.text else "a whole number"
        raise ScoringError(
            f"column '{feature.name}' is {what} to the model, which can't be missing; give every row one"
        )
    if not feature.listed:
        if one.text:
            raise ScoringError(
                f"column '{feature.name}' is text to the model, and the schema has numbers; list its values"
            )
        return codes if one.numbers else codes.astype(np.int64)
    values = np.empty(len(feature.categories) + 1, dtype=object)
    values[:] = [*feature.categories, np.nan]
    taken = values[np.where(gone, -1, codes).astype(np.intp)]
    return np.array([str(value) for value in taken], dtype=object) if one.text else taken.astype(one.dtype)


def layout_of(model: onnx.ModelProto, given: Schema | None) -> Layout:
    """Return what a graph is given.

    Parameters
    ----------
    model
        The model.
    given
        What the user states of its columns; ``None`` where nothing is.

    Raises
    ------
    ModelError
        If it is no table, or the graph does not say how wide it is and nobody else does.
    """
    graph = Graph(model.graph)
    inputs = tensors_of(model, None if given is None else len(given))
    sizes = {rows for rows in (_shape(one)[1] for one in graph.inputs) if rows is not None}
    if len(sizes) > 1:
        raise ModelError(f"inputs of unequal numbers of rows ({', '.join(map(str, sorted(sizes)))}); export it again")
    listed = _listed(graph, inputs)
    features = tuple(
        _feature(one, name, listed.get(name, ()), given, i)
        for one, names in inputs
        for i, name in zip(one.positions, names, strict=True)
    )
    named = len(inputs) > 1 or _named(model, len(features)) is not None
    return Layout(tuple(one for one, _ in inputs), features, named, next(iter(sizes), None))


def tensors_of(model: onnx.ModelProto, width: int | None) -> list[tuple[Input, list[str]]]:
    """Return the tensors that a graph is given, each with the names of its columns.

    Parameters
    ----------
    model
        The model.
    width
        How many columns there are, for a graph of one input that does not say; ``None`` where nobody does.

    Raises
    ------
    ModelError
        If they are no table.
    """
    graph = Graph(model.graph)
    if not graph.inputs:
        raise ModelError("a graph that takes nothing; export the model with its input")
    alone, so_far = len(graph.inputs) == 1, 0
    inputs = []
    for one in graph.inputs:
        kind, _, own, flat = _shape(one)
        own = own or _needed(graph, one.name) or (width if alone else None)
        if own is None:
            raise ModelError(
                f"an input '{shown(one.name, 60)}' that does not say how many columns it has; give a schema of them"
            )
        if not 0 < own <= _MOST:
            raise ModelError(f"an input '{shown(one.name, 60)}' of {own:,} columns; export the model again")
        names = _named(model, own) if alone else [one.name] if own == 1 else None
        named = names or [f"x{i}" if alone else f"{one.name}[{i}]" for i in range(own)]
        inputs.append((Input(one.name, kind, tuple(range(so_far, so_far + own)), flat), named))
        so_far += own
    return inputs


def _shape(one: onnx.ValueInfoProto) -> tuple[int, int | None, int | None, bool]:
    """Return the type of an input, how many rows it takes, how many columns it has, and whether it is flat."""
    name, tensor = shown(one.name, 60), one.type.tensor_type
    if not one.type.HasField("tensor_type"):
        raise ModelError(f"an input '{name}' that is no tensor; export the model with one of two dimensions")
    kind = tensor.elem_type
    if kind not in {*_FLOATS, *_INTEGERS, _T.STRING, _T.BOOL}:
        raise ModelError(f"an input '{name}' of a type that no table has; export the model with 32 bit numbers")
    dims = [(dim.dim_value if dim.HasField("dim_value") else None) for dim in tensor.shape.dim]
    if not tensor.HasField("shape"):
        return kind, None, None, False
    if len(dims) not in (1, 2):
        raise ModelError(f"an input '{name}' of {len(dims)} dimensions, and a table has two; it is no model of tables")
    rows = dims[0] if dims[0] and dims[0] > 0 else None
    width = 1 if len(dims) == 1 else dims[1] if dims[1] and dims[1] > 0 else None
    return kind, rows, width, len(dims) == 1


def _needed(graph: Graph, name: str) -> int | None:
    """Return how many columns the first operator that takes an input needs, where that is plain."""
    for node in graph.takers.get(graph.before(name), ()):
        found = attributes(node)
        lists = [len(entries(found, key)) for key in ("offset", "scale", "imputed_value_floats")]
        if node.op_type in ("Scaler", "Imputer") and max(lists) > 1:
            return max(lists)
        if node.op_type in ("MatMul", "Gemm") and len(node.input) > 1:
            weights = graph.constant(node.input[1])
            if weights is not None and weights.ndim == 2:
                return int(weights.shape[1 if found.get("transB") else 0])
    return None


def _named(model: onnx.ModelProto, width: int) -> list[str] | None:
    """Return the columns' names as the metadata keep them; ``None`` where they do not."""
    for entry in model.metadata_props:
        if entry.key in NAMES:
            try:
                found = read_json(entry.value)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, list) and len(found) == width and len({str(one) for one in found}) == width:
                return [str(one) for one in found]
    return None


def _feature(one: Input, name: str, known: tuple[Any, ...], given: Schema | None, i: int) -> Feature:
    if one.kind == _T.BOOL:
        return Feature(name, "binary", categories=(False, True))
    if not one.text:
        return Feature(name, "continuous" if one.numbers else "integer")
    if known:
        return Feature(name, "categorical", categories=known)
    stated = None
    if given is not None:
        stated = {feature.name: feature for feature in given.features}.get(name)
        stated = given.features[i] if stated is None and i < len(given) else stated
    if stated is None or not stated.listed:
        raise ModelError(
            f"an input '{shown(name, 60)}' of text whose values the graph does not list; give a schema that lists them"
        )
    return stated


def _listed(graph: Graph, inputs: Sequence[tuple[Input, list[str]]]) -> dict[str, tuple[Any, ...]]:
    """Return the values of text columns that encoders list, by column."""
    given = {one.name: tuple(Column.start(name) for name in names) for one, names in inputs}
    columns = flow(graph, given)
    found: dict[str, dict[Any, None]] = {}
    for node in graph.nodes:
        if node.op_type in ("OneHotEncoder", "LabelEncoder") and len(columns.get(node.input[0], ())) == 1:
            own = attributes(node)
            values = own.get("cats_strings") or entries(own, "keys_strings")
            found.setdefault(columns[node.input[0]][0].name, {}).update((text(value), None) for value in values)
    return {name: tuple(values) for name, values in found.items()}
