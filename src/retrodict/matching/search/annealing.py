"""One chain's annealing: rounds of sweeps at falling temperatures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.problem import Problem
from retrodict.matching.search.arrays import Assumed, Chain, Fixed, Held, Scratch, random_chain, scratch
from retrodict.matching.search.moves import place_rows, sweep
from retrodict.matching.search.node_counts import count
from retrodict.matching.search.row_places import change_places

Array = np.ndarray

# Temperatures, for each tree that drew a row.
_HOT = 0.18
"""The first one where labels are known: entries are still free, and no more."""
_HOT_ALIKE = 0.1
"""The first one where labels are known and rows have no order to find."""
_HOT_LABELS = 0.3
"""The first one where labels are unknown, which order first."""
_COLD = 0.01
"""The last one: what the counts hold no longer moves."""
_QUENCH = 0.1
"""Of the last temperature: a chain ends there, to reach the bottom of where it is."""

_OF_LABELS, _OF_EXCHANGES, _OF_COMPONENTS = 0.04, 0.12, 0.04
"""Shares of the moves; entries, of which there are most, have the others."""
_BESIDE_PLACES = 0.04
"""The share of exchanges where whole rows change places too: fewer find as good a table there, and one takes long."""
_ROUNDS, _COLD_ROUNDS = 60, 10
"""Into which the fall and the quench are parted: between two of them a run can be kept."""
_QUENCH_SHARE = 6
"""The fall's sweeps for each of the quench."""
_ENOUGH_OF_TARGETS = 1e-6
"""The energy up to which a regressor's sums are met: rounding leaves about so much."""
_ENOUGH_OF_A_ROW = 0.4
"""Of the least energy that one row in a wrong node costs."""


@dataclass
class Annealing:
    """One chain under way.

    Parameters
    ----------
    problem, fixed
        What it is to meet.
    chain, room
        Its state.
    labels_known
        Whether its labels stay.
    """

    problem: Problem
    fixed: Fixed
    chain: Chain
    room: Scratch
    labels_known: bool

    @classmethod
    def start(
        cls, problem: Problem, fixed: Fixed, seed: np.random.SeedSequence, labels: Int[Array, " n"] | None
    ) -> Annealing:
        """Return a chain at a random table."""
        chain = random_chain(problem, seed, labels)
        known = labels is not None or problem.targets.size < 2 or bool(fixed.held[:, -1].all())
        own = cls(problem, fixed, chain, scratch(problem), known)
        if fixed.holding:  # latents were drawn for other codes
            place_rows(fixed, chain, own.room)
        own.recount()
        return own

    @property
    def energy(self) -> float:
        """The mismatch of its table."""
        return float(self.chain.energy[0])

    @property
    def solved(self) -> bool:
        """Whether every count is met."""
        return self.energy <= self.enough

    @property
    def enough(self) -> float:
        """An energy below that of any mismatch: one row at one root costs 1 / (n + 1)."""
        return _ENOUGH_OF_A_ROW / (self.problem.table.n + 1.0) if self.problem.targets.classes else _ENOUGH_OF_TARGETS

    @property
    def alike(self) -> bool:
        """Whether no tree tells rows apart by how often it drew them, and nothing is known of any."""
        return self.problem.alike

    def assume(self, assumed: Assumed) -> None:
        """Go on under another prior of rows with the same slots."""
        self.fixed = self.fixed._replace(assumed=assumed)

    def held(self) -> Held:
        """Return a copy of its table, and of where its rows lie in what is assumed of them."""
        chain = self.chain
        return Held(chain.codes.copy(), chain.labels.copy(), chain.components.copy(), chain.latents.copy())

    def take(self, held: Held) -> None:
        """Go back to where a chain of the same problem was."""
        self.chain.components[:], self.chain.latents[:] = held.components, held.latents
        self.chain.codes[:], self.chain.labels[:] = held.codes, held.labels
        self.recount()

    def put(self, codes: Int[Array, "n d"], labels: Int[Array, " n"]) -> None:
        """Take another table; where its rows lie in what is assumed of them is drawn anew."""
        self.chain.codes[:], self.chain.labels[:] = codes, labels
        place_rows(self.fixed, self.chain, self.room)
        self.recount()

    def recount(self) -> None:
        """Sum all counts anew, which takes out what rounding has added up."""
        self.chain.excess[:, 0] = -self.problem.trees.counts
        self.chain.excess[:, 1:] = -self.problem.targets.sums
        count(self.fixed, self.chain)

    def sweeps(self, temperatures: Float[Array, " k"], *, searching: bool = True) -> None:
        """Make one sweep, as many moves as the table has entries, at each temperature.

        Parameters
        ----------
        searching
            Whether to stop where all counts are met, and let rows change places to get there. Else the moves are those
            of a sampler; exchanges of entries are its way from one table that meets the counts to another.
        """
        rows = np.arange(self.problem.table.n)
        # Latents of cells that are known stay in them: rows that have some do not change places.
        changing = searching and not self.alike and (self.fixed.assumed.plain or not self.fixed.holding)
        for temperature in temperatures:
            if searching and self.solved:
                break
            of_exchanges = _BESIDE_PLACES if changing else _OF_EXCHANGES
            self.move(rows, np.full(1, temperature), of_exchanges, searching=searching)
            if changing:
                change_places(self.fixed, self.chain, self.room, temperature, self.labels_known)
        self.recount()

    def move(
        self, rows: Int[Array, " m"], temperatures: Float[Array, " k"], of_exchanges: float, *, searching: bool = True
    ) -> None:
        """Move only these rows, as many times as they have entries, at each temperature; counts are not summed anew."""
        moves = len(rows) * max(len(self.problem.table.sizes), 1)
        of_labels = 0.0 if self.labels_known else _OF_LABELS
        of_components = _OF_COMPONENTS if self.fixed.assumed.many else 0.0
        enough = self.enough if searching else -1.0
        for temperature in temperatures:
            sweep(
                self.fixed,
                self.chain,
                self.room,
                rows,
                temperature,
                moves,
                of_labels,
                of_exchanges,
                self.alike,
                enough,
                of_components,
            )

    @property
    def coldest(self) -> float:
        """The temperature at which what the counts hold no longer moves."""
        return self.drew * _COLD

    @property
    def hottest(self) -> float:
        """The temperature to begin at.

        A move costs a sum over the trees that drew the row, so temperatures grow with their number. While labels are
        unknown, they order at a higher temperature than entries, and chains that begin below it freeze with wrong ones;
        rows without an order of their own need no high one to find it.
        """
        if self.labels_known and self.alike:
            return self.drew * _HOT_ALIKE
        return self.drew * (_HOT if self.labels_known else _HOT_LABELS)

    @property
    def drew(self) -> float:
        """How many trees drew a row, on average."""
        drawn = self.problem.trees.multiplicities
        return max(float((drawn > 0).sum(axis=0).mean()), 1.0) if self.problem.table.n else 1.0


def schedule(hot: float, cold: float, sweeps: int) -> list[Float[Array, " k"]]:
    """Return the rounds' temperatures: a geometric fall, and a quench to reach the bottom."""
    fall = np.geomspace(hot, cold, sweeps)
    quench = np.full(max(sweeps // _QUENCH_SHARE, _COLD_ROUNDS), cold * _QUENCH)
    return [*np.array_split(fall, min(_ROUNDS, sweeps)), *np.array_split(quench, _COLD_ROUNDS)]
