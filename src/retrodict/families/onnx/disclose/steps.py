"""What the steps before a predictor state: scalers, imputers, encoders, and running averages of networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.kinds import Categories, Disclosure, Moments, Range
from retrodict.families.onnx.disclose.seen import Seen, tensor_path
from retrodict.families.onnx.flow import constant_of, listed, scaling
from retrodict.families.onnx.graph import attributes, entries, text

Array = np.ndarray

_IF_STANDARD = "if the step standardises; of others these are a median, a least value, or a width"
_IF_UNIT = "if the step scales to 0 to 1"
_FILL = "as the value that gaps are filled with: a mean, a median or a constant"
_RUNNING = "running averages over batches"


def steps_of(seen: Seen) -> Iterator[Disclosure]:
    """Yield what the steps on the way of raw columns state."""
    for i, node in enumerate(seen.graph.nodes):
        reader = _READERS.get(node.op_type)
        columns = next((seen.columns[name] for name in node.input if name in seen.columns), None)
        if reader is not None and columns is not None:
            yield from reader(seen, i, node, columns)


def _moments(seen: Seen, columns: Columns, source: str, means: Any, scales: Any, exact: str) -> Iterator[Moments]:
    variances = None if scales is None else np.asarray(scales, dtype=np.float64) ** 2
    if any(column.raw and column.curve is None and not column.categories for column in columns):
        yield from seen.place.moments(source, means, variances, exact=exact)


def _placed(seen: Seen, columns: Columns) -> Seen:
    return Seen(seen.model, seen.graph, seen.place.inner("", columns), seen.columns, seen.explained)


def _scaler(seen: Seen, i: int, node: onnx.NodeProto, columns: Columns) -> Iterator[Disclosure]:
    sides = scaling(node, len(columns))
    if sides is None or (sides[1] == 0).any():
        return
    seen.explained.add(i)
    source = seen.source(i, "offset")
    yield from _moments(_placed(seen, columns), columns, source, sides[0], 1.0 / sides[1], _IF_STANDARD)


def _arithmetic(seen: Seen, i: int, node: onnx.NodeProto, columns: Columns) -> Iterator[Disclosure]:
    """Read ``(x - mean) / sd``, and ``x * scale + least``: two operators each, told at the second one."""
    stored = constant_of(seen.graph, node, len(columns))
    if stored is None:
        return
    name = next(one for one in node.input[:2] if seen.graph.constant(one) is not None)
    seen.explained.add(name)
    first = seen.graph.makers.get(next(one for one in node.input[:2] if one in seen.columns))
    if first is None or (first.op_type, node.op_type) not in (("Sub", "Div"), ("Mul", "Add")):
        return
    before = next((seen.columns[one] for one in first.input if one in seen.columns), None)
    other = None if before is None else constant_of(seen.graph, first, len(before))
    if before is None or other is None or len(before) != len(columns) or other[1]:
        return
    source, inner = tensor_path(name), _placed(seen, before)
    if node.op_type == "Div":
        yield from _moments(inner, before, source, other[0], stored[0], _IF_STANDARD)
        return
    lows, highs = -stored[0] / other[0], (1.0 - stored[0]) / other[0]
    for fact in inner.place.ranges(source, lows, highs, exact=_IF_UNIT):
        if isinstance(fact, Range):
            yield fact


def _imputer(seen: Seen, i: int, node: onnx.NodeProto, columns: Columns) -> Iterator[Disclosure]:
    own = attributes(node)
    name = next((one for one in ("imputed_value_floats", "imputed_value_int64s") if len(entries(own, one))), None)
    if name is None:
        return
    seen.explained.add(i)
    values = np.broadcast_to(np.asarray(own[name], dtype=np.float64), (len(columns),))
    yield from _moments(_placed(seen, columns), columns, seen.source(i, name), values, None, _FILL)


def _encoder(seen: Seen, i: int, node: onnx.NodeProto, columns: Columns) -> Iterator[Disclosure]:
    own = attributes(node)
    values = listed(node) or tuple(
        text(one) for one in np.ravel(next((own[key] for key in own if key.startswith("keys_")), [])).tolist()
    )
    if len(columns) != 1 or not values or not columns[0].raw:
        return
    seen.explained.add(i)
    key = next((key for key in own if key.startswith(("cats_", "keys_"))), "cats")
    source = seen.place.at(seen.source(i, key))
    yield Categories(values, features=(columns[0].name,), source=source, exact=seen.place.exact)


def _batch(seen: Seen, i: int, node: onnx.NodeProto, columns: Columns) -> Iterator[Disclosure]:
    """Read the running mean and variance of a layer that stands first: they are of the raw columns."""
    parts = [seen.graph.constant(name) for name in node.input[1:5]]
    if len(parts) < 4 or any(part is None or part.size != len(columns) for part in parts):
        return
    for name in node.input[1:5]:
        seen.explained.add(name)
    inner, (mean, variance) = _placed(seen, columns), parts[2:]
    source = tensor_path(node.input[3])
    yield from _moments(inner, columns, source, mean, np.sqrt(np.asarray(variance)), _RUNNING)


_READERS = {
    "Scaler": _scaler,
    "Imputer": _imputer,
    "OneHotEncoder": _encoder,
    "LabelEncoder": _encoder,
    "BatchNormalization": _batch,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _arithmetic),
}
