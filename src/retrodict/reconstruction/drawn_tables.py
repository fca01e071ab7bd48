"""Tables that were drawn beside a rebuilt one: read one at a time where they lie in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import pandas as pd

from retrodict.reconstruction.loading import check_rows, read_rows
from retrodict.schema import Schema

FOLDER = "tables"


def file_of(number: int) -> str:
    """Return where in a result's folder a table lies."""
    return f"{FOLDER}/table_{number:03d}.parquet"


@dataclass(frozen=True, eq=False)
class DrawnTables(Sequence[pd.DataFrame]):
    """Tables drawn from ``Q(table | file)``, each with features under their raw names, then the target.

    It is a sequence of frames. Those of a folder are read when they are asked for, each time anew.

    Parameters
    ----------
    many
        How many there are.
    path
        The result's folder that holds them; ``None`` where they are in memory.
    """

    many: int = 0
    path: Path | None = None
    _frames: tuple[pd.DataFrame, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, frames: Sequence[pd.DataFrame]) -> DrawnTables:
        """Return tables that are in memory."""
        return cls(len(frames), None, tuple(frames))

    def __len__(self) -> int:
        return self.many

    @overload
    def __getitem__(self, at: int) -> pd.DataFrame: ...

    @overload
    def __getitem__(self, at: slice) -> list[pd.DataFrame]: ...

    def __getitem__(self, at: int | slice) -> pd.DataFrame | list[pd.DataFrame]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(self.many))]
        number = range(self.many)[at]
        return self._frames[number] if self.path is None else read_rows(self.path / file_of(number))

    def documents(self) -> dict[str, bytes]:
        """Return them as files of a result's folder."""
        return {file_of(i): frame.to_parquet(index=False) for i, frame in enumerate(self)}

    def check(self, schema: Schema, rows: int) -> None:
        """Check each table of a folder by its head; see `check_rows`."""
        for i in range(self.many):
            assert self.path is not None
            check_rows(self.path / file_of(i), schema, set(), rows)
