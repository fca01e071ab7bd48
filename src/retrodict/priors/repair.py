"""Make a matrix of pairwise correlations one that a joint distribution can have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from retrodict.errors import PriorError
from retrodict.results.notes import Note

Array = np.ndarray

SMALLEST = 1e-7
"""The smallest eigenvalue that is left as it is: below it the Cholesky factor loses its accuracy."""

_ROUNDING = 1e-9  # that a matrix from a file or a computation may have
_CUT = 10 * SMALLEST
"""What smaller eigenvalues are raised to."""

_WIDE = 100
"""Features above which the search for the nearest matrix would take minutes."""

_STEPS = 10
"""Of that search, times the features."""


def check_correlation(matrix: Float[Array, "d d"], names: Sequence[str]) -> Float[Array, "d d"]:
    """Return a correlation matrix as float64.

    Raises
    ------
    PriorError
        If it is not square, symmetric, of unit diagonal and within [-1, 1].
    """
    out = np.array(matrix, dtype=np.float64)
    d = len(names)
    if out.shape != (d, d):
        raise PriorError(f"a correlation matrix of shape ({d}, {d}) was expected, got {out.shape}; one row a feature")
    if not np.isfinite(out).all() or np.abs(out).max() > 1 + _ROUNDING:
        raise PriorError("a correlation matrix must hold finite numbers in [-1, 1]; correct it")
    if not np.allclose(out, out.T, atol=_ROUNDING) or not np.allclose(np.diag(out), 1.0, atol=_ROUNDING):
        raise PriorError("a correlation matrix must be symmetric with ones on its diagonal; correct it")
    out = (out + out.T) / 2
    np.fill_diagonal(out, 1.0)
    return out


def repaired(matrix: Float[Array, "d d"], names: Sequence[str]) -> tuple[Float[Array, "d d"], tuple[Note, ...]]:
    """Return the nearest positive definite correlation matrix, and a note where it differs.

    Parameters
    ----------
    matrix
        Symmetric, of unit diagonal, shape (d, d).
    names
        The features, for the note.

    Returns
    -------
    tuple[Float[Array, "d d"], tuple[Note, ...]]
        The matrix itself where its smallest eigenvalue is above `SMALLEST`, else the nearest one after Higham (2002,
        doi:10.1093/imanum/22.3.329; of more than `_WIDE` features, whose search would take
        minutes: the one with its negative eigenvalues cut off); and the notes.
    """
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least >= SMALLEST:
        return matrix, ()
    near = matrix
    if least < -SMALLEST:  # else it is singular, as that of fewer rows than features is, and the blend is all it takes
        near = _nearest(matrix)
    smallest = float(np.linalg.eigvalsh(near)[0])
    if smallest < SMALLEST:  # move towards independence just far enough: eigenvalues move linearly
        share = (2 * SMALLEST - smallest) / (1 - smallest)
        near = (1 - share) * near + share * np.eye(len(near))
    change = np.abs(near - matrix)
    i, j = divmod(int(change.argmax()), len(change))
    note = Note(
        "correlations_moved",
        f"the correlations contradict one another (smallest eigenvalue {least:.3g}) and were moved to the nearest "
        f"possible ones: at most by {change[i, j]:.3g}, between '{names[i]}' and '{names[j]}'",
        smallest_eigenvalue=least,
        largest_change=float(change[i, j]),
        between=[names[i], names[j]],
    )
    return near, (note,)


def _nearest(matrix: Float[Array, "d d"]) -> Float[Array, "d d"]:
    near = _clipped(matrix) if len(matrix) > _WIDE else _projected(matrix)
    near = (near + near.T) / 2
    np.fill_diagonal(near, 1.0)
    return near


def _projected(matrix: Float[Array, "d d"]) -> Float[Array, "d d"]:
    """Project in turn onto matrices without small eigenvalues and onto those of unit diagonal (Higham's algorithm).

    What the first projection moved is taken back before the next, as Dykstra has it: else a possible matrix is found,
    and not the nearest. Where the steps run out, the caller's blend mends what is left.
    """
    near, moved = matrix, np.zeros_like(matrix)
    for _ in range(_STEPS * len(matrix)):
        start = near - moved
        near, changed = _without_small(start)
        if not changed:
            break
        moved = near - start
        np.fill_diagonal(near, 1.0)
    return near


def _clipped(matrix: Float[Array, "d d"]) -> Float[Array, "d d"]:
    """Cut the small eigenvalues off, and scale to unit diagonal."""
    near, changed = _without_small(matrix)
    scale = np.sqrt(np.diag(near))
    return near / scale / scale[:, None] if changed else matrix


def _without_small(matrix: Float[Array, "d d"]) -> tuple[Float[Array, "d d"], bool]:
    """Return the nearest matrix whose eigenvalues are all above `_CUT`, and whether it is another one."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, _CUT)) @ vectors.T, bool(values[0] < _CUT)
