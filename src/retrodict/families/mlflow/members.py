"""Files inside a folder: never outside of it, never through a link, never anything but a plain file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from retrodict.errors import ModelError
from retrodict.plain_text import shown

MOST_FILES = 10_000
"""Files of a folder that are listed; a model has ten."""


def inside(folder: Path, name: str) -> Path:
    """Return the path of a plain file inside a folder.

    Parameters
    ----------
    folder
        The folder.
    name
        Relative path, as a file of the folder states it.

    Raises
    ------
    ModelError
        If it leads out of the folder, passes a link, or is no plain file.
    """
    where, told = f"'{shown(folder)}'", shown(name, 80)
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in parts:
        raise ModelError(f"{where} names the file '{told}', which leads out of it; it is damaged, or made to do harm")
    path = folder
    for part in parts:
        path = path / part
        try:
            mode = path.lstat().st_mode
        except OSError as error:
            raise ModelError(f"{where} names the file '{told}', which is not there; copy the whole folder") from error
        if stat.S_ISLNK(mode):
            raise ModelError(f"{where} names the file '{told}', which is a link; put the file itself there")
    if not stat.S_ISREG(mode):
        raise ModelError(f"{where} names '{told}', which is no file; give the path of a model file")
    return path


def read_small(folder: Path, name: str, most: int) -> bytes | None:
    """Return the bytes of a file inside a folder; ``None`` where there is no such plain file, or it is larger.

    Parameters
    ----------
    folder
        The folder.
    name
        Relative path.
    most
        Bytes that are read.
    """
    try:
        path = inside(folder, name)
        return path.read_bytes() if path.stat().st_size <= most else None
    except (ModelError, OSError):
        return None


def listed(folder: Path) -> Iterator[str]:
    """Yield the relative paths of all that a folder holds, links as what they are; at most `MOST_FILES`.

    Parameters
    ----------
    folder
        The folder.
    """
    count = 0
    for at, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(at, name))]
        for name in sorted([*files, *links]):
            count += 1
            if count > MOST_FILES:
                yield "and more files than are listed"
                return
            yield Path(at, name).relative_to(folder).as_posix()
