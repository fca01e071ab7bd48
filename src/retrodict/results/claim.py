"""One run a result: a lock on the place it goes to, which the system lifts however the run ends.

The lock is a small file beside the result that says which process holds it. It is taken away with the lock; one that a
killed process left is taken over by the next.
"""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from retrodict.errors import RequestError, RunError
from retrodict.results.disk import disk_error

_UNKNOWN_TO_DISK = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
"""What a file system says that has no locks: nothing can be held there, and nothing is."""

_FAR = 1 << 30
"""Where the locked byte lies on systems that keep others from reading what is locked."""


@dataclass
class _Claim:
    """A place held by a thread of this process, and how often."""

    file: int
    lock: Path
    thread: int = field(default_factory=threading.get_ident)
    times: int = 1


_held: dict[Path, _Claim] = {}
_scratch: set[Path] = set()
_guard = threading.Lock()


@contextmanager
def claimed(out: str | Path | None, again: bool = True) -> Iterator[None]:
    """Hold a place that a result goes to; a second run, of this process or another, is refused meanwhile.

    Parameters
    ----------
    out
        The result's folder or file, or ``None`` for no place at all.
    again
        Whether the thread that holds a place may claim it once more, for a part of the same work.

    Raises
    ------
    RunError
        If another run holds it.
    RequestError
        If nothing can be written there.
    """
    if out is None:
        yield
        return
    place = real_place(out)
    with _guard:
        own = _held.get(place)
        made: list[Path] = []
        if again and own is not None and own.thread == threading.get_ident():
            own.times += 1
        else:
            made = _made_parents(place, out)
            _held[place] = _take(place, out)
    try:
        yield
    finally:
        with _guard:
            claim = _held.get(place)
            if claim is not None:
                claim.times -= 1
                if not claim.times:
                    del _held[place]
                    _release(claim)
                    for folder in made:  # those that nothing came into
                        with suppress(OSError):
                            folder.rmdir()


def real_place(out: str | Path) -> Path:
    """Return the place that is meant, links followed: two names of one place are one place.

    Raises
    ------
    RequestError
        If it has no name of its own.
    """
    try:
        place = Path(out).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle; a zero byte
        raise RequestError(f"'{out}' is no place to write to: {error}; give another") from error
    if not place.name:
        raise RequestError(f"'{out}' is the root of a disk; give a folder in it")
    return place


@contextmanager
def scratch(work: Path) -> Iterator[None]:
    """Name a folder or file that is worth nothing if this process ends before the work on it does."""
    _scratch.add(work)
    try:
        yield
    finally:
        _scratch.discard(work)


def abandon() -> None:
    """Take away what is worth nothing once this process ends, and lift its locks; for an end in a hurry."""
    for work in list(_scratch):
        shutil.rmtree(work, ignore_errors=True)
        with suppress(OSError):
            work.unlink()
    for claim in list(_held.values()):
        with suppress(OSError):
            claim.lock.unlink()


def _made_parents(place: Path, out: str | Path) -> list[Path]:
    """Make the folders that a place lies in; return those that were not there, the innermost first."""
    absent = []
    for folder in place.parents:
        try:
            if folder.exists():
                break
        except OSError as error:
            raise disk_error(error, out) from error
        absent.append(folder)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise disk_error(OSError(errno.ENOTDIR, "Not a directory"), out) from error
    except OSError as error:
        raise disk_error(error, out) from error
    return absent


def _take(place: Path, out: str | Path) -> _Claim:
    lock = place.with_name(f".{place.name}.lock")
    while True:
        try:
            file = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except OSError as error:
            raise disk_error(error, out) from error
        try:
            if not _locked(file):
                raise _in_use(file, out)
            # Its last holder may have just taken the file away: then another may lock a new one of that name.
            with suppress(OSError):
                if os.path.samestat(os.fstat(file), os.stat(lock)):
                    os.ftruncate(file, 0)
                    os.write(file, str(os.getpid()).encode())
                    return _Claim(file, lock)
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _release(claim: _Claim) -> None:
    with suppress(OSError):  # a system that keeps open files in place takes it away below
        claim.lock.unlink()
    os.close(claim.file)
    if os.name == "nt":
        with suppress(OSError):
            claim.lock.unlink()


def _locked(file: int) -> bool:
    """Lock an open file, at once or not at all."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(file, _FAR, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # of that system alone
            os.lseek(file, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _UNKNOWN_TO_DISK
    return True


def _in_use(file: int, out: str | Path) -> RunError:
    holder = os.read(file, 20).decode("ascii", "replace").strip()
    who = f"another run (process {holder})" if holder.isdigit() else "another run"
    return RunError(f"'{out}' is in use: {who} is writing it; wait for its end, or give another place")
