"""One chain's annealing: rounds of sweeps at falling temperatures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.problem import Problem
from retrodict.matching.search.arrays import Chain, Forest, Scratch, blank, scratch
from retrodict.matching.search.moves import sweep
from retrodict.matching.search.node_counts import count
from retrodict.matching.search.row_places import place

Array = np.ndarray

_HOT, _HOT_ALIKE, _HOT_LABELS, COLD = 0.18, 0.1, 0.3, 0.01
_QUENCH = 0.1
_OF_LABELS, _OF_EXCHANGES = 0.04, 0.12
ROUNDS, _COLD_ROUNDS = 60, 10


@dataclass
class Annealed:
    """One chain under way.

    Parameters
    ----------
    problem, forest
        What it is to meet.
    chain, room
        Its state.
    fixed
        Whether its labels are known.
    """

    problem: Problem
    forest: Forest
    chain: Chain
    room: Scratch
    fixed: bool

    @classmethod
    def start(
        cls, problem: Problem, forest: Forest, seed: np.random.SeedSequence, labels: Int[Array, " n"] | None
    ) -> Annealed:
        """Return a chain at a random table."""
        chain = blank(problem, seed)
        if labels is not None:
            chain.labels[:] = labels
        own = cls(problem, forest, chain, scratch(problem), labels is not None or problem.labels < 2)
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
        return 0.4 / (self.problem.n + 1.0) if self.problem.classes else 1e-6

    @property
    def alike(self) -> bool:
        """Whether no tree tells rows apart by how often it drew them."""
        return bool((self.problem.draws == self.problem.draws.flat[0]).all()) if self.problem.draws.size else True

    def put(self, codes: Int[Array, "n d"], labels: Int[Array, " n"]) -> None:
        """Take another table."""
        self.chain.codes[:], self.chain.labels[:] = codes, labels
        self.recount()

    def recount(self) -> None:
        """Sum all counts anew, which takes out what rounding has added up."""
        self.chain.sums[:, 0] = -self.problem.seen
        self.chain.sums[:, 1:] = -self.problem.mass
        count(self.forest, self.chain)

    def sweeps(self, temperatures: Float[Array, " k"], *, searching: bool = True) -> None:
        """Make one sweep, as many moves as the table has cells, at each temperature.

        Parameters
        ----------
        searching
            Whether to stop where all counts are met, and let rows exchange cells and places to get there. Else the
            moves are those of a sampler.
        """
        rows = np.arange(self.problem.n)
        placing = searching and not self.alike
        for temperature in temperatures:
            if searching and self.solved:
                break
            self.move(rows, np.full(1, temperature), _OF_EXCHANGES if searching else 0.0, searching=searching)
            if placing:
                place(self.forest, self.chain, self.room, temperature, self.fixed)
        self.recount()

    def move(
        self, rows: Int[Array, " m"], temperatures: Float[Array, " k"], of_exchanges: float, *, searching: bool = True
    ) -> None:
        """Move only these rows, as many times as they have cells, at each temperature; `energy` is not summed anew."""
        moves = len(rows) * max(len(self.problem.cells), 1)
        of_labels = 0.0 if self.fixed else _OF_LABELS
        enough = self.enough if searching else -1.0
        for temperature in temperatures:
            sweep(
                self.forest,
                self.chain,
                self.room,
                rows,
                temperature,
                moves,
                of_labels,
                of_exchanges,
                self.alike,
                enough,
            )

    @property
    def coldest(self) -> float:
        """The temperature at which what the counts hold no longer moves."""
        return self.drew * COLD

    @property
    def hottest(self) -> float:
        """The temperature to begin at.

        A move costs a sum over the trees that drew the row, so temperatures grow with their number. While labels are
        unknown, they order at a higher temperature than cells, and chains that begin below it freeze with wrong ones;
        rows without an order of their own need no high one to find it.
        """
        if self.fixed and self.alike:
            return self.drew * _HOT_ALIKE
        return self.drew * (_HOT if self.fixed else _HOT_LABELS)

    @property
    def drew(self) -> float:
        """How many trees drew a row, on average."""
        return max(float((self.problem.draws > 0).sum(axis=0).mean()), 1.0) if self.problem.n else 1.0


def schedule(hot: float, cold: float, sweeps: int) -> list[Float[Array, " k"]]:
    """Return the rounds' temperatures: a geometric fall, and a quench to reach the bottom."""
    fall = np.geomspace(hot, cold, sweeps)
    quench = np.full(max(sweeps // 6, _COLD_ROUNDS), cold * _QUENCH)
    return [*np.array_split(fall, min(ROUNDS, sweeps)), *np.array_split(quench, _COLD_ROUNDS)]
