"""A training table that was rebuilt: its rows, how well they fit the file, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pandas as pd

from retrodict.reconstruction.labelled_rows import LabelledRows
from retrodict.reconstruction.loading import check_rows, provenance_of, read_rows, schema_of
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.rebuild_quality import RebuildQuality
from retrodict.results.documents import checked, holding, notes, read_document
from retrodict.results.folder import ROWS_FILE
from retrodict.results.notes import Note
from retrodict.results.result import ShownTable
from retrodict.schema import Schema

DOCUMENT = "rebuild.json"
CELLS_FILE = "cell_confidence.parquet"


@dataclass(frozen=True, eq=False, repr=False)
class Rebuilt(LabelledRows):
    """A training table found from what a model file states, each row with its confidence.

    It prints itself, shows itself in a notebook, and is written and read back as a folder.

    Parameters
    ----------
    schema
        Features and target.
    provenance
        Where it comes from.
    quality
        How it was found, how well it fits what the file states, and what that leaves open.
    path
        The folder that holds the rows; ``None`` where they are in memory.
    notes
        What a user should know of how the rows came about, in plain sentences.
    """

    schema: Schema
    provenance: Provenance
    quality: RebuildQuality
    path: Path | None = None
    notes: tuple[Note, ...] = ()
    _frame: pd.DataFrame | None = field(default=None, repr=False)
    _cells: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return self.quality.rows

    @cached_property
    def cell_confidence(self) -> pd.DataFrame | None:
        """The share of independent chains that agree on each cell, under the names of its columns.

        NaN for features that no tree splits on. ``None`` where the file stores the rows as they are.
        """
        if self._cells is not None or self.path is None or not (self.path / CELLS_FILE).is_file():
            return self._cells
        return read_rows(self.path / CELLS_FILE)

    def content(self) -> dict[str, Any]:
        """Return everything but the rows, as it is kept beside them."""
        return {
            **self.quality.to_dict(),
            "queries": self.provenance.queries,
            "seed": self.provenance.seed,
            "notes": self.notes,
            "schema": self.schema,
            "provenance": self.provenance,
        }

    def documents(self) -> dict[str, str | bytes]:
        """Return what lies beside the rows on disk, with what is known of single cells."""
        cells = self.cell_confidence
        return {DOCUMENT: self.document()} | ({} if cells is None else {CELLS_FILE: cells.to_parquet(index=False)})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a rebuilt table back from its folder.

        Raises
        ------
        RequestError
            If the folder holds none.
        """
        path = Path(path)
        with holding(path, "rebuilt table"):
            data = read_document(path / DOCUMENT)
            quality = checked(RebuildQuality, lambda: RebuildQuality.from_dict(data), DOCUMENT)
            found = cls(schema_of(data), provenance_of(data), quality, path, notes(data, "notes"))
            check_rows(path / ROWS_FILE, found.schema, {quality.confidence_column}, found.n_rows)
            return found

    def notebook(self) -> list[ShownTable]:
        """Return how often rows of so much confidence are right, and the first rows."""
        bins = pd.DataFrame([vars(each) for each in self.quality.confidence])
        return [ShownTable(bins, floats=None, index=False), ShownTable(self.frame.head(), floats=None)]

    def remarks(self) -> list[str]:
        """Return how well the table fits the file, and the notes."""
        return [self.quality.verdict, *super().remarks()]
