"""Check the indices of sparse matrices, before compiled code follows them."""

from __future__ import annotations

from typing import Any

import numpy as np

MOST_LENGTH = 2**31 - 1
"""Rows or columns: what compiled code counts in 32 bits, and more than any model's vocabulary."""


def sparse_fault(matrix: Any) -> str | None:
    """Say what is wrong with a sparse matrix; ``None`` where every index lies within its shape.

    Parameters
    ----------
    matrix
        Of any of scipy's formats.
    """
    if matrix.ndim not in (1, 2) or any(length > MOST_LENGTH for length in matrix.shape):
        return "it has an impossible shape"
    try:
        if matrix.format in {"csr", "csc", "bsr"}:
            matrix.check_format(full_check=True)
            return _pointers_fault(matrix)
        if matrix.format == "coo":
            for index, length in zip(matrix.coords, matrix.shape, strict=True):
                if len(index) and (index.min() < 0 or index.max() >= length):
                    return "an index is out of its shape"
            return None
        if matrix.format == "dia":
            return None if len(matrix.offsets) == matrix.data.shape[0] else "its diagonals do not match"
    except (ValueError, IndexError, TypeError, AttributeError) as error:
        return f"its indices are wrong: {error}"
    return f"its format {matrix.format} is kept by no model"


def _pointers_fault(matrix: Any) -> str | None:
    """Look at what a check by scipy itself leaves out in some releases."""
    pointers, indices = matrix.indptr, matrix.indices
    if (np.diff(pointers) < 0).any() or pointers[0] != 0 or pointers[-1] > len(indices):
        return "its rows overlap"
    rows, columns = matrix.shape if matrix.ndim == 2 else (1, *matrix.shape)
    minor = rows if matrix.format == "csc" else columns
    if matrix.format == "bsr":
        minor //= max(1, matrix.blocksize[1])
    if len(indices) and (indices.min() < 0 or indices.max() >= minor):
        return "an index is out of its shape"
    return None
