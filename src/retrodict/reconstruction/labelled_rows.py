"""Rows with labels that came from a model: what `Reconstruction` and `Rebuilt` have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from retrodict.plain_text import shown
from retrodict.reconstruction.loading import read_rows
from retrodict.reconstruction.provenance import Provenance
from retrodict.results.folder import ROWS_FILE, write_folder
from retrodict.schema import Schema


class LabelledRows(ABC):
    """A table of rows with labels, and where it comes from, in memory or in a folder.

    Whatever takes a result of `reconstruct` takes one of `rebuild` too: it asks for this.
    """

    schema: Schema
    provenance: Provenance
    path: Path | None
    notes: tuple[str, ...]
    _frame: pd.DataFrame | None

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """Rows of the table."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return everything but the rows as plain data, as it is kept beside them and printed by ``--json``."""

    @abstractmethod
    def documents(self) -> dict[str, str | bytes]:
        """Return what lies beside the rows on disk."""

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows: features under their raw names, then the target; read from disk at first use if they lie there."""
        if self._frame is not None:
            return self._frame
        assert self.path is not None  # rows are in one place or the other
        return read_rows(self.path / ROWS_FILE)

    def save(self, out: str | Path) -> Path:
        """Write the rows (Parquet) and all the rest to a new folder.

        Raises
        ------
        RequestError
            If the folder holds something, or can't be written.
        """
        return write_folder(out, self.frame, self.documents())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.to_dict() == other.to_dict() and self.frame.equals(other.frame)

    __hash__ = None  # type: ignore[assignment]

    def _head(self) -> str:
        about = self.provenance
        return (
            f"{type(self).__name__}: {self.n_rows:,} rows of {len(self.schema)} features from "
            f"{shown(about.model['family'])} ({about.queries:,} model calls, seed {about.seed})"
        )

    def _notes(self) -> list[str]:
        return [f"  note: {shown(note, None)}" for note in self.notes]
