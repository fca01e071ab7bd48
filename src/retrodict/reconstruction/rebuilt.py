"""A training table that was rebuilt: its rows, how well they fit the file, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, Self

import pandas as pd

from retrodict.plain_text import json_text, plain_lines, shown, shown_plainly
from retrodict.reconstruction.labelled_rows import LabelledRows
from retrodict.reconstruction.loading import (
    check_rows,
    checked,
    holding,
    provenance_of,
    read_document,
    read_rows,
    schema_of,
    texts,
)
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.rebuild_quality import RebuildQuality
from retrodict.results.folder import ROWS_FILE
from retrodict.schema import Schema

DOCUMENT = "rebuild.json"
CELLS_FILE = "cell_confidence.parquet"


@shown_plainly
@dataclass(frozen=True, eq=False)
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
    notes: tuple[str, ...] = ()
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

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the rows as plain data, as it is kept beside them and printed by ``--json``."""
        return {
            **self.quality.to_dict(),
            "queries": self.provenance.queries,
            "seed": self.provenance.seed,
            "notes": list(self.notes),
            "schema": self.schema.to_dict(),
            "provenance": self.provenance.to_dict(),
        }

    def documents(self) -> dict[str, str | bytes]:
        """Return what lies beside the rows on disk: `to_dict` as JSON text, and what is known of single cells."""
        text = json_text(self.to_dict()) + "\n"
        cells = self.cell_confidence
        return {DOCUMENT: text} | ({} if cells is None else {CELLS_FILE: cells.to_parquet(index=False)})

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
            found = cls(schema_of(data), provenance_of(data), quality, path, texts(data, "notes"))
            check_rows(path / ROWS_FILE, found.schema, {quality.confidence_column}, found.n_rows)
            return found

    def __repr__(self) -> str:
        return "\n".join([self._head(), f"  {shown(self.quality.verdict, None)}", *self._notes()])

    def _repr_html_(self) -> str:
        bins = pd.DataFrame([vars(each) for each in self.quality.confidence]).to_html(index=False)
        head = f"<p><b>{escape(self._head())}</b><br>{escape(self.quality.verdict)}</p>"
        return plain_lines(head + bins + self.frame.head().to_html())
