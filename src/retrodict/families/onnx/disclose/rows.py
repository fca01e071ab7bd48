"""Training rows that a graph stores: what distances and kernels are computed to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.kinds import Disclosure, Rows, SampleSize
from retrodict.families.onnx.disclose.seen import TO_32_BITS, Seen, exactness, tensor_path
from retrodict.families.onnx.graph import attributes, entries, label_list

Array = np.ndarray


def stored_rows(seen: Seen) -> Iterator[Disclosure]:
    """Yield the rows that a graph compares its input with."""
    yield from _vectors(seen)
    for _, node in seen.nodes("Scan", "CDist"):
        yield from _compared(seen, node)


def _vectors(seen: Seen) -> Iterator[Disclosure]:
    """Yield support vectors: each is a training row."""
    for i, node in seen.nodes("SVMClassifier", "SVMRegressor"):
        seen.explained.add(i)
        own, columns = attributes(node), seen.columns.get(node.input[0])
        flat = np.asarray(entries(own, "support_vectors"), dtype=np.float32)
        if not len(flat):
            continue
        width = len(columns) if columns is not None else len(seen.place.columns)
        counts = [int(one) for one in entries(own, "vectors_per_class")]
        classes, labels = label_list(own), None
        if classes and len(counts) == len(classes):
            labels = [label for label, n in zip(classes, counts, strict=True) for _ in range(n)]
        yield from _told(seen, seen.source(i, "support_vectors"), flat.reshape(-1, width), columns, labels)


def _compared(seen: Seen, node: onnx.NodeProto) -> Iterator[Disclosure]:
    """Yield the stored side of a step that compares each row of its input with each row of it."""
    stored, given = [], []
    for name in node.input:
        kept, columns = _side(seen, name)
        if kept is not None:
            stored.append(kept)
        elif columns is not None:
            given.append(columns)
    for name, value in stored:
        if value.ndim == 2 and value.shape[1] > 0 and value.dtype.kind in "fiu":
            columns = next((one for one in given if len(one) == value.shape[1]), None)
            seen.explained.add(name)
            labels, whole = _targets(seen, len(value))
            yield from _told(seen, tensor_path(name), value, columns, labels)
            if whole:
                yield SampleSize(len(value), features=(), source=seen.place.at(tensor_path(name)))


def _side(seen: Seen, name: str) -> tuple[tuple[str, Array] | None, Columns | None]:
    """Return one side of a comparison: stored rows, or columns; both before the lengths that kernels divide by."""
    value = seen.graph.constant(name)
    if value is not None:
        return (name, value), None
    node = seen.graph.makers.get(name)
    if node is not None and node.op_type in ("Div", "Mul") and len(node.input) == 2:
        other = seen.graph.constant(node.input[1])
        if other is not None:
            seen.explained.add(node.input[1])
            value = seen.graph.constant(node.input[0])
            if value is not None:
                return (node.input[0], value), None
            return None, seen.columns.get(node.input[0])
    return None, seen.columns.get(name)


def _targets(seen: Seen, n: int) -> tuple[list[Any] | None, bool]:
    """Return the classes or values that stand for as many rows, and whether neighbours are looked up in them."""
    for _, node in seen.nodes("ArrayFeatureExtractor"):
        value = seen.graph.constant(node.input[0])
        if value is not None and value.size == n:
            seen.explained.add(node.input[0])
            classes, found = seen.classes(), value.ravel().tolist()
            if classes and value.dtype.kind in "iu" and min(found) >= 0 and max(found) < len(classes):
                return [classes[code] for code in found], True
            return found, True
    return None, False


def _told(
    seen: Seen, source: str, value: Array, columns: Columns | None, labels: list[Any] | None
) -> Iterator[Disclosure]:
    exact = exactness(value)
    if columns is not None:
        yield seen.place.inner("", columns).rows(source, value, labels, exact=exact)
        return
    rows = value.astype(object)
    names = tuple(f"column {j} of {source}" for j in range(value.shape[1]))
    told = tuple(labels) if labels is not None else None
    yield Rows(rows, told, features=names, source=seen.place.at(source), exact=exact or TO_32_BITS, personal=True)
