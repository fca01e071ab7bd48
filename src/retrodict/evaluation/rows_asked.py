"""Which rows of a table a model is asked of: those that it takes, and of many so many at random."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from retrodict.evaluation.replicas.base_model import Base
from retrodict.results.notes import Note

Array = np.ndarray


def taken_by(base: Base, X: Float[Array, "n d"], title: str, notes: list[Note]) -> Int[Array, " m"]:
    """Return the places of the rows that a model takes.

    Parameters
    ----------
    base
        The model, bound to the rows' layout.
    X
        Codes.
    title
        What the rows are called.
    notes
        Gets one where rows are left out.
    """
    taken = base.takes(X)
    if not taken.all():
        refused = int((~taken).sum())
        text = f"{refused:,} of {title} hold a category that the model refuses; they are left out"
        notes.append(Note("refused_rows", text, title=title, rows=refused))
    return np.flatnonzero(taken)


def some_of(n: int, most: int, title: str, done: str, rng: np.random.Generator, notes: list[Note]) -> Int[Array, " m"]:
    """Return the places of at most so many of n rows, taken at random and in order.

    Parameters
    ----------
    n, most
        Rows there are, and that are wanted at most.
    title
        What the rows are called.
    done
        What is done with them, in words that follow "are".
    rng
        Of the choice; not used where all are taken.
    notes
        Gets one where not all are taken.
    """
    if n <= most:
        return np.arange(n)
    text = f"{most:,} of {n:,} of {title} are {done}, taken at random"
    notes.append(Note("rows_taken", text, title=title, rows=most, of=n))
    return np.sort(rng.permutation(n)[:most])
