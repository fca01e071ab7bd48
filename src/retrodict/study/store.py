"""A study's file: one SQLite database, one writer, one transaction a cell."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from retrodict.errors import RequestError, RunError
from retrodict.study.reading import reading
from retrodict.study.tables import APPLICATION, COLUMNS, TABLES

if TYPE_CHECKING:
    import pandas as pd

    from retrodict.study.design import Cell, Design


@dataclass(frozen=True)
class Status:
    """How far a study is.

    Parameters
    ----------
    name
        Of the study.
    cells, done, failed
        Cells of its design, those measured, and those that failed.
    seconds
        Work of all cells so far.
    rate
        Cells a minute over the last two hundred, pauses left out; None before the first.
    started_at, last_at
        When it was first run, and when its last cell was written (UTC, ISO 8601).
    failures
        How many cells failed for each reason.
    """

    name: str
    cells: int
    done: int
    failed: int
    seconds: float
    rate: float | None
    started_at: str
    last_at: str | None
    failures: Mapping[str, int]

    @property
    def left(self) -> int:
        """Cells that were not run yet."""
        return self.cells - self.done - self.failed

    @property
    def seconds_left(self) -> float | None:
        """How long the cells left will take at that rate; None where it is not known."""
        return None if self.rate is None else 60.0 * self.left / self.rate

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        own = {key: getattr(self, key) for key in self.__dataclass_fields__}
        return {**own, "failures": dict(self.failures), "left": self.left, "seconds_left": self.seconds_left}


class Writer:
    """The one writer of a study's file; a context manager.

    A second one is refused. Each cell is a transaction of its own: a run that is killed at any moment leaves a file
    with every cell that was written, whole, and none twice.

    Parameters
    ----------
    path
        Made where there is none.
    design
        Whose study it is.
    cells
        How many cells the design has.

    Raises
    ------
    RequestError
        If the file is no study, or one of another design.
    RunError
        If another run is writing it.
    """

    def __init__(self, path: Path, design: Design, cells: int) -> None:
        from retrodict.results.claim import claimed  # which readers of a study have no need of

        self.path = path
        with ExitStack() as stack:
            stack.enter_context(claimed(path, again=False))
            stack.enter_context(_storing(path))
            if path.exists():
                _check_same(path, design)
            self._base = stack.enter_context(closing(_connect(path)))
            # A write-ahead log lets others read meanwhile; with FULL a cell that was written outlasts a power cut.
            self._base.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            if not self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'study'").fetchone():
                row = (design.model_dump_json(), design.digest, design.name, cells, version("retrodict"), _now())
                made = "; ".join((*TABLES.values(), f"PRAGMA application_id = {APPLICATION}"))
                self._base.executescript(f"BEGIN IMMEDIATE; {made};")
                self._base.execute("INSERT INTO study VALUES (?, ?, ?, ?, ?, ?)", row)
                self._base.commit()
            self._held = stack.pop_all()

    def kept(self) -> dict[str, str]:
        """Return the status of every cell in the file, by its key."""
        return dict(self._base.execute("SELECT cell, status FROM cells"))

    def forget_failures(self) -> None:
        """Take out the cells that failed, to run them again."""
        with _storing(self.path), self._base:
            self._base.execute("DELETE FROM cells WHERE status = 'failed'")

    def add(self, cell: Cell, row: Mapping[str, Any]) -> None:
        """Write one cell.

        Parameters
        ----------
        cell
            Which one.
        row
            Values by column; others stay empty.

        Raises
        ------
        RunError
            If a column is not of the table.
        """
        names = {"cell": cell.key, **{key: getattr(cell, key) for key in cell.__dataclass_fields__}}
        full = {**row, **names, "finished_at": _now()}
        unknown = sorted(full.keys() - COLUMNS.keys())
        if unknown:
            raise RunError(
                f"cell {cell.key} measured '{unknown[0]}', which the table has no column for; nothing was kept"
            )
        marks = ", ".join("?" * len(full))
        with _storing(self.path), self._base:
            self._base.execute(
                f"INSERT INTO cells ({', '.join(full)}) VALUES ({marks})",  # names are columns, checked above
                tuple(full.values()),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()


def read_cells(path: str | Path) -> pd.DataFrame:
    """Return all cells of a study's file, sorted by their keys; a run may be going on.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    pandas.DataFrame
        One row a cell, with the columns `COLUMNS`; empty ones are missing.

    Raises
    ------
    RequestError
        If it is no study.
    """
    import pandas as pd

    with reading(Path(path)) as base:
        rows = base.execute(f"SELECT {', '.join(COLUMNS)} FROM cells ORDER BY cell").fetchall()
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    # before pandas 3, "str" made the text "None" of what is missing
    text = "str" if int(pd.__version__.partition(".")[0]) >= 3 else "object"
    kinds = {"TEXT": text, "REAL": "float64", "INTEGER": "Int64"}
    return frame.astype({name: kinds[kind] for name, kind in COLUMNS.items()})


def read_study(path: str | Path) -> dict[str, Any]:
    """Return what a study's file says of the study: `design`, `digest`, `name`, `cells`, `version`, `started_at`."""
    with reading(Path(path)) as base:
        base.row_factory = sqlite3.Row
        return dict(base.execute("SELECT * FROM study").fetchone())


