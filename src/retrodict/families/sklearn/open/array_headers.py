"""Stored arrays, checked against their headers before numpy or scipy build them."""

from __future__ import annotations

import io
import math
from typing import Any

from numpy.lib import format as npy

from retrodict.errors import ModelError
from retrodict.models.file_members import members_of

_KINDS = frozenset("biufcSUMmV")
"""Kinds of dtype that are plain bytes; an array of objects would be a pickle."""

_SPARSE_PARTS = frozenset(
    {"format", "shape", "data", "indices", "indptr", "row", "col", "offsets", "coords", "_is_array"}
)


def check_array(content: bytes) -> int:
    """Check that a ``.npy`` member holds what its header says, and return how many elements that is.

    Parameters
    ----------
    content
        The member's bytes.

    Raises
    ------
    ModelError
        If the header is none, the dtype holds objects, or shape and bytes differ.
    """
    stream = io.BytesIO(content)
    try:
        version = npy.read_magic(stream)
        # version 3 differs from 2 by the encoding of field names alone, and numpy reads both by one function
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(stream)
    except Exception as error:  # a header is Python text, and fails in many ways
        raise ModelError("an array without a readable header") from error
    if dtype.hasobject or dtype.kind not in _KINDS:
        raise ModelError(f"an array of dtype {dtype.str}, which would be read as a pickle")
    if any(length < 0 for length in shape):
        raise ModelError(f"an array of the impossible shape {_short(shape)}")
    count, present = math.prod(shape), len(content) - stream.tell()
    if count * dtype.itemsize != present or (count and not dtype.itemsize):
        raise ModelError(
            f"an array whose header says {_short(shape)} elements of {dtype.itemsize} bytes, but which has "
            f"{present:,} bytes"
        )
    return count


def check_sparse(content: bytes, most: int) -> None:
    """Check every array of an ``.npz`` member that holds a sparse matrix; its indices are checked once it is built.

    Parameters
    ----------
    content
        The member's bytes, an archive of its own.
    most
        Bytes that it may unpack to.

    Raises
    ------
    ModelError
        If it unpacks to too much, or one of its arrays is not what its header says.
    """
    parts = members_of(content, most)
    for name, part in parts.items():
        if name.removesuffix(".npy") not in _SPARSE_PARTS:
            raise ModelError("a sparse matrix with parts that no sparse matrix has")
        check_array(part)


def _short(shape: tuple[Any, ...]) -> str:
    text = " x ".join(str(length) for length in shape[:6]) or "no dimension,"
    return text if len(shape) <= 6 else f"{text} x ..."
