"""The rebuilt table, what the engines say of it, and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pandas as pd

from retrodict.errors import RequestError
from retrodict.inference.diagnostics import Diagnostics
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.rebuilt import Rebuilt
from retrodict.reconstruction.store import ROWS_FILE, write_folder
from retrodict.schema import Schema

DOCUMENT = "reconstruction.json"
CELLS_FILE = "cell_confidence.parquet"


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
        return pd.read_parquet(self.path / ROWS_FILE)

    @cached_property
    def cell_confidence(self) -> pd.DataFrame | None:
        """The share of independent chains that agree on each cell of a rebuilt table, under the names of its columns.

        NaN for features that no tree splits on. ``None`` where rows were drawn, or stored in the file as they are.
        """
        if self._cells is not None or self.path is None or not (self.path / CELLS_FILE).is_file():
            return self._cells
        return pd.read_parquet(self.path / CELLS_FILE)

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
        text = json.dumps(self.to_dict(), indent=2, allow_nan=False, default=str) + "\n"
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
        try:
            data = json.loads((path / DOCUMENT).read_text(encoding="utf-8"))
            reports = tuple(Diagnostics.from_dict(report) for report in data["classes"].values())
            if not (path / ROWS_FILE).is_file():
                raise FileNotFoundError(ROWS_FILE)
            rebuilt = Rebuilt.from_dict(data) if "energy" in data else None
            schema, about = Schema.from_dict(data["schema"]), Provenance(**data["provenance"])
            return cls(schema, reports, about, path, rebuilt, tuple(data.get("notes", ())))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RequestError(f"'{path}' holds no reconstruction: {type(error).__name__}: {error}") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reconstruction):
            return NotImplemented
        return self.to_dict() == other.to_dict() and self.frame.equals(other.frame)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        about = self.provenance
        head = (
            f"Reconstruction: {self.n_rows:,} rows of {len(self.schema)} features from {about.model['family']} "
            f"({about.queries:,} model calls, seed {about.seed})"
        )
        return "\n".join([head, *_lines(self._what, self.diagnostics), *(f"  note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        columns = ["reached", "engine", "exact", "evidence", "evidence_se", "ess", "queries", "verdict"]
        head = repr(self).split("\n", 1)[0]
        diagnostics = self.summary()[columns].to_html(float_format="{:.4g}".format)
        return f"<p><b>{head}</b></p>{diagnostics}{self.frame.head().to_html()}"


def _lines(what: str, reports: Iterable[Diagnostics], limit: int = 12) -> list[str]:
    reports = list(reports)
    lines = [f"  {what} {report.observation}: {report.verdict}" for report in reports[:limit]]
    return lines + ([f"  ... and {len(reports) - limit} more"] if len(reports) > limit else [])
