"""How long a piece of work may take: a limit that is set around it, and that its loops look at."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from retrodict.errors import TimeLimitError


@dataclass
class Limit:
    """When work must end, and whether it was told to."""

    end: float = math.inf
    reached: bool = False


_NONE = Limit()
_LIMIT: ContextVar[Limit] = ContextVar("limit", default=_NONE)


@contextmanager
def within(seconds: float) -> Iterator[Limit]:
    """Let the work inside end after about so long; afterwards the limit says whether it had to.

    Limits nest, and the nearest end holds. Work that was begun in another thread has none.

    Parameters
    ----------
    seconds
        From now; infinite is no limit.
    """
    limit = Limit(min(_LIMIT.get().end, time.perf_counter() + seconds))
    token = _LIMIT.set(limit)
    try:
        yield limit
    finally:
        _LIMIT.reset(token)
        if limit.reached and _LIMIT.get() is not _NONE:
            left()  # the one around it may have ended as well


def left() -> float:
    """Return the seconds that are left, at least 0; infinite where there is no limit."""
    limit = _LIMIT.get()
    if math.isinf(limit.end):
        return math.inf
    seconds = limit.end - time.perf_counter()
    if seconds <= 0.0:
        limit.reached = True
    return max(seconds, 0.0)


def check(what: str) -> None:
    """Stop work whose time is up.

    Parameters
    ----------
    what
        What is stopped, for the error.

    Raises
    ------
    TimeLimitError
        If no time is left.
    """
    if left() <= 0.0:
        raise TimeLimitError(f"the time limit was reached before {what}; give more seconds, or none")
