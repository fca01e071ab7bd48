"""How much memory a process of the app may take: what is free, so that nothing else on the machine is ended for it."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

LEAST = 2**31
"""Bytes that a process may take though less seems to be free: an audit of tens of thousands of rows needs them."""

_KIB = 1024


def free_bytes() -> int | None:
    """Return how much memory is free, that which the system can make free included; ``None`` where that is not told."""
    with suppress(OSError, ValueError, IndexError):
        lines = (line.split() for line in Path("/proc/meminfo").read_text("ascii").splitlines())
        told = {line[0]: int(line[1]) for line in lines if len(line) > 1}
        return _KIB * (told["MemAvailable:"] + told.get("SwapFree:", 0)) if "MemAvailable:" in told else None
    return None


def bound_memory() -> None:
    """Have this process, and each that it starts, run out of memory by itself before the machine does.

    Where the system does not know of such a limit, or of what is free, nothing is done.
    """
    free = free_bytes()
    if free is None or not sys.platform.startswith("linux"):  # elsewhere the limit is of what is mapped, or is ignored
        return
    import resource

    with suppress(OSError, ValueError):
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        most = max(free, LEAST)
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
