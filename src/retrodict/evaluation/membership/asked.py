"""Rows of both kinds, and what the model says of them: what every attack on membership starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from retrodict.evaluation.replicas.base_model import Base
from retrodict.results.notes import Note
from retrodict.tables.encoded import Inputs, Rows

Array = np.ndarray

Way = Literal["by_query", "from_file"]
"""Whether an attack needs the model's outputs alone, or its file."""


@dataclass(frozen=True, eq=False)
class Known:
    """Rows that are known with their true output, and what the model says of them.

    Parameters
    ----------
    rows
        Codes on the layout of the tables.
    places
        Which rows of the table as it was given they are.
    output
        Logarithms of the classes' probabilities, in the layout's classes; of a regressor its predictions, shape (n,).
    """

    rows: Rows
    places: Int[Array, " n"]
    output: Array

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Asked:
    """Training rows beside rows that the model did not see.

    Parameters
    ----------
    base
        The model, bound to the layout of the tables, its calls counted.
    inputs
        The tables on one layout.
    members, others
        Training rows; other rows of the same source.
    """

    base: Base
    inputs: Inputs
    members: Known
    others: Known

    @property
    def labels(self) -> bool:
        """Whether the target is a class."""
        return self.base.classes is not None


@dataclass(frozen=True, eq=False)
class Scores:
    """One attack: a number a row, larger where the row is held to be a training row.

    Parameters
    ----------
    attack
        Its name: one of `result.WORDS`, fixed for checks.
    way
        What it needs.
    members, others
        Of each of the training rows, and of each of the others, in the order of `Asked`. No row's number may owe
        anything to whether that very row is a member: attacks that learn are fitted to other rows than they judge.
    shadows
        Shadow models that it used.
    seconds
        That it took.
    notes
        What was left out of it.
    fewer
        The same attack with fewer of the same shadow models.
    learned
        Whether it was fitted to members and others in turn, which makes it the less sure (see `judged.confidence_of`).
    """

    attack: str
    way: Way
    members: Float[Array, " m"]
    others: Float[Array, " n"]
    shadows: int = 0
    seconds: float = 0.0
    notes: tuple[Note, ...] = ()
    fewer: tuple[Scores, ...] = ()
    learned: bool = False
