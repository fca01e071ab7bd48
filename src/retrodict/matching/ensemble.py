"""The trees that a model's table is rebuilt from, as a family reads them out of its library's objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class GrownTree:
    """One tree, with the rows that it was grown on.

    Parameters
    ----------
    tree
        Its arrays.
    multiplicities
        How often each row of the table was drawn for it, shape (n,).
    sums
        Class counts of its nodes, or sums of the target as it was fitted, over their rows as often as these were drawn,
        shape (nodes, C); ``None`` where they can't be told.
    """

    tree: Tree
    multiplicities: Int[Array, " n"]
    sums: Float[Array, "nodes C"] | None


@dataclass(frozen=True, eq=False)
class Ensemble:
    """A set of trees that were grown together on the whole table, as the file holds it.

    Parameters
    ----------
    place
        Where it stands in the model, and the way from its target back to the raw one.
    trees
        At least one, all of the same table.
    classes
        Its classes as they were called in the table, in the order of its sums; empty for a regressor.
    stored_labels
        The class of every row, an index into `classes`, where the file gives it away, shape (n,).
    """

    place: Place
    trees: tuple[GrownTree, ...]
    classes: tuple[Any, ...]
    stored_labels: Int[Array, " n"] | None = None

    @property
    def n(self) -> int:
        """How many rows its table has."""
        return len(self.trees[0].multiplicities)
