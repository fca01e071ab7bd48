"""The outermost fields of a protocol buffer, read without building anything: whether bytes are an ONNX model."""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10
_MODEL = {1: _VARINT, 5: _VARINT} | dict.fromkeys((2, 3, 4, 6, 7, 8, 14, 20, 25, 26), _BYTES)
"""Fields of onnx.ModelProto by their kind on the wire."""
_GRAPH = dict.fromkeys((1, 2, 5, 10, 11, 12, 13, 14, 15, 16), _BYTES)
"""Fields of onnx.GraphProto."""
_VERSION, _PRODUCER, _PRODUCER_VERSION, _OPSETS, _BODY = 1, 2, 3, 8, 7
_ENOUGH = 200
"""Fields of the graph that are looked at: the first few tell a graph from anything else."""
_MOST = 200_000
"""Operators, tensors and notes of a graph: ensembles of thousands of predictors have some ten thousand."""
_LATEST = 1_000
"""IR versions are counted in units; bytes that name a later one are something else."""


class CutShortError(Exception):
    """A field that ends after its bytes do; `number`, `start`: of the field, and where its content begins."""

    def __init__(self, number: int, start: int) -> None:
        super().__init__(f"field {number} is cut short")
        self.number, self.start = number, start


def fields(content: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield number, kind, and the two ends of the content of each field; of a varint its value and the end.

    Raises
    ------
    ValueError
        If the bytes are no fields.
    CutShortError
        If the last field is longer than what is left.
    """
    at = start
    while at < end:
        key, at = _varint(content, at, end)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(content, at, end)
            yield number, kind, value, at
            continue
        if kind == _BYTES:
            length, at = _varint(content, at, end)
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("no kind of field")
        if length > end - at:
            raise CutShortError(number, at)
        yield number, kind, at, at + length
        at += length


def _varint(content: bytes, at: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(_LONGEST_VARINT):
        if at >= end:
            raise ValueError("cut short")
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, at
    raise ValueError("a number that is too long")


def is_model(content: bytes) -> bool:
    """Whether bytes are an ONNX model, whole or cut short within its graph."""
    version = graph = None
    try:
        for number, kind, start, end in fields(content, 0, len(content)):
            if _MODEL.get(number) != kind:
                return False
            if number == _VERSION:
                version = start
            elif number == _BODY:
                graph = (start, end)
    except CutShortError as error:
        if error.number == _BODY:
            graph = (error.start, len(content))
        elif error.number not in _MODEL:
            return False
    except ValueError:
        return False
    return version is not None and 0 < version <= _LATEST and graph is not None and _is_graph(content, *graph)


def _is_graph(content: bytes, start: int, end: int) -> bool:
    seen = 0
    try:
        for number, kind, _, _ in fields(content, start, end):
            if _GRAPH.get(number) != kind:
                return False
            seen += 1
            if seen == _ENOUGH:
                break
    except CutShortError as error:
        return seen > 0 and error.number in _GRAPH
    except ValueError:
        return seen > 0
    return seen > 0


def too_many_parts(content: bytes) -> bool:
    """Whether a graph has more parts of its own than any exporter writes: each takes a hundred times its bytes."""
    try:
        for number, kind, start, end in fields(content, 0, len(content)):
            if number == _BODY and kind == _BYTES:
                return any(count >= _MOST for count, _ in enumerate(fields(content, start, end)))
    except (ValueError, CutShortError):
        pass
    return False


def producer(content: bytes) -> str | None:
    """Return what wrote a model, with its release, as far as the file says."""
    found = {}
    try:
        for number, kind, start, end in fields(content, 0, len(content)):
            if number in (_PRODUCER, _PRODUCER_VERSION) and kind == _BYTES:
                found[number] = content[start:end].decode("utf-8", "replace")
    except (ValueError, CutShortError):
        pass
    name, release = found.get(_PRODUCER, ""), found.get(_PRODUCER_VERSION, "")
    told = release if name.lower() in release.lower().split("\n")[0] else f"{name} {release}"
    return told.strip() or None
