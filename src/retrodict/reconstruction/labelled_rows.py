"""Rows with labels that came from a model: what `Reconstruction` and `Rebuilt` have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retrodict.extras import extra_for
from retrodict.reconstruction.loading import read_rows
from retrodict.reconstruction.provenance import Provenance
from retrodict.results.folder import ROWS_FILE
from retrodict.results.notes import Note
from retrodict.results.result import FolderResult
from retrodict.schema import Schema

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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

    def thinned(self, most: int) -> pd.DataFrame:
        """Return at most so many of the rows, evenly spread over them."""
        return every_so_manieth(self.frame, most)

    def plot(self, features: Sequence[str] | None = None) -> Figure:
        """Draw features one by one, a line a class, or a third of a real-valued target.

        Parameters
        ----------
        features
            Which; by default the twelve in which classes differ most, where there are more.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        RequestError
            If there are no rows, or a feature is unknown.
        """
        with extra_for("a picture"):
            from retrodict.reconstruction.row_picture import draw
        return draw(self, features)

    @property
    def head(self) -> str:
        """What it is, in one line."""
        about = self.provenance
        return (
            f"{type(self).__name__}: {self.n_rows:,} rows of {len(self.schema)} features from "
            f"{about.model['family']} ({about.queries:,} model calls, seed {about.seed})"
        )


def every_so_manieth(frame: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return at most so many rows of a table, evenly spread over it."""
    return frame if len(frame) <= most else frame.iloc[np.linspace(0, len(frame) - 1, most).astype(np.int64)]
