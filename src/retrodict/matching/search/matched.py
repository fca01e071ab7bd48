"""What a search for a table found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.search.mixing import Mixing

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Drawn:
    """One table that a chain held: a draw of ``Q(table | file)`` as far as the chain mixes.

    Parameters
    ----------
    codes, labels
        Shapes (n, d) and (n,).
    components, latents
        Where each row lies in the problem's `RowPrior`: its component, shape (n,), and its latents, shape (n, d); both
        empty, of shapes (n,) and (n, 0), where no feature is tied.
    energy
        The mismatch of this table.
    chain
        Whose it is.
    """

    codes: Int[Array, "n d"] = field(repr=False)
    labels: Int[Array, " n"] = field(repr=False)
    components: Int[Array, " n"] = field(repr=False)
    latents: Float[Array, "n m"] = field(repr=False)
    energy: float
    chain: int


@dataclass(frozen=True, eq=False)
class Matched:
    """A rebuilt table in codes, and how sure it is.

    Parameters
    ----------
    codes, labels
        Shapes (n, d) and (n,).
    energy
        The mismatch of this table; 0 where it gives every node its counts. It may lie above the best chain's, whose
        numbers are moved to the middle of where they wander. Under noise minus the log-likelihood of the counts.
    energies
        The lowest of each chain.
    restarts
        How often chains that fell short were heated again.
    sweeps
        Sweeps that all chains made together.
    seconds
        Wall time.
    entry_agreement, label_agreement
        The share of the chains' tables that agrees with this one, shapes (n, d) and (n,).
    drawn
        Tables that the chains held in the end, in the order of their chains, evenly spaced; those asked for.
    components, latents
        As of `Drawn`: each row's commonest component, and means of latents inside the cells of `codes`, NaN where the
        chain did not hold them.
    mixing
        How far the chains agree whose tables were compared: those that meet all counts, else all of them.
    fixed
        Cells, labels last, that all these tables hold as this one does, shape (n, d + 1); ``None`` where one chain
        alone was left to compare.
    finished
        Whether the search ended by itself; ``False`` where its time was up.
    """

    codes: Int[Array, "n d"] = field(repr=False)
    labels: Int[Array, " n"] = field(repr=False)
    energy: float
    energies: tuple[float, ...]
    restarts: int
    sweeps: int
    seconds: float
    entry_agreement: Float[Array, "n d"] = field(repr=False)
    label_agreement: Float[Array, " n"] = field(repr=False)
    drawn: tuple[Drawn, ...] = field(default=(), repr=False)
    components: Int[Array, " n"] = field(default_factory=lambda: np.empty(0, dtype=np.int64), repr=False)
    latents: Float[Array, "n m"] = field(default_factory=lambda: np.empty((0, 0)), repr=False)
    mixing: Mixing | None = None
    fixed: Bool[Array, "n c"] | None = field(default=None, repr=False)
    finished: bool = True

    @property
    def confidence(self) -> Float[Array, " n"]:
        """The share of a row's entries, its label among them, that the chains agree on, shape (n,)."""
        return np.asarray(np.column_stack([self.entry_agreement, self.label_agreement]).mean(axis=1))
