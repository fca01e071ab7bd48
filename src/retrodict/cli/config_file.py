"""The file of defaults: where it is found, and what it holds, with the line of each entry."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrodict.errors import RequestError
from retrodict.plain_text import one_line, shown

NAME = "retrodict.toml"
NONE = "none"
"""The word in place of a file that has none looked for."""

_LARGEST = 100_000
"""Bytes: a file of all options there are has a few thousand."""


@dataclass(frozen=True)
class ConfigFile:
    """A file of defaults.

    Parameters
    ----------
    path
        Where it lies.
    named
        Whether the user named it; else it was found.
    text, tables
        What it holds, as it stands and as data.
    """

    path: Path
    named: bool
    text: str
    tables: Mapping[str, Any]

    def line(self, *keys: str) -> int:
        """Return the line of an entry: the first with which the text above it holds the entry."""
        lines = self.text.splitlines(keepends=True)
        for number in range(1, len(lines) + 1):
            try:
                found: Any = tomllib.loads("".join(lines[:number]))
            except tomllib.TOMLDecodeError:  # amidst a value of several lines
                continue
            for key in keys:
                found = found.get(key) if isinstance(found, dict) else None
            if found is not None:
                return number
        return 1

    def error(self, keys: tuple[str, ...], text: str) -> RequestError:
        """Return the error of an entry: its place, what is wrong, and the remedy."""
        return RequestError(f"{shown(str(self.path))}, line {self.line(*keys)}: {text}")


def read_config(named: Path | None) -> ConfigFile | None:
    """Read the file that a user names, or the nearest there is; ``None`` where there is none.

    Parameters
    ----------
    named
        The file; the word `NONE` has none read.

    Raises
    ------
    RequestError
        If it can't be read, is no TOML, or was found and belongs to another user.
    """
    if named is not None:
        return None if str(named) == NONE else _read(named.expanduser(), named=True)
    for folder in _folders():
        path = folder / NAME
        if path.is_file():
            _check_owner(path)
            return _read(path, named=False)
    return None


def _folders() -> Iterator[Path]:
    """Yield where a file is looked for: here, and above as far as the repository or the home that this lies in."""
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        return
    above = [here, *here.parents]
    home = Path(os.path.expanduser("~"))
    top = next((folder for folder in above if folder == home or (folder / ".git").exists()), here)
    yield from above[: above.index(top) + 1]


def _check_owner(path: Path) -> None:
    """Refuse a file of another user, who would decide what our commands do."""
    if not hasattr(os, "getuid"):
        return
    owner = path.stat().st_uid
    if owner not in (os.getuid(), 0):
        raise RequestError(
            f"{shown(str(path))} belongs to another user, so its defaults are not taken; "
            f"name it if you trust it (--config {NAME}), or read none (--config {NONE})"
        )


def _read(path: Path, named: bool) -> ConfigFile:
    where = shown(str(path))
    try:
        if path.stat().st_size > _LARGEST:
            raise RequestError(f"{where} has more than {_LARGEST:,} bytes, which no file of defaults has; shorten it")
        text = path.read_text(encoding="utf-8-sig")
        return ConfigFile(path.absolute(), named, text, tomllib.loads(text))
    except FileNotFoundError:
        raise RequestError(f"the file of defaults '{where}' does not exist; check the path") from None
    except OSError as error:
        raise RequestError(
            f"the file of defaults '{where}' can't be read: {error.strerror}; give a TOML file"
        ) from error
    except UnicodeDecodeError as error:
        raise RequestError(f"the file of defaults '{where}' is not UTF-8 text; give a TOML file") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RequestError(f"{where}: not TOML: {one_line(str(error), 200)}; mend that line") from error
