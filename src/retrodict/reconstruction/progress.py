"""Progress of long work, on standard error."""

from __future__ import annotations

import math
import sys
import time
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class _Bar:
    """A bar on standard error; a context manager."""

    def __init__(self, what: str, total: float, show: bool | None, *told: ProgressColumn, **fields: Any) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            *told,
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not (sys.stderr.isatty() if show is None else show),
            transient=True,
        )
        self._task = self._bar.add_task(what, total=total, **fields)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._bar.disable:  # older releases of rich end one that was never shown with an empty line
            self._bar.stop()


class RowProgress(_Bar):
    """A bar of rows found.

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
        calls = TextColumn("{task.fields[calls]:,} model calls")
        super().__init__(what, total, show, MofNCompleteColumn(), calls, calls=0)

    def update(self, rows: int, calls: int) -> None:
        """Say how many rows are found, for how many model calls."""
        self._bar.update(self._task, completed=rows, calls=calls)


class EnergyProgress(_Bar):
    """A bar of a search for the table of least energy; `what` and `show` are those of `RowProgress`."""

    def __init__(self, what: str, show: bool | None = None) -> None:
        energy = TextColumn("energy {task.fields[energy]:.4g}")
        super().__init__(what, 1.0, show, TaskProgressColumn(), energy, energy=math.inf)

    def update(self, share: float, energy: float) -> None:
        """Say what share of the search is done, and the least energy so far."""
        self._bar.update(self._task, completed=share, energy=energy)


class CellProgress(_Bar):
    """A bar of a study's cells, with those that failed and the rate; `show` is that of `RowProgress`."""

    def __init__(self, show: bool | None = None) -> None:
        failed, rate = TextColumn("{task.fields[failed]} failed"), TextColumn("{task.fields[rate]} a minute")
        columns = (MofNCompleteColumn(), failed, rate, TextColumn("{task.fields[name]}"))
        super().__init__("study", 1.0, show, *columns, failed=0, rate="-", name="checking the design")
        self._failed = 0

    def begin(self, cells: int, left: int) -> None:
        """Say how many cells there are, and how many of them are still to be run."""
        self._bar.reset(self._task, total=cells, completed=cells - left, name="")
        self._start, self._first = time.monotonic(), cells - left

    def update(self, name: str, failed: bool) -> None:
        """Say which cell was written, and whether it failed."""
        self._failed += failed
        self._bar.advance(self._task)
        passed = max(time.monotonic() - self._start, 1e-9)
        rate = (self._bar.tasks[0].completed - self._first) / passed * 60.0
        self._bar.update(self._task, failed=self._failed, rate=f"{rate:,.0f}", name=name)
