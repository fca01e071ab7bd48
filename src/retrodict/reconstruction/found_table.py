"""A table that a search found, and what `Rebuilding` needs of a search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from jaxtyping import Bool, Float

from retrodict.reconstruction.rebuild_quality import RebuildQuality
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class FoundTable:
    """A training table that was found.

    Parameters
    ----------
    X, y
        Rows in the schema's encoding, shape (n, d), and class indices or targets in raw units, shape (n,).
    confidence
        Of each row, 0 to 1, shape (n,).
    cells
        Confidence of each cell, the label's last, shape (n, features + 1).
    features
        Those that `cells` are of: features that trees split on.
    quality
        How it was found and how well it fits.
    notes
        What is to be said of it.
    tables
        Others that were drawn, each with its rows and labels as `X` and `y` are.
    determined
        Cells that are the same in all tables found, shape (n, features + 1); ``None`` where that was not looked at.
    agreement
        How far chains agree on each cell, as `cells` are, where confidence is what that deserves; else ``None``.
    """

    X: Float[Array, "n d"]
    y: Array
    confidence: Float[Array, " n"]
    cells: Float[Array, "n c"]
    features: tuple[str, ...]
    quality: RebuildQuality
    notes: tuple[Note, ...]
    tables: tuple[tuple[Float[Array, "n d"], Array], ...] = ()
    determined: Bool[Array, "n c"] | None = None
    agreement: Float[Array, "n c"] | None = None


@dataclass(frozen=True)
class Hooks:
    """What a search tells, and where it goes on.

    Parameters
    ----------
    progress
        Is told the share of the work done, and the energy so far.
    state
        The bytes of a checkpoint: the search goes on from there.
    checkpoint
        Called now and then with a function that gives such bytes.
    say
        Is told in words what to know before a long search.
    """

    progress: Callable[[float, float], None] = lambda share, energy: None
    state: bytes | None = None
    checkpoint: Callable[[Callable[[], bytes], bool], None] = lambda make, now: None
    say: Callable[[str], None] = lambda text: None


class Search(Protocol):
    """A search for one table."""

    @property
    def schema(self) -> Schema:
        """The features of the rows."""
        ...

    @property
    def request(self) -> dict[str, Any]:
        """Whatever decides the table beside the model, the prior and the seed."""
        ...

    def find(
        self, solve: np.random.SeedSequence, fill: np.random.SeedSequence, column: str, hooks: Hooks
    ) -> FoundTable:
        """Search.

        Parameters
        ----------
        solve, fill
            The seeds of the search, and of what its result leaves open.
        column
            The name of the column that each row's confidence gets.
        hooks
            What it tells.
        """
        ...
