"""A busy neighbour: a process that keeps one core busy while something else is measured."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event


def spin(core: int | None, begun: Event) -> None:
    """Keep a core busy for as long as the process that asked for it lives."""
    if core is not None:
        os.sched_setaffinity(0, {core})
    parent = os.getppid()
    begun.set()
    while os.getppid() == parent:
        for _ in range(1_000_000):
            pass


@contextmanager
def neighbour(core: int | None) -> Iterator[None]:
    """Keep this core busy meanwhile (Linux), or whichever the system chooses."""
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    process = context.Process(target=spin, args=(core, begun), daemon=True)
    process.start()
    try:
        begun.wait()
        yield
    finally:
        process.kill()
        process.join()
