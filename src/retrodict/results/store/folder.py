"""A folder of this machine, or of a disk that several machines share."""

from __future__ import annotations

import os
import socket
import time
import uuid
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from retrodict.results.disk import writing

_FRESH = ".new"
"""Ends the names of files that are being written, which begin with a dot."""

_STALE = 3600.0
"""Seconds after which a file that was being written belongs to no one any more."""


@dataclass(frozen=True)
class FolderStore:
    """A folder; see `Store`.

    Parameters
    ----------
    folder
        Where it is.
    """

    folder: Path

    @property
    def place(self) -> str:
        """As the user named it."""
        return str(self.folder)

    def sub(self, name: str) -> FolderStore:
        """Return the folder of a name inside it."""
        return FolderStore(self.folder / name)

    def make(self) -> None:
        """Make the folder; see `Store.make`."""
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self._fresh("probe")
            probe.write_bytes(b"")
            probe.unlink()
            self._tidy()

    def put(self, name: str, content: bytes) -> None:
        """Write a file in one step; see `Store.put`."""
        with writing(self.folder):
            fresh = self._fresh(name)
            try:
                fresh.write_bytes(content)
                fresh.replace(self.folder / name)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise

    def get(self, name: str) -> bytes:
        """Return what a file holds; see `Store.get`."""
        return (self.folder / name).read_bytes()

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Return a file to read from; see `Store.open`."""
        return (self.folder / name).open("rb")

    def empty(self) -> bool:
        """Tell whether nothing is there; see `Store.empty`."""
        with writing(self.folder):
            try:
                return not any(True for _ in os.scandir(self.folder))
            except FileNotFoundError:
                return True

    def sizes(self) -> dict[str, int]:
        """Return the files that are there; see `Store.sizes`."""
        with writing(self.folder):
            try:
                entries = list(os.scandir(self.folder))
            except FileNotFoundError:
                return {}
            return {one.name: one.stat().st_size for one in entries if one.is_file() and not _unfinished(one.name)}

    def remove(self, name: str) -> None:
        """Take a file away; see `Store.remove`."""
        with writing(self.folder):
            (self.folder / name).unlink(missing_ok=True)

    def _fresh(self, name: str) -> Path:
        # Of this writer alone: on a shared disk a worker that was given up may still be writing the same file.
        return self.folder / f".{name}.{socket.gethostname()[:32]}.{os.getpid()}.{uuid.uuid4().hex[:8]}{_FRESH}"

    def _tidy(self) -> None:
        """Take away what killed writers left."""
        for one in self.folder.iterdir():
            with suppress(OSError):
                if _unfinished(one.name) and time.time() - one.stat().st_mtime > _STALE:
                    one.unlink()


def _unfinished(name: str) -> bool:
    return name.startswith(".") and name.endswith(_FRESH)
