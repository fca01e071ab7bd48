"""The rebuilt table, what the engines say of it, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, Self

import pandas as pd

from retrodict.inference.diagnostics import Diagnostics
from retrodict.plain_text import json_text, plain_lines, shown, shown_plainly
from retrodict.reconstruction.loading import (
    check_rows,
    checked,
    holding,
    part,
    provenance_of,
    read_document,
    read_rows,
    reports_of,
    schema_of,
    texts,
)
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.rebuild_quality import Rebuilt
from retrodict.results.folder import ROWS_FILE, write_folder
from retrodict.schema import Schema

DOCUMENT = "reconstruction.json"
CELLS_FILE = "cell_confidence.parquet"


@shown_plainly
@dataclass(frozen=True, eq=False)
class Reconstruction:
    """A table of rows with labels, its diagnostics and its provenance.

    It prints itself, shows itself in a notebook, and is written and read back as a folder.

    Parameters
    ----------
    schema
        Features and target.
    diagnostics
        One report a class; a single one, `rows`, for a regressor, or for a training table that was rebuilt.
    provenance
        Where it comes from.
    path
        The folder that holds the rows; ``None`` where they are in memory.
    rebuilt
        How the training table itself was rebuilt; ``None`` where rows were drawn.
    notes
        What a user should know of how the rows came about, in plain sentences.
    """

    schema: Schema
    diagnostics: tuple[Diagnostics, ...]
    provenance: Provenance
    path: Path | None = None
    rebuilt: Rebuilt | None = None
    notes: tuple[str, ...] = ()
    _frame: pd.DataFrame | None = field(default=None, repr=False)
    _cells: pd.DataFrame | None = field(default=None, repr=False)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows: features under their raw names, then the target; read from disk at first use if they lie there.

        A rebuilt table has each row's confidence in a last column.
        """
        if self._frame is not None:
            return self._frame
        assert self.path is not None  # a reconstruction has rows in one place or the other
        return read_rows(self.path / ROWS_FILE)

    @cached_property
    def cell_confidence(self) -> pd.DataFrame | None:
        """The share of independent chains that agree on each cell of a rebuilt table, under the names of its columns.

        NaN for features that no tree splits on. ``None`` where rows were drawn, or stored in the file as they are.
        """
        if self._cells is not None or self.path is None or not (self.path / CELLS_FILE).is_file():
            return self._cells
        return read_rows(self.path / CELLS_FILE)

    @property
    def n_rows(self) -> int:
        """Rows found."""
        return sum(report.reached for report in self.diagnostics)

    @property
    def complete(self) -> bool:
        """Whether every class has all the rows asked for."""
        return all(report.complete for report in self.diagnostics)

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """One line for each class that fell short."""
        return tuple(
            f"{self._what} {report.observation}: {report.verdict}" for report in self.diagnostics if not report.complete
        )

    @property
    def _what(self) -> str:
        if self.rebuilt is not None:
            return "table"
        return "class" if self.schema.target.is_class else "target"

    def summary(self) -> pd.DataFrame:
        """Return the diagnostics as a table, one row a class."""
        reports = pd.DataFrame([report.to_dict() for report in self.diagnostics])
        return reports.set_index("observation").rename_axis(self._what)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the rows as plain data, as it is kept beside them and printed by ``--json``."""
        return {
            "rows": self.n_rows,
            "complete": self.complete,
            "queries": self.provenance.queries,
            "seed": self.provenance.seed,
            **({} if self.rebuilt is None else self.rebuilt.to_dict()),
            "notes": list(self.notes),
            "classes": {report.observation: report.to_dict() for report in self.diagnostics},
            "schema": self.schema.to_dict(),
            "provenance": self.provenance.to_dict(),
        }

    def documents(self) -> dict[str, str | bytes]:
        """Return what lies beside the rows on disk: `to_dict` as JSON text, and what is known of single cells."""
        text = json_text(self.to_dict()) + "\n"
        cells = self.cell_confidence
        return {DOCUMENT: text} | ({} if cells is None else {CELLS_FILE: cells.to_parquet(index=False)})

    def save(self, out: str | Path) -> Path:
        """Write the rows, the confidence of cells (Parquet) and all the rest (JSON) to a new folder.

        Raises
        ------
        RequestError
            If the folder holds something, or can't be written.
        """
        return write_folder(out, self.frame, self.documents())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a reconstruction back from its folder.

        Raises
        ------
        RequestError
            If the folder holds no reconstruction.
        """
        path = Path(path)
        with holding(path, "reconstruction"):
            data = read_document(path / DOCUMENT)
            reports = reports_of(list(part(data, "classes", dict).values()), "classes")
            rebuilt = checked(Rebuilt, lambda: Rebuilt.from_dict(data), DOCUMENT) if "energy" in data else None
            notes = texts(data, "notes") if "notes" in data else ()
            found = cls(schema_of(data), reports, provenance_of(data), path, rebuilt, notes)
            more = set() if rebuilt is None else {rebuilt.confidence_column}
            check_rows(path / ROWS_FILE, found.schema, more, found.n_rows)
            return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reconstruction):
            return NotImplemented
        return self.to_dict() == other.to_dict() and self.frame.equals(other.frame)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        about = self.provenance
        head = (
            f"Reconstruction: {self.n_rows:,} rows of {len(self.schema)} features from {shown(about.model['family'])} "
            f"({about.queries:,} model calls, seed {about.seed})"
        )
        notes = (f"  note: {shown(note, None)}" for note in self.notes)
        return "\n".join([head, *_lines(self._what, self.diagnostics), *notes])

    def _repr_html_(self) -> str:
        columns = ["reached", "engine", "exact", "evidence", "evidence_se", "ess", "queries", "verdict"]
        head = repr(self).split("\n", 1)[0]
        diagnostics = self.summary()[columns].to_html(float_format="{:.4g}".format)
        return plain_lines(f"<p><b>{escape(head)}</b></p>{diagnostics}{self.frame.head().to_html()}")


def _lines(what: str, reports: Iterable[Diagnostics], limit: int = 12) -> list[str]:
    reports = list(reports)
    lines = [f"  {what} {shown(report.observation)}: {shown(report.verdict, None)}" for report in reports[:limit]]
    return lines + ([f"  ... and {len(reports) - limit} more"] if len(reports) > limit else [])
