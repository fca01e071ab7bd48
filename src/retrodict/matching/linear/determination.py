"""Whether equations can tell one table from all others, before any long search for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from retrodict.matching.equations import Equations
from retrodict.matching.linear.states import MOST_ROWS, count_rows
from retrodict.results.notes import Note

TOO_MANY = "rows_not_listed"
"""Code of the note that possible rows are too many to look at each."""


@dataclass(frozen=True)
class Determination:
    """How many equations there are, and how many a table needs.

    Parameters
    ----------
    equations
        That are stated.
    rows
        Of the table; 0 where that is not known.
    possible
        The logarithm, to base 2, of the number of different rows with labels that there can be.
    """

    equations: int
    rows: int
    possible: float

    @property
    def needed(self) -> float:
        """Equations from which sparse non-negative solutions are found as the least squares of all columns.

        Of k rows among N possible ones, 2 k ln(N / m) with m equations (Donoho & Tanner, "Counting Faces of Randomly
        Projected Polytopes", Journal of the AMS 22:1, 2009, for very sparse solutions).
        """
        spare = self.possible * math.log(2.0) - math.log(max(self.equations, 1))
        return 2.0 * self.rows * max(spare, 1.0)

    @property
    def share(self) -> float:
        """Equations of those needed; from 1 on, solving them as they are finds the table, given time."""
        return self.equations / self.needed if self.needed else float("inf")


def determination_of(equations: Equations) -> Determination:
    """Return how many equations there are, and how many a table needs."""
    possible = math.log2(max(count_rows(equations), 1)) + math.log2(max(len(equations.labels), 1))
    return Determination(equations.blocks.equations, equations.table.n, possible)


def told_of_determination(equations: Equations) -> tuple[Note, ...]:
    """Return a line on what can be hoped for where possible rows are too many to look at each."""
    if count_rows(equations) <= MOST_ROWS:
        return ()
    own = determination_of(equations)
    if not own.rows:
        hope = "the number of rows is not stated"
    elif own.share >= 1.0:
        hope = f"about {own.needed:,.0f} determine a table of {own.rows} rows, so a longer search finds more of it"
    else:
        hope = f"about {own.needed:,.0f} would determine a table of {own.rows} rows: what was found is one of many"
    text = f"possible rows are too many to list (2^{own.possible:.0f}), {own.equations:,} equations are stated; {hope}"
    return (Note(TOO_MANY, text, equations=own.equations, needed=own.needed, rows=own.rows),)
