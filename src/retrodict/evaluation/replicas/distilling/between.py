"""Rows on both sides of the base model's boundary, found between rows of two classes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.evaluation.replicas.distilling.teacher import Teacher, said

Array = np.ndarray

_HALVINGS = 3


def between_classes(
    teacher: Teacher, X: Float[Array, "n d"], y: Float[Array, " n"], n: int, rng: np.random.Generator
) -> tuple[Float[Array, "m d"], Float[Array, "m k"]]:
    """Return rows near the boundary, and what the base model says of them; none where all rows are of one class.

    Pairs of rows of two classes are drawn closer, a midpoint at a time: it takes the place of the one whose class it
    has. Numbers are halved; codes of categories, and gaps, are taken from either row at random.

    Parameters
    ----------
    teacher
        Asked of `n` rows at most.
    X, y
        Rows and what the base model says of them.
    n
        Rows to ask; as many come back at most.
    rng
        Of pairs and exchanges.
    """
    pairs = max(1, n // _HALVINGS)
    i, j = rng.integers(len(X), size=(2, 4 * pairs))
    apart = np.flatnonzero(y[i] != y[j])[:pairs]
    a, b, of_a = X[i[apart]], X[j[apart]], y[i[apart]]
    rows, outputs = [X[:0]], []
    for _ in range(_HALVINGS if len(apart) else 0):
        whole = teacher.listed | np.isnan(a) | np.isnan(b)
        middle = np.where(whole, np.where(rng.random(a.shape) < 0.5, a, b), a + (b - a) / 2)
        out = teacher.ask(middle)
        same = (said(out) == of_a)[:, None]
        a, b = np.where(same, middle, a), np.where(same, b, middle)
        rows.append(middle)
        outputs.append(out)
    return np.concatenate(rows), np.concatenate(outputs) if outputs else np.empty((0, 0))
