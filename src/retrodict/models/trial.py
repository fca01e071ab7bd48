"""Try a model that came from a file in a child process, so that a crash is an answer.

Checks leave out what nobody thought of. Before the process itself asks a model anything, a child does, with limits on
its memory and time; what ends the child would have ended the process.
"""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from retrodict import threads

CPU_SECONDS = 20
"""Processor time of a child. It scores a handful of rows: models of gigabytes take some seconds."""

WALL_SECONDS = 600.0
"""Time by the clock, for machines that are busy otherwise."""

STILL_SECONDS = 5.0
"""Time in which a child does nothing at all that waits for what a copy of a process has not: threads of a library."""

MEMORY = 4 * 2**30
"""Bytes that a child may take beyond what the process has. A handful of rows need a few times what is stored of one
tree, row or layer."""

ENDED, OUT_OF_MEMORY = 0, 3
_STEP = 0.002


class StillError(Exception):
    """A copy of this process sleeps, and has used no processor time for a while."""


def can_fork() -> bool:
    """Whether a child can be had as a copy of this process: on Linux, while no other thread of Python runs.

    A copy of a process with other threads may wait for ever for a lock that one of them held.
    """
    return sys.platform.startswith("linux") and threading.active_count() == 1 and hasattr(os, "fork")


def endured(
    work: Callable[[], object],
    seconds: int = CPU_SECONDS,
    memory: int = MEMORY,
    wall: float = WALL_SECONDS,
    still: float = math.inf,
) -> str | None:
    """Do some work in a copy of this process, and say how it ended it; ``None`` where it did not.

    Parameters
    ----------
    work
        What is tried. Exceptions it raises are no fault here: they are met again, in order, in this process.
    seconds, memory
        Limits on processor time and on bytes beyond those of the process.
    wall
        Limit on time by the clock.
    still
        Seconds by the clock in which the child may do nothing at all.

    Returns
    -------
    str or None
        How the child ended, as a part of a sentence (``it ends with SIGSEGV``).

    Raises
    ------
    StillError
        If it did nothing for so long: some libraries' threads are not copied with a process, and are waited for.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads that libraries keep, idle, for their own use
        child = os.fork()
    if child == 0:
        _try(work, seconds, memory)
    end, pause = time.monotonic() + wall, _STEP
    worked, seen = time.monotonic(), ""
    with _ending(child) as wait:
        while True:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                return _told(status)
            now, doing = time.monotonic(), _doing(child)
            if doing is None or doing != seen:
                worked, seen = now, doing or ""
            if now > min(end, worked + still):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                if now <= end:
                    raise StillError
                return "it does not end"
            wait(pause)
            pause = min(0.05, 1.5 * pause)


def _doing(child: int) -> str | None:
    """Return the processor time of a process that sleeps, as the system writes it; ``None`` of one that does not."""
    try:
        with open(f"/proc/{child}/stat") as file:
            said = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return " ".join(said[11:13]) if said[0] == "S" else None  # state, and time in the program and in the system


@contextmanager
def _ending(child: int) -> Iterator[Callable[[float], object]]:
    """Give what waits some seconds at most, or until the child ends where the system can tell."""
    try:
        told = os.pidfd_open(child)
    except (AttributeError, OSError):  # an older system
        yield time.sleep
        return
    poll = select.poll()
    poll.register(told, select.POLLIN)
    try:
        yield lambda seconds: poll.poll(1000 * seconds)
    finally:
        os.close(told)


def endured_apart(arguments: list[str]) -> str | None:
    """Do as `endured`, in a new process, which takes seconds to start, where a copy of this one can't be had.

    Parameters
    ----------
    arguments
        Of ``python -m retrodict.models.trial_child``.
    """
    command = [sys.executable, "-m", "retrodict.models.trial_child", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=WALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "it does not end"
    if done.returncode < 0:
        return _told(-done.returncode)
    return "it takes all the memory that it is given" if done.returncode == OUT_OF_MEMORY else None


def _try(work: Callable[[], object], seconds: int, memory: int) -> None:
    """Be the child: never return, print nothing, run nothing at the end that the process has registered."""
    code = ENDED
    try:
        limit(seconds, memory)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with threads.capped(1):  # OpenMP would wait for ever for the threads that the process had when it was copied
            work()
    except MemoryError:
        code = OUT_OF_MEMORY
    except BaseException:  # whatever it is, it is met again in the process itself
        code = ENDED
    finally:
        os._exit(code)


def limit(seconds: int, memory: int) -> None:
    """Limit this process, as far as its system can: Windows has no such limits, and macOS none of memory."""
    try:
        import resource
    except ImportError:
        return

    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, seconds)  # a child's clock starts at 0
    _lower(resource.RLIMIT_AS, _address_space() + memory)


def _lower(which: int, value: int) -> None:
    import resource

    before, hard = resource.getrlimit(which)
    soft = min([value, *(limit for limit in (before, hard) if limit != resource.RLIM_INFINITY)])
    with suppress(ValueError, OSError):
        resource.setrlimit(which, (soft, hard))


def _address_space() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as numbers:
            return int(numbers.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _told(status: int) -> str | None:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number in {signal.SIGXCPU, signal.SIGKILL}:
            return "it does not end, or takes more memory than there is"
        with suppress(ValueError):
            return f"it ends with {signal.Signals(number).name}"
        return f"it ends with signal {number}"
    return "it takes all the memory that it is given" if os.WEXITSTATUS(status) == OUT_OF_MEMORY else None
