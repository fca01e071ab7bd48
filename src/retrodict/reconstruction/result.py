"""The rows that were drawn, what the engines say of them, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from retrodict.inference.diagnostics import Diagnostics
from retrodict.reconstruction.labelled_rows import LabelledRows, every_so_manieth
from retrodict.reconstruction.loading import check_parts, check_rows, parts_of, provenance_of, reports_of, schema_of
from retrodict.reconstruction.provenance import Provenance
from retrodict.results.documents import OddError, holding, notes, parsed_document, part, read_document
from retrodict.results.folder import ROWS_FILE
from retrodict.results.notes import Note
from retrodict.results.result import ShownTable
from retrodict.results.store.folder import FolderStore
from retrodict.results.store.parts import Parts
from retrodict.results.store.places import store_of
from retrodict.schema import Schema

DOCUMENT = "reconstruction.json"

_LOOKED = 8
"""Parts that are read where some of the rows are enough."""

SHOWN = 12
"""Classes of which a printed reconstruction speaks."""


@dataclass(frozen=True, eq=False, repr=False)
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
        The folder that holds the rows; ``None`` where they are in memory, or at an address.
    notes
        What a user should know of how the rows came about, in plain sentences.
    parts
        The files that hold the rows where many workers drew them; ``None`` of one that drew them alone.
    """

    schema: Schema
    diagnostics: tuple[Diagnostics, ...]
    provenance: Provenance
    path: Path | None = None
    notes: tuple[Note, ...] = ()
    _frame: pd.DataFrame | None = field(default=None, repr=False)
    parts: Parts | None = None

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

    def content(self) -> dict[str, Any]:
        """Return everything but the rows, as it is kept beside them."""
        return {
            "rows": self.n_rows,
            "complete": self.complete,
            "queries": self.provenance.queries,
            "seed": self.provenance.seed,
            "notes": self.notes,
            "classes": {report.observation: report for report in self.diagnostics},
            "schema": self.schema,
            "provenance": self.provenance,
            **({} if self.parts is None else {"parts": {"rows": self.parts.rows, "bytes": self.parts.sizes}}),
        }

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield the rows in tables that follow one another, so that more of them than fit in memory can be read.

        Raises
        ------
        RequestError
            If a file of them is gone, or damaged.
        """
        if self.parts is None:
            yield self.frame
            return
        for one in self.parts.tables():
            yield one.to_pandas()

    def thinned(self, most: int) -> pd.DataFrame:
        """Return at most so many of the rows, evenly spread; of many parts, which are alike, only some are read."""
        if self.parts is None:
            return super().thinned(most)
        looked = np.unique(np.linspace(0, len(self.parts.rows) - 1, _LOOKED).astype(np.int64))
        tables = self.parts.tables(looked.tolist())
        return pd.concat([every_so_manieth(one.to_pandas(), most // len(looked)) for one in tables], ignore_index=True)

    def _read(self) -> pd.DataFrame:
        return super()._read() if self.parts is None else self.parts.whole(len(self.schema) + 1)

    def documents(self) -> dict[str, str | bytes]:
        """Return what lies beside the rows on disk; `save` writes them as one file."""
        return {DOCUMENT: replace(self, parts=None).document()}

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a reconstruction back from its folder, or from the address that its parts were written to.

        Raises
        ------
        RequestError
            If the place holds no reconstruction.
        RunError
            If an address can't be reached.
        """
        store = store_of(path)
        folder = store.folder if isinstance(store, FolderStore) else None
        with holding(store.place, "reconstruction"):
            if folder is None:
                try:
                    data = parsed_document(store.get(DOCUMENT), DOCUMENT)
                except FileNotFoundError:  # whose name libraries of stores do not say
                    raise OddError(f"'{DOCUMENT}' is not there") from None
            else:
                data = read_document(folder / DOCUMENT)
            reports = reports_of(list(part(data, "classes", dict).values()), "classes")
            parts = parts_of(data, store)
            found = cls(schema_of(data), reports, provenance_of(data), folder, notes(data, "notes"), parts=parts)
            if parts is not None:
                check_parts(parts, found.schema, found.n_rows)
            elif folder is not None:
                check_rows(folder / ROWS_FILE, found.schema, set(), found.n_rows)
            else:
                raise OddError("it names no parts")
            return found

    def notebook(self) -> list[ShownTable]:
        """Return the diagnostics, and the first rows."""
        columns = ["reached", "engine", "exact", "evidence", "evidence_se", "ess", "queries", "verdict"]
        return [ShownTable(self.summary()[columns], floats="{:.4g}"), ShownTable(self.frame.head(), floats=None)]

    def remarks(self) -> list[str]:
        """Return what the engine says of each class, and the notes."""
        reports = [f"{self._what} {report.observation}: {report.verdict}" for report in self.diagnostics]
        more = [f"... and {len(reports) - SHOWN} more"] if len(reports) > SHOWN else []
        return [*reports[:SHOWN], *more, *super().remarks()]
