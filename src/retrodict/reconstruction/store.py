"""Result folders: written in one step, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from retrodict.errors import RequestError, RunError

ROWS_FILE = "rows.parquet"


def check_writable(out: Path) -> None:
    """Check that a result folder can be made.

    Raises
    ------
    RequestError
        If it is a file, holds something, or its parent can't be written.
    """
    if out.is_file():
        raise RequestError(f"'{out}' is a file; give a new folder")
    if out.is_dir() and any(out.iterdir()):
        raise RequestError(f"'{out}' is not empty; give a new folder, or remove it first")
    parent = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise RequestError(f"'{parent}' can't be written to; give another folder")


def work_folder(out: Path) -> Path:
    """Return where a result is made before it gets its name."""
    return out.with_name(out.name + ".partial")


def make_work_folder(out: Path) -> Path:
    """Make an empty work folder for a result.

    Raises
    ------
    RequestError
        If it can't be made.
    """
    work = work_folder(out)
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    except OSError as error:
        raise RequestError(f"'{out}' can't be written: {error.strerror}; give another folder") from error
    return work


def publish(work: Path, out: Path) -> None:
    """Give a finished folder its name, in one step."""
    if out.exists():
        out.rmdir()
    work.rename(out)


def replace_text(path: Path, text: str) -> None:
    """Write a file in one step: it holds the old text or the new, never half."""
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a file in one step: it holds the old bytes or the new, never half."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)


def replace_document(path: Path, content: str | bytes) -> None:
    """Write a file of text or bytes in one step."""
    replace_bytes(path, content.encode("utf-8") if isinstance(content, str) else content)


def write_folder(out: str | Path, rows: pd.DataFrame, documents: Mapping[str, str | bytes]) -> Path:
    """Write rows and documents to a new folder.

    Raises
    ------
    RequestError
        If the folder holds something, or can't be made.
    RunError
        If writing to it fails.
    """
    out = Path(out)
    check_writable(out)
    work = make_work_folder(out)
    try:
        rows.to_parquet(work / ROWS_FILE, index=False)
        for name, content in documents.items():
            replace_document(work / name, content)
        publish(work, out)
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise RunError(f"'{out}' could not be written: {error.strerror}; free room, or give another folder") from error
    return out
