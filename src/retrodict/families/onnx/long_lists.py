"""Long lists of numbers among a node's attributes as arrays: trees have a million entries, each an object else."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from jaxtyping import Float, Int

Array = np.ndarray

_FLOATS, _INTS = 0x3D, 0x40
"""What stands before each number of the list in a protocol buffer: the field, and how it is written."""
_FLOAT = np.dtype([("tag", "u1"), ("value", "<f4")])
_MORE, _BITS = 0x80, 7
"""Whole numbers are written seven bits to a byte, the lowest first; a bit says that more follow."""


def floats_of(attribute: onnx.AttributeProto) -> Float[Array, " m"]:
    """Return a list of numbers of 32 bits."""
    found = _alone(attribute, "floats")
    if len(found) == 5 * len(attribute.floats):
        numbers = found.view(_FLOAT)
        if (numbers["tag"] == _FLOATS).all():
            return np.ascontiguousarray(numbers["value"])
    return np.array(attribute.floats[:], dtype=np.float32)


def ints_of(attribute: onnx.AttributeProto) -> Int[Array, " m"]:
    """Return a list of whole numbers."""
    found, count = _alone(attribute, "ints"), len(attribute.ints)
    ends = np.flatnonzero(found < _MORE)
    if count and len(ends) == 2 * count and ends[-1] + 1 == len(found):
        starts = np.concatenate([[0], ends[:-1] + 1])  # of what stands before a number, and of the number, in turn
        before = starts[::2]
        if (ends[::2] == before).all() and (found[before] == _INTS).all():
            place = np.arange(len(found)) - np.repeat(starts, ends - starts + 1)
            parts = (found & (_MORE - 1)).astype(np.uint64) << (_BITS * place).astype(np.uint64)
            parts[before] = 0
            return np.bitwise_or.reduceat(parts, starts[1::2]).view(np.int64)
    return np.array(attribute.ints[:], dtype=np.int64)


def _alone(attribute: onnx.AttributeProto, name: str) -> Array:
    """Return how a protocol buffer writes a list by itself."""
    alone: Any = onnx.AttributeProto()
    alone.CopyFrom(attribute)
    for field, _ in attribute.ListFields():
        if field.name != name:
            alone.ClearField(field.name)
    return np.frombuffer(alone.SerializeToString(), dtype=np.uint8)
