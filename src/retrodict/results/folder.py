"""Result folders and files: written in one step, or not at all, and by one run at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from retrodict.errors import RequestError
from retrodict.results.claim import claimed, real_place, scratch
from retrodict.results.disk import writing

ROWS_FILE = "rows.parquet"


def check_writable(out: Path) -> None:
    """Check that a result folder can be made.

    Raises
    ------
    RequestError
        If it is a file, holds something, or its parent can't be written.
    """
    with writing(out):
        if out.is_file():
            raise RequestError(f"'{out}' is a file; give a new folder")
        if out.is_dir() and any(out.iterdir()):
            raise RequestError(f"'{out}' is not empty; give a new folder, or remove it first")
        parent = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
        if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
            raise RequestError(f"'{parent}' can't be written to; give another folder")


def work_folder(out: Path) -> Path:
    """Return where a result is made before it gets its name."""
    place = real_place(out)
    return place.with_name(place.name + ".partial")


def make_work_folder(out: Path) -> Path:
    """Make an empty work folder for a result.

    Raises
    ------
    RequestError
        If it can't be made.
    """
    work = work_folder(out)
    with writing(out):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    return work


def publish(work: Path, out: Path) -> None:
    """Give a finished folder its name, in one step."""
    with writing(out):
        place = real_place(out)
        if place.exists():
            place.rmdir()
        work.rename(place)


@contextmanager
def new_folder(out: str | Path) -> Iterator[Path]:
    """Yield an empty folder to write a result into; it gets its name at the end, or leaves nothing behind.

    Parameters
    ----------
    out
        The result's folder; it must not exist, or be empty.

    Raises
    ------
    RequestError
        If it holds something, or can't be made.
    RunError
        If another run is writing it, or the disk fails.
    """
    out = Path(out)
    with claimed(out), writing(out):
        check_writable(out)
        work = make_work_folder(out)
        with scratch(work):
            try:
                yield work
                publish(work, out)
            finally:  # whatever stopped it; what was published is no longer there
                shutil.rmtree(work, ignore_errors=True)


def replace_text(path: Path, text: str) -> None:
    """Write a file in one step: it holds the old text or the new, never half."""
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a file in one step: it holds the old bytes or the new, never half."""
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def check_file(path: Path) -> None:
    """Refuse a path that can't be a new file, before any work is done for it.

    Raises
    ------
    RequestError
        If it is a folder, or there is no folder for it.
    """
    with writing(path):
        if path.is_dir():
            raise RequestError(f"'{path}' is a folder; give the path of a file")
        if not path.parent.exists():
            raise RequestError(
                f"'{path}' can't be written: there is no folder '{path.parent}'; make it, or name another"
            )


def write_file(path: str | Path, content: bytes) -> None:
    """Write a result that is one file, in one step.

    Raises
    ------
    RequestError
        If the path can't hold it.
    RunError
        If another run is writing it, or the disk fails.
    """
    path = Path(path)
    check_file(path)
    with claimed(path), writing(path):
        replace_bytes(path, content)


def replace_document(path: Path, content: str | bytes) -> None:
    """Write a file of text or bytes in one step, in a folder of its own where it has one."""
    path.parent.mkdir(exist_ok=True)
    replace_bytes(path, content.encode("utf-8") if isinstance(content, str) else content)


def write_folder(out: str | Path, rows: pd.DataFrame, documents: Mapping[str, str | bytes]) -> Path:
    """Write rows and documents to a new folder.

    Raises
    ------
    RequestError
        If the folder holds something, or can't be made.
    RunError
        If another run is writing it, or the disk fails.
    """
    with new_folder(out) as work:
        rows.to_parquet(work / ROWS_FILE, index=False)
        for name, content in documents.items():
            replace_document(work / name, content)
    return Path(out)
