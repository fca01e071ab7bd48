"""Rows with labels that came from a model: what `Reconstruction` and `Rebuilt` have in common."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pathlib import Path

import pandas as pd

from retrodict.reconstruction.loading import read_rows
from retrodict.reconstruction.provenance import Provenance
from retrodict.results.folder import ROWS_FILE
from retrodict.results.notes import Note
from retrodict.results.result import FolderResult
from retrodict.schema import Schema


class LabelledRows(FolderResult):
    """A table of rows with labels, and where it comes from, in memory or in a folder.

    Whatever takes a result of `reconstruct` takes one of `rebuild` too: it asks for this.
    """

    schema: Schema
    provenance: Provenance
    path: Path | None
    notes: tuple[Note, ...]
    _frame: pd.DataFrame | None

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """Rows of the table."""

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows: features under their raw names, then the target; read from disk at first use if they lie there."""
        return self._read() if self._frame is None else self._frame

    def _read(self) -> pd.DataFrame:
        """Return the rows from where they lie."""
        assert self.path is not None  # rows are in one place or the other
        return read_rows(self.path / ROWS_FILE)

    @property
    def head(self) -> str:
        """What it is, in one line."""
        about = self.provenance
        return (
            f"{type(self).__name__}: {self.n_rows:,} rows of {len(self.schema)} features from "
            f"{about.model['family']} ({about.queries:,} model calls, seed {about.seed})"
        )
