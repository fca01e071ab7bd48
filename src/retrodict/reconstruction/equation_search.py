"""The search for the table that fulfils the equations which boosted trees state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from retrodict import time_limit
from retrodict.errors import RunError
from retrodict.matching.capability import Source
from retrodict.matching.linear_reading import LinearReading
from retrodict.matching.solving import Solving, few_equations
from retrodict.matching.tolerances import MET
from retrodict.reconstruction.found_table import FoundTable, Hooks
from retrodict.reconstruction.rebuild_quality import QualitySource, RebuildQuality, confidence_bins
from retrodict.schema import Schema

if TYPE_CHECKING:
    from retrodict.matching.linear.solution import Solution

_UNSHOWN = 0.5
"""What rows count of which it is not shown that every table which meets the equations has them: as likely as not. Whole
tables were seen that meet all equations and have a tenth of the labels wrong."""
_ALL = 1.0 - 1e-9
"""The confidence of a cell that every row has which no tree tells from it: shares are sums, and rounded."""
_SOURCES: dict[Source, QualitySource] = {"file": "equations", "values": "leaf values"}


@dataclass(frozen=True, eq=False)
class EquationSearch:
    """One search by solving equations.

    Parameters
    ----------
    reading
        The equations.
    source
        What they were taken from.
    solving
        How they are solved.
    """

    reading: LinearReading
    source: Source
    solving: Solving

    @property
    def schema(self) -> Schema:
        """The features of the rows."""
        return self.reading.schema

    @property
    def request(self) -> dict[str, Any]:
        """What equations were taken, and how they are solved; workers never change a table."""
        return {
            "search": repr(replace(self.solving, workers=None)),
            "source": self.source,
            "table_rows": self.reading.boosting.rows,
        }

    def find(
        self, solve: np.random.SeedSequence, fill: np.random.SeedSequence, column: str, hooks: Hooks
    ) -> FoundTable:
        """Search; see `Search.find`."""
        few = few_equations(self.reading)
        if few is not None:
            hooks.say(str(few))
        limit = min(np.inf if self.solving.seconds is None else self.solving.seconds, time_limit.left())
        solved = self.solving.solve(
            self.reading, solve, progress=hooks.progress, state=hooks.state, checkpoint=hooks.checkpoint
        )
        reading, solution = solved.reading, solved.solution
        if not len(solution.codes):
            why = "was found in its time; give more seconds, or none" if not solution.optimal else "meets its equations"
            raise RunError(f"no row of the training table {why}")
        rows = reading.rows(solution.codes, np.random.default_rng(fill))
        shown = np.zeros(len(rows), dtype=bool) if solution.unique is None else solution.unique
        sure = solved.met * np.where(shown, 1.0, _UNSHOWN)
        cells = np.column_stack([solution.entry_agreement, solution.label_agreement]) * sure[:, None]
        confidence = cells.mean(axis=1)
        features, columns = tuple(reading.codebook.features), len(reading.schema) + 1
        looked = solution.unique is not None and solution.energy <= MET
        same = shown[:, None] & (cells >= _ALL) if looked else None
        quality = RebuildQuality(
            source=_SOURCES[self.source],
            rows=len(rows),
            table_rows=reading.boosting.rows,
            energy=float(solution.energy),
            restarts=0,
            sweeps=0,
            seconds=float(solution.seconds),
            labels_from="matched",
            energies=(),
            confidence=confidence_bins(confidence, cells),
            confidence_column=column,
            open_columns=tuple(name for name in reading.schema.names if name not in features),
            determined=solution.determined,
            equations=int(solution.equations),
            rounds=int(solution.rounds),
            misfit=float(solution.misfit),
            contradicted=solved.contradicted,
            finished=self._finished(solution, limit),
            cells_determined=None if same is None else float(same.sum() / (len(rows) * columns)),
        )
        notes = (*reading.notes, *solved.notes, *(() if few is None else (few,)))
        y = reading.target(solution.labels)
        return FoundTable(rows, y, confidence, cells, features, quality, notes, determined=same)

    def _finished(self, solution: Solution, limit: float) -> bool:
        """Whether the search ended by itself: it met all equations, or had no more to try before its time was up."""
        return solution.seconds < limit or (solution.optimal and solution.energy <= MET)
