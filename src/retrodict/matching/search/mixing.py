"""How far independent chains agree, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

ALIKE = 1.1
"""R-hat up to which chains count as alike (Gelman et al., Bayesian Data Analysis, 3rd ed., 11.5). The stricter 1.01 of
Vehtari et al. asks for hundreds of effective draws: chains of some tens that mix perfectly would fail it."""


@dataclass(frozen=True)
class Mixing:
    """How far independent chains agree, in numbers.

    Parameters
    ----------
    chains, tables
        How many chains were compared, and how many tables of each.
    agree
        Whether they hold the same distribution of tables as far as these tell: R-hat of the energies, and of all but a
        hundredth of the cells, is at most `ALIKE`.
    cells_apart
        The share of cells whose R-hat is above.
    energy_rhat
        R-hat of the energies; ``None`` where no chain's energy moves, or there are too few tables.
    energy_draws
        How many independent draws the chains' energies are worth together; ``None`` likewise.
    """

    chains: int
    tables: int
    agree: bool
    cells_apart: float
    energy_rhat: float | None
    energy_draws: float | None
