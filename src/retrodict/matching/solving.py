"""The search that rebuilds a table from equations: its settings, and what it does where the equations do not hold."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from retrodict import time_limit
from retrodict.errors import RequestError
from retrodict.extras import extra_for
from retrodict.matching.linear_reading import LinearReading, ungrouped
from retrodict.matching.target_range import narrowed, widened
from retrodict.matching.tolerances import CONTRADICTED, MET
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from retrodict.matching.linear.solution import Solution

Array = np.ndarray

FEW = "few_equations"
"""Code of the note that equations are fewer than a table needs."""
FREED = "groups_did_not_hold"
"""Code of the note that columns were not what they were taken for."""


@dataclass(frozen=True, eq=False)
class Solved:
    """A table that was found as the solution of equations.

    Parameters
    ----------
    reading
        The equations that were solved: without groups of columns where these did not hold.
    solution
        The table in codes.
    met
        Of each row, the share of its equations that the table meets, shape (n,).
    notes
        What there is to say of the search.
    """

    reading: LinearReading
    solution: Solution
    met: Float[Array, " n"] = field(repr=False)
    notes: tuple[Note, ...]

    @property
    def contradicted(self) -> bool:
        """Whether the equations contradict one another, as far as the search tells: no table meets them."""
        return contradicted(self.solution)


def few_equations(reading: LinearReading) -> Note | None:
    """Return a line on equations that are fewer than a table needs to follow from them; ``None`` where they are not.

    Parameters
    ----------
    reading
        The equations.
    """
    with extra_for("rebuilding a table from equations"):
        from retrodict.matching.linear.determination import determination_of  # compiled: imported when needed

    found = determination_of(reading.equations)
    if found.share >= 1.0:
        return None
    text = (
        f"{found.equations:,} equations are {found.share:.0%} of those that a table of {found.rows:,} rows needs, "
        "about: it may not follow from them, and the search may be long"
    )
    return Note(FEW, text, equations=found.equations, rows=found.rows, needed=math.ceil(found.needed))


def contradicted(solution: Solution) -> bool:
    """Whether the search ended, and even parts of rows did not meet the equations."""
    return solution.optimal and solution.energy > MET and solution.misfit > CONTRADICTED


@dataclass(frozen=True)
class Solving:
    """Rebuild a table by solving the equations that its trees state.

    Parameters
    ----------
    seconds
        Stop after about so long and keep the best, or where a `time_limit` around it ends; by default no limit. A run
        that this stops is not repeatable.
    workers
        Threads; by default all cores. They never change the table.
    """

    seconds: float | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise RequestError(f"solving needs workers of at least 1, got {self.workers}")
        if self.seconds is not None and not self.seconds > 0:
            raise RequestError(f"solving needs a time limit above 0 seconds, got {self.seconds}")

    def solve(
        self,
        reading: LinearReading,
        seed: np.random.SeedSequence,
        progress: Callable[[float, float], None] = lambda share, misfit: None,
        **hooks: Any,
    ) -> Solved:
        """Rebuild the table; where its equations contradict one another, once more without assumed groups of columns.

        Parameters
        ----------
        reading
            What it must meet.
        seed
            The same seed gives the same table.
        progress
            Called with the share of the work done and the misfit.
        hooks
            `state` and `checkpoint`; see `linear.solve.solve`.
        """
        with extra_for("rebuilding a table from equations"):
            from retrodict.matching.linear.determination import told_of_determination
            from retrodict.matching.linear.row_fit import met_share  # compiled: imported when needed
            from retrodict.matching.linear.solve import solve

        started = time.perf_counter()
        limit = min(np.inf if self.seconds is None else self.seconds, time_limit.left())

        def once(one: LinearReading, **more: Any) -> Solution:
            left = max(limit - (time.perf_counter() - started), 0.0)
            return solve(one.equations, seed, seconds=left, workers=self.workers, progress=progress, **more)

        reading = narrowed(reading)
        solution = once(reading, **hooks)
        while (wider := widened(reading, solution)) is not None and time.perf_counter() - started < limit:
            reading, solution = wider, once(wider)
        notes: tuple[Note, ...] = ()
        if contradicted(solution) and reading.equations.exclusive and time.perf_counter() - started < limit:
            freed = ungrouped(reading)
            again = once(freed)
            if again.energy < solution.energy:
                reading, solution = freed, again
                notes = (Note(FREED, "columns were not the indicators of one category that their names seem to say"),)
        while reading.further is not None and time.perf_counter() - started < limit:
            more = reading.further(reading, solution.codes, solution.labels)
            if more is None:
                break
            reading, solution = more, once(more, known=solution.codes)
        spent = replace(solution, seconds=time.perf_counter() - started)
        notes = (*told_of_determination(reading.equations), *notes)
        return Solved(reading, spent, met_share(reading.equations, spent.codes, spent.labels), notes)
