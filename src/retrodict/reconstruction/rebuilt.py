"""A training table that was rebuilt: its rows, how well they fit the file, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pandas as pd

from retrodict.reconstruction.deserved.in_words import confidence_words
from retrodict.reconstruction.drawn_tables import DrawnTables
from retrodict.reconstruction.labelled_rows import LabelledRows
from retrodict.reconstruction.loading import check_rows, provenance_of, read_rows, schema_of
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.rebuild_quality import RebuildQuality
from retrodict.reconstruction.what_is_open import next_action, open_words
from retrodict.results.documents import checked, holding, notes, read_document
from retrodict.results.folder import ROWS_FILE
from retrodict.results.notes import Note
from retrodict.results.result import ShownTable
from retrodict.schema import Schema

DOCUMENT = "rebuild.json"
CELLS_FILE = "cell_confidence.parquet"
AGREEMENT_FILE = "cell_agreement.parquet"
DETERMINED_FILE = "determined_cells.parquet"


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
    _determined: pd.DataFrame | None = field(default=None, repr=False)
    _tables: DrawnTables | None = field(default=None, repr=False)
    _agreement: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return self.quality.rows

    @cached_property
    def cell_confidence(self) -> pd.DataFrame | None:
        """How sure each cell is, under the names of its columns.

        Of node counts: how often cells on which chains agree so far are right, as tables that were made up show, or
        where none was (`quality.synthetic` is 0) that agreement itself. NaN for features that no tree splits on.
        ``None`` where the file stores the rows as they are.
        """
        return self._beside(CELLS_FILE, self._cells)

    @cached_property
    def cell_agreement(self) -> pd.DataFrame | None:
        """The share of independent chains' tables that agree on each cell, as `cell_confidence` is laid out.

        ``None`` where no chains searched.
        """
        return self._beside(AGREEMENT_FILE, self._agreement)

    @cached_property
    def determined_cells(self) -> pd.DataFrame | None:
        """Whether each cell is the same in every table that was found, under the names of its columns.

        Cells of numbers are the same where no split point lies between. Those of features that no tree splits on are
        open. ``None`` where it was not looked at: by a chain alone, or where the file stores the rows as they are.
        """
        return self._beside(DETERMINED_FILE, self._determined)

    @cached_property
    def drawn_tables(self) -> DrawnTables:
        """The tables drawn from ``Q(table | file)``, in the order of `quality.tables`; empty where none were asked for.

        Rows are in the order of `frame`'s, as far as the file tells rows apart. Each table has its own values.
        """
        if self._tables is not None:
            return self._tables
        return DrawnTables(len(self.quality.tables), self.path)

    def _beside(self, name: str, held: pd.DataFrame | None) -> pd.DataFrame | None:
        if held is not None or self.path is None or not (self.path / name).is_file():
            return held
        return read_rows(self.path / name)

    @property
    def what_is_open(self) -> list[str]:
        """Which cells are the same whatever table is found, in words, one sentence a line."""
        return open_words(self.quality)

    @property
    def next_action(self) -> str | None:
        """What to do next for a better table; ``None`` where nothing is left to do."""
        informed = self.provenance.prior["kind"] != "none"
        return next_action(self.quality, informed, self.schema.target.is_class)

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
        beside = {
            CELLS_FILE: self.cell_confidence,
            AGREEMENT_FILE: self.cell_agreement,
            DETERMINED_FILE: self.determined_cells,
        }
        frames = {name: frame.to_parquet(index=False) for name, frame in beside.items() if frame is not None}
        return {DOCUMENT: self.document(), **frames, **self.drawn_tables.documents()}

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
            found.drawn_tables.check(found.schema, found.n_rows)
            return found

    def __eq__(self, other: object) -> bool:
        same = super().__eq__(other)
        if same is not True or not isinstance(other, Rebuilt):
            return same
        return all(one.equals(two) for one, two in zip(self.drawn_tables, other.drawn_tables, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def notebook(self) -> list[ShownTable]:
        """Return how often rows of so much confidence are right, and the first rows."""
        bins = pd.DataFrame([vars(each) for each in self.quality.confidence])
        return [ShownTable(bins, floats=None, index=False), ShownTable(self.frame.head(), floats=None)]

    def remarks(self) -> list[str]:
        """Return how well the table fits the file, what is open, what confidence says, what to do, and the notes."""
        todo, said = self.next_action, confidence_words(self.quality)
        sure = [] if said is None else [f"confidence: {said}"]
        next_line = [] if todo is None else [f"to do: {todo}"]
        return [self.quality.verdict, *self.what_is_open, *sure, *next_line, *super().remarks()]
