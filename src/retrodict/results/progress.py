"""Progress of long work, on standard error: a bar in a terminal, and a line now and then elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

from retrodict.plain_text import one_line, shown

FIRST_LINE, LONGEST_PAUSE = 10.0, 60.0
"""Seconds until the first line where there is no terminal, and between two lines at most: their pauses grow."""

_FEWEST = 2


class _Shown:
    """What is shown of this process's work: one bar at a time, that of the outermost work, and none where hushed."""

    def __init__(self) -> None:
        self.bar: _Bar | None = None
        self.hushed = 0


_shown = _Shown()


@contextmanager
def hushed() -> Iterator[None]:
    """Show no progress inside: of work whose caller tells of it in its own way, or was asked to be quiet."""
    _shown.hushed += 1
    try:
        yield
    finally:
        _shown.hushed -= 1


class _Bar:
    """A bar on standard error, or a line now and then where that is no terminal; a context manager."""

    def __init__(self, what: str, total: float, show: bool | None, *told: ProgressColumn, **fields: Any) -> None:
        terminal = sys.stderr is not None and sys.stderr.isatty()
        self._what = what
        self._lines = show is not False and not terminal
        self._start = self._told_at = time.monotonic()
        self._pause = FIRST_LINE
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            *told,
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=show is False or not terminal,
            transient=True,
        )
        self._task = self._bar.add_task(what, total=total, **fields)

    def __enter__(self) -> Self:
        if _shown.hushed or _shown.bar is not None:
            self._lines, self._bar.disable = False, True
        else:
            _shown.bar = self
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if _shown.bar is self:
            _shown.bar = None
        if not self._bar.disable:  # older releases of rich end one that was never shown with an empty line
            self._bar.stop()

    def _tell(self, share: float, text: str) -> None:
        """Print a line where there is no terminal, if none was printed for a while."""
        now = time.monotonic()
        if self._lines and now - self._told_at >= self._pause:
            self._told_at, self._pause = now, min(2 * self._pause, LONGEST_PAUSE)
            print(progress_line(self._what, share, now - self._start, text), file=sys.stderr, flush=True)


def progress_line(what: str, share: float, seconds: float, text: str = "") -> str:
    """Say in one line how far work is, and how long the rest will take at that rate.

    Parameters
    ----------
    what
        What is under way.
    share
        How much of it is done, 0 to 1.
    seconds
        How long that took.
    text
        What else to say of it.
    """
    left = f", about {in_words(seconds * (1 - share) / share)} left" if 0 < share < 1 else ""
    more = f"; {text}" if text else ""
    return one_line(f"{what}: {min(max(share, 0.0), 1.0):.0%}{more}; {in_words(seconds)} so far{left}")


def in_words(seconds: float) -> str:
    """Return a time as people say it: `40 s`, `3 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


class RowProgress(_Bar):
    """A bar of rows found.

    Parameters
    ----------
    what
        What is under way.
    total
        Rows wanted.
    show
        Whether to show it; ``None`` shows a bar where standard error is a terminal, and lines elsewhere.
    """

    def __init__(self, what: str, total: int, show: bool | None = None) -> None:
        calls = TextColumn("{task.fields[calls]:,} model calls")
        super().__init__(what, total, show, MofNCompleteColumn(), calls, calls=0)
        self._total = total

    def update(self, rows: int, calls: int) -> None:
        """Say how many rows are found, for how many model calls."""
        self._bar.update(self._task, completed=rows, calls=calls)
        self._tell(rows / max(self._total, 1), f"{rows:,} of {self._total:,} rows, {calls:,} model calls")


class EnergyProgress(_Bar):
    """A bar of a search for the table of least energy; `what` and `show` are those of `RowProgress`."""

    def __init__(self, what: str, show: bool | None = None) -> None:
        energy = TextColumn("energy {task.fields[energy]:.4g}")
        super().__init__(what, 1.0, show, TaskProgressColumn(), energy, energy=math.inf)

    def say(self, text: str) -> None:
        """Print a line that is to be read before the search goes on."""
        if not self._bar.disable or self._lines:
            print(one_line(f"{self._what}: {text}"), file=sys.stderr, flush=True)

    def update(self, share: float, energy: float) -> None:
        """Say what share of the search is done, and the least energy so far."""
        self._bar.update(self._task, completed=share, energy=energy)
        self._tell(share, f"energy {energy:.4g}")


class CellProgress(_Bar):
    """A bar of a study's cells, with those that failed and the rate; `show` is that of `RowProgress`."""

    def __init__(self, show: bool | None = None) -> None:
        failed, rate = TextColumn("{task.fields[failed]} failed"), TextColumn("{task.fields[rate]} a minute")
        columns = (MofNCompleteColumn(), failed, rate, TextColumn("{task.fields[name]}", markup=False))
        super().__init__("study", 1.0, show, *columns, failed=0, rate="-", name="checking the design")
        self._failed = self._done = self._left = 0

    def begin(self, cells: int, left: int) -> None:
        """Say how many cells there are, and how many of them are still to be run."""
        self._bar.reset(self._task, total=cells, completed=cells - left, name="")
        self._start, self._left = time.monotonic(), left

    def update(self, name: str, failed: bool) -> None:
        """Say which cell was written, and whether it failed."""
        self._failed += failed
        self._done += 1
        passed = max(time.monotonic() - self._start, 1e-9)
        rate = f"{self._done / passed * 60.0:,.0f}"
        self._bar.advance(self._task)
        self._bar.update(self._task, failed=self._failed, rate=rate, name=shown(name))
        told = f"{self._done:,} of {self._left:,} cells, {self._failed:,} failed, {rate} a minute"
        self._tell(self._done / max(self._left, 1), told)


class LineProgress:
    """Tells lines that work makes of its own progress now and then, on standard error; to be called with each.

    Parameters
    ----------
    what
        What is under way.
    """

    def __init__(self, what: str) -> None:
        self._what, self._told_at, self._pause = what, time.monotonic(), FIRST_LINE

    def __call__(self, line: str) -> None:
        """Print a line, if none was printed for a while."""
        now = time.monotonic()
        if not _shown.hushed and _shown.bar is None and now - self._told_at >= self._pause:
            self._told_at, self._pause = now, min(2 * self._pause, LONGEST_PAUSE)
            print(one_line(f"{self._what}: {line}"), file=sys.stderr, flush=True)


class StepProgress(_Bar):
    """A bar of steps that take about as long as one another; `what` and `show` are those of `RowProgress`."""

    def __init__(self, what: str, total: int, show: bool | None = None) -> None:
        super().__init__(what, total, show, MofNCompleteColumn())
        self._done, self._total = 0, total

    def step(self) -> None:
        """Say that one more is done."""
        self._done += 1
        self._bar.update(self._task, completed=self._done)
        self._tell(self._done / max(self._total, 1), f"{self._done:,} of {self._total:,}")


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how far work of so many steps is, and about how long the rest takes, unless other work shows that already.

    Parameters
    ----------
    what
        What is under way.
    total
        Its steps. Of a single one nothing is shown: there is nothing to tell before it is done.

    Yields
    ------
    Callable
        To be called after each step.
    """
    if total < _FEWEST:
        yield lambda: None
        return
    with StepProgress(what, total) as bar:
        yield bar.step
