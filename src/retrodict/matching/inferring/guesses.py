"""What settings are tried where a file does not state them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from retrodict.matching.inferring.shares import HeldStart, fewest
from retrodict.matching.inferring.steps import Steps

RATES = (0.1, 0.3, 0.05, 0.2, 0.03, 0.01, 0.02, 0.15)
"""Learning rates that users write."""
PENALTIES = (0.0, 1.0, 3.0, 0.1, 10.0, 5.0)
"""L2 penalties that users write, or libraries have."""
_BESIDE = 1.3
"""By what factor settings differ that must not fit beside those that do."""


def first(default: float, usual: Sequence[float]) -> tuple[float, ...]:
    """Return usual values with a library's default at the head."""
    return (default, *(value for value in usual if value != default))


@dataclass(frozen=True)
class Guesses:
    """What is tried: every combination, in this order, so that a library's defaults stand first.

    Parameters
    ----------
    rates, penalties
        Learning rates and L2 penalties; one each where they are stated.
    starts
        Scores before the first tree, one an output; empty where `held` tells them.
    rows
        How many rows the table has, where that is known.
    refined
        Whether rates and penalties between those listed are looked for where none fits.
    held
        The first trees' leaf values, where these hold a start that is not stated.
    first
        Whether the first trees' values are equations, as `Steps.first`; with `held`, where it tells a start.
    """

    rates: Sequence[float]
    penalties: Sequence[float]
    starts: Sequence[tuple[float, ...]] = ()
    rows: int | None = None
    refined: bool = True
    held: HeldStart | None = field(default=None, repr=False)
    first: bool = True

    def all(self) -> Iterator[Steps]:
        """Yield all combinations.

        Where a start is held, those that make whole numbers of the first trees' leaves come first, and then all without
        these trees' values.
        """
        starts: Sequence[tuple[float, ...]] = self.starts
        if self.held is not None:
            for steps in fewest(self.held, self.rates, self.penalties, self.rows):
                yield replace(steps, rows=self.rows)
            starts = ((0.0,) * len(self.held.values),)
        for start, penalty, rate in product(starts, self.penalties, self.rates):
            yield Steps(rate, penalty, start, self.rows, self.first and self.held is None)

    @property
    def stated(self) -> bool:
        """Whether nothing is left to choose but a start that first trees hold."""
        return len(self.rates) == len(self.penalties) == 1 and (len(self.starts) == 1 or self.held is not None)

    def beside(self, steps: Steps) -> Iterator[Steps]:
        """Yield settings next to some, in each of what is not stated."""
        if len(self.rates) > 1:
            yield replace(steps, rate=steps.rate * _BESIDE)
            yield replace(steps, rate=steps.rate / _BESIDE)
        if len(self.penalties) > 1:
            yield replace(steps, penalty=steps.penalty * _BESIDE if steps.penalty else 1.0)
