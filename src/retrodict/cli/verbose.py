"""What a command does, told on standard error: what the library logs, with the seconds since the start."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from retrodict.cli.printing import note

_LIBRARY = "retrodict"
"""All loggers of the library are below this one."""


class _Notes(logging.Handler):
    """Prints each record as one line, with every character that acts on a terminal as an escape."""

    def __init__(self) -> None:
        super().__init__()
        self.start = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        self.tell(record.getMessage())

    def tell(self, text: str) -> None:
        note(f"[{time.monotonic() - self.start:7.2f} s] {text}")


@contextmanager
def tell(first: Iterable[str]) -> Iterator[None]:
    """Tell what the library logs inside, and at the end what all took.

    Parameters
    ----------
    first
        Told at the beginning, a line each.
    """
    logger = logging.getLogger(_LIBRARY)
    handler, level = _Notes(), logger.level
    for line in first:
        handler.tell(line)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.tell(f"ended; {_peak()}")


def _peak() -> str:
    try:
        import resource
        import sys
    except ImportError:  # a system without it
        return "memory not measured"
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{size / (2**20 if sys.platform == 'darwin' else 2**10):,.0f} MiB of memory at most"
