"""Trouble with the disk, as one line that names the place and the remedy."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrodict.errors import RequestError, RetrodictError, RunError

_RAN_OUT = {
    errno.ENOSPC: "no room is left on its disk; free some, or give another place",
    errno.EDQUOT: "your share of its disk is used up; free some room, or give another place",
    errno.EFBIG: "its disk takes no file as large; give another place",
    errno.EIO: "its disk failed; check it, or give another place",
    errno.EMFILE: "too many files are open; close some, or allow more (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine; close some",
    errno.ENOMEM: "memory ran out; free some, or ask for less",
}
"""What goes wrong on the way, though the request was right."""

_WRONG = {
    errno.EROFS: "its disk is read-only; give another place",
    errno.EACCES: "you have no right to write there; give another place, or have the right granted",
    errno.EPERM: "you have no right to write there; give another place, or have the right granted",
    errno.ENAMETOOLONG: "its name is too long; give a shorter one",
    errno.ENOTDIR: "what should be its folder is a file; give another place",
    errno.EISDIR: "it is a folder; give the name of a file",
    errno.EEXIST: "a file of that name is in the way; give another place",
    errno.ENOENT: "its folder is not there; make it first, or give another place",
    errno.ELOOP: "its links go round in a circle; give another place",
    errno.EBUSY: "it is in use by the system (a mounted disk?); give a folder inside it",
    errno.EXDEV: "it lies on another disk than its folder (a mounted disk?); give a folder inside it",
    errno.EINVAL: "its disk takes no such name; give another one",
}
"""What shows that another place must be named."""


def disk_error(error: OSError, place: str | Path, kept: str = "nothing was kept") -> RetrodictError:
    """Return what a user is told of trouble with the disk.

    Parameters
    ----------
    error
        Of the system, or of a library that passed its number on.
    place
        The result that was being written.
    kept
        What is left of the work, where the disk failed on the way.

    Returns
    -------
    RetrodictError
        A `RunError` where the disk failed a right request, else a `RequestError`.
    """
    number = error.errno or 0
    where = f"'{place}' can't be written"
    if number in _WRONG:
        return RequestError(f"{where}: {_WRONG[number]}")
    if number in _RAN_OUT:
        return RunError(f"{where}: {_RAN_OUT[number]}; {kept}")
    return RunError(f"{where}: {error.strerror or error}; {kept}; check the disk, or give another place")


@contextmanager
def writing(place: str | Path) -> Iterator[None]:
    """Turn the system's errors into ours while a result is written.

    Parameters
    ----------
    place
        The result, as the user named it.

    Raises
    ------
    RequestError
        If the place can't hold it.
    RunError
        If the disk fails, or is full.
    """
    try:
        yield
    except BrokenPipeError:  # of a terminal or of a process: not of this place
        raise
    except OSError as error:
        raise disk_error(error, place) from error
