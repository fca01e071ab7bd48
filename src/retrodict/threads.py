"""How many threads a piece of work gets: small work gets one, since threads that wait for one another cost more.

A parallel region ends when its last thread does. Where another process has that thread's core, the others wait for the
system to give it back, some milliseconds: more than a region of a small fit takes in all, and a fit has hundreds of
regions. So each piece of work takes threads by its size, whatever the machine has.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import LibController, ThreadpoolController, register

CELLS_FITTED = 1_000_000
"""Cells (rows times columns) that a fit gets one thread for. A fit has hundreds of parallel regions: with one of two
cores busy, boosting on 1,000,000 cells takes two to three times as long with two threads as with one, and on 50,000
four to seven times (`bench/benchmarks/busy.py`)."""

CELLS_ASKED = 100_000
"""Cells that asking a model gets one thread for. That is a region or a few: with one of two cores busy, two threads
take up to four times as long as one on 50,000 cells, and a third longer on 200,000, where a quiet machine gains
(`bench/benchmarks/busy.py`)."""

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Variables set before a worker process imports numpy, which starts its threads then: workers are as many as cores, and
sums must not depend on threads."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def own(most: int) -> int:
    """Return how many threads of ours may work beside one another: one a core, and no more than OpenMP is given.

    So a worker process, which is told to have one thread (`ONE_THREAD`), has one here, too.

    Parameters
    ----------
    most
        More are of no use.
    """
    stated = os.environ.get("OMP_NUM_THREADS", "")
    limit = int(stated) if stated.isdecimal() and int(stated) > 0 else most
    return max(1, min(most, limit, cores()))


@contextmanager
def fitting(rows: int, columns: int) -> Iterator[None]:
    """Give the fit of an estimator to so many rows the threads that it is worth.

    Parameters
    ----------
    rows, columns
        Size of the table that it is fitted to.
    """
    cells = rows * columns
    with capped(1 + cells // CELLS_FITTED, tasks=cells >= CELLS_ASKED):
        yield


@contextmanager
def asking(rows: int, columns: int) -> Iterator[None]:
    """Give the scoring of so many rows by a model the threads that it is worth.

    Parameters
    ----------
    rows, columns
        Size of the table that it is asked about.
    """
    threads = 1 + rows * columns // CELLS_ASKED
    with capped(threads, tasks=threads > 1):
        yield


@contextmanager
def capped(threads: int, tasks: bool = False) -> Iterator[None]:
    """Let linear algebra, OpenMP and boosting libraries use at most so many threads inside.

    Caps nest, and the smallest holds; none raises what the environment or the user set. Those of OpenMP are of the
    calling thread alone, as its own are; the others are of the process for as long as any thread asks for them.

    Parameters
    ----------
    threads
        At most so many, at least 1.
    tasks
        Whether joblib may still give tasks to several threads or processes where an estimator asks for it (`n_jobs`);
        tasks wait for one another once, at their end.
    """
    own = _own()
    with _LOCK:
        _SHARED.enter(threads)
        own.enter(threads, alone=not tasks)
    try:
        yield
    finally:
        with _LOCK:
            own.leave(threads, alone=not tasks)
            _SHARED.leave(threads)


class _Caps:
    """The caps in force on one kind of pools, and what the pools had before the first of them."""

    def __init__(self, of_thread: bool) -> None:
        self._of_thread = of_thread
        self._caps: list[int] = []
        self._before: dict[str, tuple[LibController, int]] = {}

    def enter(self, threads: int) -> None:
        self._caps.append(threads)
        for pool in _pools():
            if _of_one_thread(pool) == self._of_thread and pool.filepath not in self._before:
                self._before[pool.filepath] = pool, pool.get_num_threads()
        self._apply()

    def leave(self, threads: int) -> None:
        self._caps.remove(threads)
        self._apply()
        if not self._caps:
            self._before.clear()

    def _apply(self) -> None:
        most = min(self._caps, default=None)
        for pool, before in self._before.values():
            pool.set_num_threads(before if most is None else min(before, most))
            free = getattr(pool, "clear_controlling_thread", None)
            if free is not None:  # or OpenBLAS would not hear the thread that leaves last, where another came first
                free()


class _OwnCaps(_Caps):
    """The caps that a thread asked for: on OpenMP's pools, which are its own, and on joblib's tasks."""

    def __init__(self) -> None:
        super().__init__(of_thread=True)
        self._alone = 0
        self._sequential: Any = None

    def enter(self, threads: int, alone: bool = False) -> None:
        super().enter(threads)
        self._alone += alone
        if self._alone and self._sequential is None:
            from joblib import parallel_config

            self._sequential = parallel_config(backend="sequential")

    def leave(self, threads: int, alone: bool = False) -> None:
        super().leave(threads)
        self._alone -= alone
        if not self._alone and self._sequential is not None:
            self._sequential.unregister()
            self._sequential = None


def _of_one_thread(pool: LibController) -> bool:
    return pool.user_api == "openmp" or getattr(pool, "threading_layer", None) == "openmp"


class _LightGBM(LibController):  # type: ignore[misc]  # threadpoolctl has no types
    """LightGBM's own limit: it takes its threads by number, whatever OpenMP's are."""

    user_api = "lightgbm"
    internal_api = "lightgbm"
    filename_prefixes = ("lib_lightgbm",)
    check_symbols = ("LGBM_SetMaxThreads",)

    def get_num_threads(self) -> int:
        """Return its limit; without one, the number of cores."""
        import ctypes

        most = ctypes.c_int()
        self.dynlib.LGBM_GetMaxThreads(ctypes.byref(most))
        return most.value if most.value > 0 else os.cpu_count() or 1

    def set_num_threads(self, num_threads: int) -> None:
        """Set its limit; none where it is no less than the number of cores."""
        self.dynlib.LGBM_SetMaxThreads(int(num_threads) if num_threads < (os.cpu_count() or 1) else -1)

    def get_version(self) -> None:
        """Return none: the library names none."""

    def set_additional_attributes(self) -> None:
        """Read nothing else."""


register(_LightGBM)

_LOCK = threading.RLock()
_SHARED = _Caps(of_thread=False)
_THREAD = threading.local()
_found: tuple[int, list[LibController]] = -1, []


def _own() -> _OwnCaps:
    if not hasattr(_THREAD, "caps"):
        _THREAD.caps = _OwnCaps()
    caps: _OwnCaps = _THREAD.caps
    return caps


def _pools() -> list[LibController]:
    """Return the libraries with pools, looked for again (some milliseconds) only where a module was imported since."""
    global _found
    if _found[0] != len(sys.modules):
        _found = len(sys.modules), ThreadpoolController().lib_controllers
    return _found[1]
