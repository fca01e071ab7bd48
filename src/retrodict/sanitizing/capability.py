"""What a model that can be stripped offers: the capability `Strippable`."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np
from jaxtyping import Float

from retrodict.models import Model
from retrodict.sanitizing.leaf_trees import LeafTrees
from retrodict.sanitizing.plan import Plan
from retrodict.sanitizing.rounding import Rounding

Array = np.ndarray
Outputs = dict[str, tuple[Array, ...]]
"""What a model puts out for rows, by method; empty where it predicts for none of them."""


@runtime_checkable
class Strippable(Model, Protocol):
    """A model of which it is known what prediction needs. A model without it stays whole."""

    def duplicate(self) -> Self:
        """Return a copy that shares nothing with it, as it would be read from a file."""
        ...

    def plan(self) -> Plan:
        """Return what can be taken out of it, what stays, and what can't be judged; nothing is changed yet."""
        ...

    def renewed(self) -> Self:
        """Return it after its parts were changed: fingerprint, and what else it reads from them, anew."""
        ...

    def outputs(self, X: Float[Array, "n d"]) -> Outputs:
        """Return all that it puts out for rows in the encoding of its own schema, by method."""
        ...

    def written(self, *, as_pickle: bool = False) -> bytes:
        """Return the content of a file that holds it: the same model gives the same bytes."""
        ...


@runtime_checkable
class RoundsSplits(Strippable, Protocol):
    """A model of trees whose split points may be values of training rows, and can be moved. A capability."""

    def round_splits(self, X: Float[Array, "n d"]) -> tuple[Self, Rounding]:
        """Return it with split points that are rounder numbers, and how many were moved.

        Parameters
        ----------
        X
            Rows in the encoding of its own schema: all go the same ways as before through all trees. Each split point
            lies strictly between the values of the rows at its two sides (`families.rounded_points`).
        """
        ...


@runtime_checkable
class Defensible(Strippable, Protocol):
    """A model whose boosted trees can be changed: values of leaves, fewer splits, fewer rounds. A capability."""

    def leaf_trees(self) -> LeafTrees:
        """Return the boosted trees that its predictions are made of.

        Raises
        ------
        RequestError
            If it has none that can be changed.
        """
        ...

    def with_leaf_trees(self, every: LeafTrees) -> Self:
        """Return a copy with its trees changed.

        Parameters
        ----------
        every
            What `leaf_trees` returned, with other leaf values, with inner nodes that became leaves, or with its first
            rounds alone.
        """
        ...
