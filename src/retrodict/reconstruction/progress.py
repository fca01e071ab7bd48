"""Progress of long work, on standard error."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class RowProgress:
    """A bar of rows found; a context manager.

    Parameters
    ----------
    what
        What is under way.
    total
        Rows wanted.
    show
        Whether to show it; ``None`` shows it where standard error is a terminal.
    """

    def __init__(self, what: str, total: int, show: bool | None = None) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[calls]:,} model calls"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not (sys.stderr.isatty() if show is None else show),
            transient=True,
        )
        self._task = self._bar.add_task(what, total=total, calls=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def update(self, rows: int, calls: int) -> None:
        """Say how many rows are found, for how many model calls."""
        self._bar.update(self._task, completed=rows, calls=calls)
