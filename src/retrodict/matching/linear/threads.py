"""Compiled work over many states, cut into parts that run side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from retrodict.threads import cores

_WORTH = 2_000_000
"""Entries that are worth a thread of their own, some milliseconds of work."""


def in_parts(work: Callable[[slice], None], size: int, entries: int, workers: int | None = None) -> None:
    """Run work on all parts of a range; it must not matter how the range is cut.

    Parameters
    ----------
    work
        What is done to one part.
    size
        The range is from 0 to it.
    entries
        How much work the whole is.
    workers
        Threads; by default all cores. Small work gets fewer.
    """
    parts = max(1, min(workers or cores(), entries // _WORTH, size))
    if parts == 1:
        work(slice(0, size))
        return
    edges = [size * i // parts for i in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(work, [slice(a, b) for a, b in pairwise(edges)]))


def in_pieces(work: Callable[[slice], None], size: int, piece: int, workers: int | None = None) -> None:
    """Run work on pieces of a range that take unlike times; it must not matter how the range is cut.

    Parameters
    ----------
    work
        What is done to one piece.
    size
        The range is from 0 to it.
    piece
        The size of a piece.
    workers
        Threads; by default all cores.
    """
    pieces, threads = [slice(first, first + piece) for first in range(0, size, piece)], workers or cores()
    if threads == 1 or len(pieces) < 2:
        for own in pieces:
            work(own)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, pieces))
