"""A file that is no study, or no longer one, is refused in one line, whatever it holds; nothing in it is run."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from retrodict.errors import RequestError
from retrodict.study.store import Writer, read_cells, read_status, read_study
from tests.study.running.toy import CELLS, DESIGN, quick

Spoil = Callable[[sqlite3.Connection], object]

ENDLESS = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT c2.* FROM c2, r"
SPOILT: dict[str, tuple[Spoil, str]] = {
    "a view for a table": (
        lambda base: base.executescript(f"ALTER TABLE cells RENAME TO c2; CREATE VIEW cells AS {ENDLESS}"),
        "which no study has",
    ),
    "a trigger": (
        lambda base: base.execute("CREATE TRIGGER t AFTER INSERT ON cells BEGIN DELETE FROM study; END"),
        "it holds a trigger 't'",
    ),
    "a virtual table": (lambda base: base.execute("CREATE VIRTUAL TABLE f USING fts5(a)"), "it holds a table 'f"),
    "an index on an expression": (lambda base: base.execute("CREATE INDEX i ON cells (abs(seed))"), "an? index 'i'"),
    "one more column": (
        lambda base: base.execute("ALTER TABLE cells ADD COLUMN g AS (seed + 1)"),
        "'cells' has other columns than those of this release",
    ),
    "no cells": (lambda base: base.execute("DROP TABLE cells"), "it has no table 'cells'"),
    "no study": (lambda base: base.execute("DELETE FROM study"), "it holds no study"),
    "two studies": (lambda base: base.execute("INSERT INTO study SELECT * FROM study"), "it holds several studies"),
    "cells of text": (lambda base: base.execute("UPDATE study SET cells = 'many'"), "it plans 'many' cells"),
    "cells below none": (lambda base: base.execute("UPDATE study SET cells = -1"), "it plans -1 cells"),
    "a name of bytes": (lambda base: base.execute("UPDATE study SET name = x'00ff'"), "is no text"),
    "a time that is none": (
        lambda base: base.execute("UPDATE study SET started_at = '\x1b[31m'"),
        r"'started_at' holds '\\x1b\[31m', which is no time",
    ),
    "a design that is none": (lambda base: base.execute("UPDATE study SET design = '[1]'"), "design is no JSON object"),
    "a deep design": (
        lambda base: base.execute("UPDATE study SET design = ?", ["[" * 200_000]),
        "design is no JSON object",
    ),
    "an endless value": (
        lambda base: base.execute("UPDATE cells SET failure = ?", ["x" * 1_500_000]),
        "string or blob too big",
    ),
    "a seed of text": (lambda base: base.execute("UPDATE cells SET seed = 'x'"), "holds in column 'cell'"),
    "a score of text": (lambda base: base.execute("UPDATE cells SET accuracy = 'x'"), "in column 'accuracy'"),
    "a failure of bytes": (lambda base: base.execute("UPDATE cells SET failure = x'00'"), "in column 'failure'"),
    "a status unknown": (lambda base: base.execute("UPDATE cells SET status = 'so'"), "in column 'status'"),
    "endless seconds": (lambda base: base.execute("UPDATE cells SET seconds = 9e999"), "in column 'seconds'"),
    "an end that is no time": (lambda base: base.execute("UPDATE cells SET finished_at = 'x'"), "'finished_at' holds"),
    "another key": (lambda base: base.execute("UPDATE cells SET cell = 'x'"), "cell 'x' holds in column 'cell'"),
    "text that is none": (
        lambda base: base.execute("UPDATE study SET name = CAST(x'ff' AS TEXT)"),
        "Could not decode",
    ),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "sound.study"
    with Writer(path, DESIGN, len(CELLS)) as writer:
        writer.add(CELLS[0], {"status": "done", "seconds": 0.5, **quick(DESIGN, CELLS[0])})
    return path


@pytest.mark.parametrize("name", SPOILT)
def test_what_no_run_writes_is_refused(name: str, sound: Path, tmp_path: Path) -> None:
    spoil, told = SPOILT[name]
    path = tmp_path / "spoilt.study"
    shutil.copy(sound, path)
    with closing(sqlite3.connect(path)) as base:
        spoil(base)
        base.commit()
    for read in (read_cells, read_status, read_study):
        with pytest.raises(RequestError, match=rf"is no study file \(.*{told}") as caught:
            read(path)
        assert str(caught.value).isprintable()
    with pytest.raises(RequestError, match="is no study file"):
        Writer(path, DESIGN, len(CELLS))
    assert [entry.name for entry in tmp_path.iterdir() if not entry.name.endswith(("-wal", "-shm"))] == [path.name]


def test_damage_is_refused(sound: Path, tmp_path: Path) -> None:
    content, path = sound.read_bytes(), tmp_path / "damaged.study"
    page = int.from_bytes(content[16:18], "big")
    for spoilt in (content[: len(content) // 2], content[:-page] + b"\xff" * page, content[:100], b"", b"\x00" * 4096):
        path.write_bytes(spoilt)
        with pytest.raises(RequestError, match="is no study file"):
            read_status(path)


def test_a_file_is_read_and_left_as_it_is(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "sound.study"
    shutil.copy(sound, path)
    assert read_status(path).done == 1
    assert read_cells(path).cell.tolist() == [CELLS[0].key]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == sound.read_bytes()
