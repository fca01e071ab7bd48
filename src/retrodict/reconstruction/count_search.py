"""The search for the table that gives trees their node counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from retrodict.inference.task import subseed
from retrodict.matching.reading import Reading
from retrodict.reconstruction.found_table import FoundTable, Hooks
from retrodict.reconstruction.rebuild_quality import RebuildQuality, TableLine, confidence_bins
from retrodict.schema import Schema

if TYPE_CHECKING:
    from retrodict.matching import Matching


@dataclass(frozen=True, eq=False)
class CountSearch:
    """One search by annealing.

    Parameters
    ----------
    reading
        The node counts.
    matching
        How they are matched.
    """

    reading: Reading
    matching: Matching

    @property
    def schema(self) -> Schema:
        """The features of the rows."""
        return self.reading.schema

    @property
    def request(self) -> dict[str, Any]:
        """The settings of the search: workers never change a table, and a killed run may go on with others."""
        return {"search": repr(replace(self.matching, workers=None))}

    def find(
        self, solve: np.random.SeedSequence, fill: np.random.SeedSequence, column: str, hooks: Hooks
    ) -> FoundTable:
        """Search; see `Search.find`."""
        reading = self.reading
        matched = self.matching.solve(
            reading.problem,
            solve,
            labels=reading.stored_labels,
            state=hooks.state,
            checkpoint=hooks.checkpoint,
            progress=hooks.progress,
        )
        rows = reading.rows(matched.codes, matched.labels, np.random.default_rng(fill))
        tables = tuple(
            (
                reading.rows(each.codes, each.labels, np.random.default_rng(subseed(fill, i))),
                reading.target(each.labels),
            )
            for i, each in enumerate(matched.drawn)
        )
        cells = np.column_stack([matched.entry_agreement, matched.label_agreement])
        confidence = np.asarray(matched.confidence)
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
        )
        return FoundTable(
            rows,
            reading.target(matched.labels),
            confidence,
            cells,
            features,
            quality,
            reading.notes,
            tables,
            matched.fixed,
        )
