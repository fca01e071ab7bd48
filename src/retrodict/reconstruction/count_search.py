"""The search for the table that gives trees their node counts."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from retrodict import time_limit
from retrodict.inference.task import subseed
from retrodict.matching.count_noise import CountNoise
from retrodict.matching.reading import Reading
from retrodict.reconstruction.count_notes import count_notes
from retrodict.reconstruction.deserved.simulation import Simulation
from retrodict.reconstruction.deserved.stages import Stages
from retrodict.reconstruction.found_table import FoundTable, Hooks
from retrodict.reconstruction.noisy_table import same_as_before
from retrodict.reconstruction.rebuild_quality import RebuildQuality, TableLine, confidence_bins
from retrodict.schema import Schema

if TYPE_CHECKING:
    from retrodict.matching import Matching
    from retrodict.matching.search.matched import Matched
    from retrodict.reconstruction.deserved.deserving import Deserved

_SEARCHED = 0.5
"""Of the time that there is, where tables are made up as well: these are to be searched for as long."""
_DESERVED = 1_000_000
"""The key of the seed of tables that are made up, far from those of tables that are drawn."""


@dataclass(frozen=True, eq=False)
class CountSearch:
    """One search by annealing.

    Parameters
    ----------
    reading
        The node counts.
    matching
        How they are matched.
    simulation
        How confidence is put to the test; by default not at all, and it is agreement.
    noise
        What its owner tells of the noise of counts; by default there is none.
    """

    reading: Reading
    matching: Matching
    simulation: Simulation | None = None
    noise: CountNoise | None = None

    @property
    def schema(self) -> Schema:
        """The features of the rows."""
        return self.reading.schema

    @property
    def request(self) -> dict[str, Any]:
        """The settings of the search: workers never change a table, and a killed run may go on with others."""
        made_up = {} if self.simulation is None else {"calibrate": self.simulation.tables}
        noise = {} if self.noise is None else {"noise": str(self.noise)}
        told = made_up | noise | same_as_before(self.reading)
        return {"search": repr(replace(self.matching, workers=None)), **told}

    def find(
        self, solve: np.random.SeedSequence, fill: np.random.SeedSequence, column: str, hooks: Hooks
    ) -> FoundTable:
        """Search; see `Search.find`."""
        reading, stages = self.reading, Stages(hooks, 1 + (0 if self.simulation is None else self.simulation.tables))
        started, seconds, own = time.perf_counter(), self._seconds(), stages.next()
        halved = None if seconds is None or self.simulation is None else _SEARCHED * seconds
        matched = replace(self.matching, seconds=seconds if halved is None else halved).solve(
            reading.problem,
            solve,
            labels=reading.stored_labels,
            state=own.state,
            checkpoint=own.checkpoint,
            progress=own.progress,
        )
        ends = math.inf if seconds is None else started + seconds
        rows = reading.rows(
            matched.codes,
            matched.labels,
            np.random.default_rng(fill),
            components=matched.components,
            latents=matched.latents,
        )
        tables = tuple(
            (
                reading.rows(
                    each.codes,
                    each.labels,
                    np.random.default_rng(subseed(fill, i)),
                    components=each.components,
                    latents=each.latents,
                    drawn=True,
                ),
                reading.target(each.labels),
            )
            for i, each in enumerate(matched.drawn)
        )
        agreement = np.column_stack([matched.entry_agreement, matched.label_agreement])
        told = self._deserved(matched, subseed(fill, _DESERVED), stages, ends)
        cells = agreement if told is None else told.cells
        confidence = cells.mean(axis=1)
        features, columns = tuple(reading.codebook.features), len(reading.schema) + 1
        quality = RebuildQuality(
            source="node counts",
            rows=len(rows),
            table_rows=len(rows),
            energy=float(matched.energy),
            restarts=int(matched.restarts),
            sweeps=int(matched.sweeps),
            seconds=float(matched.seconds),
            labels_from="matched" if reading.stored_labels is None else "file",
            energies=tuple(float(each) for each in matched.energies),
            confidence=confidence_bins(confidence, cells),
            confidence_column=column,
            open_columns=tuple(name for name in reading.schema.names if name not in features),
            tables=tuple(TableLine(int(each.chain), float(each.energy)) for each in matched.drawn),
            diagnostics=matched.mixing,
            cells_determined=None if matched.fixed is None else float(matched.fixed.sum() / (len(rows) * columns)),
            synthetic=0 if told is None else told.tables,
            deserved=() if told is None else told.bins,
            noise=None if self.noise is None else str(self.noise),
            finished=matched.finished,
        )
        return FoundTable(
            rows,
            reading.target(matched.labels),
            confidence,
            cells,
            features,
            quality,
            (*reading.notes, *count_notes(reading, quality), *(() if told is None else told.notes)),
            tables,
            matched.fixed,
            agreement,
        )

    def _seconds(self) -> float | None:
        """Return how long it may take: what came before it has taken of the same time; ``None`` is no limit."""
        limit = min(math.inf if self.matching.seconds is None else self.matching.seconds, time_limit.left())
        if limit <= 0.0:
            time_limit.check("the search for the table began")
        return None if math.isinf(limit) else limit

    def _deserved(self, matched: Matched, seed: np.random.SeedSequence, stages: Stages, ends: float) -> Deserved | None:
        if self.simulation is None:
            return None
        from retrodict.reconstruction.deserved.deserving import deserved

        return deserved(self.simulation, self.reading, matched, self.matching, seed, stages, ends)