def read_status(path: str | Path) -> Status:
    """Return how far a study is; a run may be going on."""
    study = read_study(path)
    with reading(Path(path)) as base:
        counts = dict(base.execute("SELECT status, count(*) FROM cells GROUP BY status"))
        seconds, last = base.execute("SELECT total(seconds), max(finished_at) FROM cells").fetchone()
        latest = base.execute(
            "SELECT finished_at, seconds FROM cells WHERE seconds > 0 ORDER BY finished_at DESC LIMIT 200"
        ).fetchall()
        failures = base.execute("SELECT failure FROM cells WHERE status = 'failed'").fetchall()
    reasons = Counter(str(text) for (text,) in failures)
    return Status(
        study["name"],
        study["cells"],
        counts.get("done", 0),
        counts.get("failed", 0),
        float(seconds),
        _rate([(datetime.fromisoformat(at).timestamp(), taken) for at, taken in latest]),
        study["started_at"],
        last,
        dict(reasons.most_common()),
    )


def _rate(latest: list[tuple[float, float]]) -> float | None:
    """Return cells a minute while any was under way, from when each ended (the latest first) and how long it took."""
    busy, since = 0.0, float("inf")
    for end, taken in latest:
        busy += max(min(end, since) - (end - taken), 0.0)
        since = min(since, end - taken)
    return 60.0 * len(latest) / busy if busy > 0 else None


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    """Say what to do where the disk takes no more."""
    try:
        yield
    except sqlite3.OperationalError as error:
        from retrodict.results.disk import disk_error

        number = _DISK.get(error.sqlite_errorcode & 0xFF)
        if number is None:
            raise RunError(f"'{path}' can't be written: {error}; {_KEPT}") from error
        raise disk_error(OSError(number, str(error)), path, kept=_KEPT) from error


_KEPT = "cells that are done are kept"
_DISK = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
"""What the system would say of trouble that the database has with the disk."""


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=30.0)


def _check_same(path: Path, design: Design) -> None:
    try:
        with closing(_connect(path)) as base:
            if not base.execute("SELECT 1 FROM sqlite_master").fetchone():  # a run was killed before its first word
                return
    except sqlite3.DatabaseError:  # said below
        pass
    known = read_study(path)
    if known["digest"] != design.digest:
        told = _difference(json.loads(known["design"]), design.model_dump(mode="json"))
        raise RequestError(
            f"'{path}' is a study of another design ('{known['name']}'; {told}); give another --out, or the same design"
        )


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    keys = [key for key in new if old.get(key) != new[key]]
    return f"{', '.join(keys)} {'differs' if len(keys) == 1 else 'differ'}" if keys else "its settings differ"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
