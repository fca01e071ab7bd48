"""Read a study's file that anybody may have made: it is a study to the letter, or one line says why it is none.

A database holds more than data: a view may never end, a trigger or an expression runs when rows are read. So nothing of
a file is asked but what its own tables hold, once they are known to be the tables that a run makes.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from retrodict.errors import RequestError, RunError
from retrodict.plain_text import shown
from retrodict.study.tables import APPLICATION, COLUMNS, STATUSES, TABLES

SECONDS = 10.0
SECONDS_A_BYTE = 1e-7
"""Processor time that reading a file may take: what is damaged may go round in circles. Sound ones take a hundredth."""

LONGEST = 1_000_000
"""Characters of one value, and bytes of one row: the longest text of a cell is a word for each class."""

MOST_CELLS = 1_000_000_000

_STEPS = 10_000  # of the database's machine between two looks at the clock
_KINDS = {"TEXT": "text", "REAL": "real", "INTEGER": "integer"}
_KEY = " || '/' || ".join(("dataset", "algorithm", "quality", "prior", "seed"))


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a study's file to read, once it was checked; a run may be going on.

    Raises
    ------
    RequestError
        If it is no study.
    RunError
        If another program has locked it.
    """
    if not path.is_file():
        raise RequestError(f"there is no study '{path}'; make one with 'retrodict study run'")
    try:
        with closing(_opened(path)) as base:
            _limit(base, path)
            _check(base)
            yield base
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # errors of Python's own have none
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise RunError(f"'{path}' is locked by another program; close that, and try again") from error
        if code == sqlite3.SQLITE_INTERRUPT:
            raise _no_study(path, "reading it does not end") from error
        raise _no_study(path, error) from error
    except _OddError as error:
        raise _no_study(path, error) from error


class _OddError(Exception):
    """What a file holds that no run writes."""


def _no_study(path: Path, why: object) -> RequestError:
    return RequestError(f"'{path}' is no study file ({shown(why)}); give one that 'retrodict study run' wrote")


def _opened(path: Path) -> sqlite3.Connection:
    """Open a file; one that has no log beside it, so that no run is going on, is left as it lies there."""
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
    base = sqlite3.connect(path, timeout=30.0)
    try:
        base.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        base.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        raise RunError(
            f"'{path}' can't be read in a folder that can't be written to, since a run left its log there; copy both "
            f"('{log.name}', too) to another folder"
        ) from error
    except BaseException:
        base.close()
        raise
    return base


def _limit(base: sqlite3.Connection, path: Path) -> None:
    end = time.thread_time() + SECONDS + SECONDS_A_BYTE * path.stat().st_size
    base.set_progress_handler(lambda: time.thread_time() > end, _STEPS)
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    base.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
        base.execute(f"PRAGMA {pragma}")


def _check(base: sqlite3.Connection) -> None:
    if base.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise _OddError("another application's database")
    _check_tables(base)
    damage = base.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        raise _OddError(f"it is damaged: {damage}")
    _check_study(base)
    _check_cells(base)


def _check_tables(base: sqlite3.Connection) -> None:
    found = base.execute("SELECT type, name, sql FROM sqlite_schema").fetchmany(len(TABLES) + 1)
    known = {name: " ".join(text.split()) for name, text in TABLES.items()}
    for kind, name, text in found:
        if kind != "table" or name not in known:
            raise _OddError(f"it holds a {kind} '{name}', which no study has")
        if " ".join(str(text).split()) != known[name]:
            raise _OddError(f"its table '{name}' has other columns than those of this release")
    absent = known.keys() - {name for _, name, _ in found}
    if absent:
        raise _OddError(f"it has no table '{min(absent)}'")


def _check_study(base: sqlite3.Connection) -> None:
    rows = base.execute("SELECT design, digest, name, cells, version, started_at FROM study").fetchmany(2)
    if len(rows) != 1:
        raise _OddError(f"it holds {'no study' if not rows else 'several studies'}")
    design, digest, name, cells, version, started = rows[0]
    if not all(isinstance(text, str) for text in (design, digest, name, version)):
        raise _OddError("what it says of the study is no text")
    if not isinstance(cells, int) or not 0 <= cells <= MOST_CELLS:
        raise _OddError(f"it plans {shown(repr(cells))} cells")
    _check_time(started, "started_at")
    known: Any = None
    with suppress(ValueError, RecursionError):
        known = json.loads(design)
    if not isinstance(known, dict):
        raise _OddError("its design is no JSON object")


def _check_cells(base: sqlite3.Connection) -> None:
    rules = {name: f"typeof({name}) IN ('{_KINDS[kind]}', 'null')" for name, kind in COLUMNS.items()}
    for name, kind in COLUMNS.items():
        if kind == "TEXT":  # reading its length shows a value beyond the limit
            rules[name] += f" AND ({name} IS NULL OR length({name}) <= {LONGEST})"
    rules["cell"] = f"typeof(cell) = 'text' AND cell IS ({_KEY})"
    rules["status"] = f"status IN {STATUSES}"
    rules["seconds"] += " AND (seconds IS NULL OR seconds BETWEEN 0 AND 1e12)"
    every = " AND ".join(f"({rule})" for rule in rules.values())
    odd = base.execute(f"SELECT cell FROM cells WHERE NOT coalesce({every}, 0) LIMIT 1").fetchone()
    if odd is None:
        for (when,) in base.execute("SELECT finished_at FROM cells WHERE finished_at IS NOT NULL"):
            _check_time(when, "finished_at")
        return
    for name, rule in rules.items():
        if base.execute(f"SELECT 1 FROM cells WHERE cell IS ? AND NOT coalesce({rule}, 0)", odd).fetchone():
            raise _OddError(f"its cell '{shown(odd[0])}' holds in column '{name}' what no run writes")
    raise _OddError("a cell holds what no run writes")


def _check_time(text: object, column: str) -> None:
    try:
        datetime.fromisoformat(text)  # type: ignore[arg-type]  # anything else is refused with it
    except (TypeError, ValueError):
        raise _OddError(f"its column '{column}' holds {shown(repr(text), 40)}, which is no time") from None
