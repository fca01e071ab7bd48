"""What a place does that holds the files of a large result."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol


class Store(Protocol):
    """A flat folder of files, each of which is there as a whole or not at all. It can be pickled."""

    @property
    def place(self) -> str:
        """As the user named it."""
        ...

    def sub(self, name: str) -> Store:
        """Return the folder of a name inside it."""
        ...

    def make(self) -> None:
        """Make the folder, where the place knows folders, and check that files can be written there.

        Raises
        ------
        RequestError
            If there is no such place, or no right to write to it.
        """
        ...

    def put(self, name: str, content: bytes) -> None:
        """Write a file in one step; one of that name is replaced.

        Raises
        ------
        RequestError
            If there is no right to, or no such place.
        RunError
            If the place fails.
        """
        ...

    def get(self, name: str) -> bytes:
        """Return what a file holds.

        Raises
        ------
        FileNotFoundError
            If there is none of that name.
        RequestError, RunError
            If it can't be read.
        """
        ...

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Return a file to read from, at any position.

        Raises
        ------
        FileNotFoundError
            If there is none of that name.
        RequestError, RunError
            If it can't be read.
        """
        ...

    def empty(self) -> bool:
        """Tell whether nothing is there, or no such place yet.

        Raises
        ------
        RequestError, RunError
            If the place can't be read.
        """
        ...

    def sizes(self) -> dict[str, int]:
        """Return the files that are there, with their bytes; none where the place is not there yet.

        Raises
        ------
        RequestError, RunError
            If the place can't be read.
        """
        ...

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        ...
