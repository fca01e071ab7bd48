"""The rows that were drawn, what the engines say of them, and where they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Self

import pandas as pd

from retrodict.inference.diagnostics import Diagnostics
from retrodict.plain_text import json_text, plain_lines, shown, shown_plainly
from retrodict.reconstruction.labelled_rows import LabelledRows
from retrodict.reconstruction.loading import (
    check_rows,
    holding,
    part,
    provenance_of,
    read_document,
    reports_of,
    schema_of,
    texts,
)
from retrodict.reconstruction.provenance import Provenance
from retrodict.results.folder import ROWS_FILE
from retrodict.schema import Schema

DOCUMENT = "reconstruction.json"


@shown_plainly
@dataclass(frozen=True, eq=False)
class Reconstruction(LabelledRows):
    """A table of rows with labels, its diagnostics and its provenance.

    It prints itself, shows itself in a notebook, and is written and read back as a folder.

    Parameters
    ----------
    schema
        Features and target.
    diagnostics
        One report a class; a single one, `rows`, for a regressor.
    provenance
        Where it comes from.
    path
        The folder that holds the rows; ``None`` where they are in memory.
    notes
        What a user should know of how the rows came about, in plain sentences.
    """

    schema: Schema
    diagnostics: tuple[Diagnostics, ...]
    provenance: Provenance
    path: Path | None = None
    notes: tuple[str, ...] = ()
    _frame: pd.DataFrame | None = field(default=None, repr=False)

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
            "notes": list(self.notes),
            "classes": {report.observation: report.to_dict() for report in self.diagnostics},
            "schema": self.schema.to_dict(),
            "provenance": self.provenance.to_dict(),
        }

    def documents(self) -> dict[str, str | bytes]:
        """Return what lies beside the rows on disk: `to_dict` as JSON text."""
        return {DOCUMENT: json_text(self.to_dict()) + "\n"}

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
            notes = texts(data, "notes") if "notes" in data else ()
            found = cls(schema_of(data), reports, provenance_of(data), path, notes)
            check_rows(path / ROWS_FILE, found.schema, set(), found.n_rows)
            return found

    def __repr__(self) -> str:
        return "\n".join([self._head(), *_lines(self._what, self.diagnostics), *self._notes()])

    def _repr_html_(self) -> str:
        columns = ["reached", "engine", "exact", "evidence", "evidence_se", "ess", "queries", "verdict"]
        diagnostics = self.summary()[columns].to_html(float_format="{:.4g}".format)
        return plain_lines(f"<p><b>{escape(self._head())}</b></p>{diagnostics}{self.frame.head().to_html()}")


def _lines(what: str, reports: Iterable[Diagnostics], limit: int = 12) -> list[str]:
    reports = list(reports)
    lines = [f"  {what} {shown(report.observation)}: {shown(report.verdict, None)}" for report in reports[:limit]]
    return lines + ([f"  ... and {len(reports) - limit} more"] if len(reports) > limit else [])
