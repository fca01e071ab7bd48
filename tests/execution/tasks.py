"""What tests have workers do."""

from __future__ import annotations

import os
import signal
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any


def square(task: int) -> int:
    """Return its square; the first of them takes longest."""
    time.sleep(0.3 if task == 0 else 0.0)
    return task * task


def picky(task: int) -> Any:
    """Fail on 2, and return on 3 what no process can send."""
    if task == 2:
        raise ValueError("no\nluck")
    return threading.Lock() if task == 3 else task


def deadly(folder: Path, task: int) -> int:
    """Kill the worker whenever it is given 1, and once when it is given 4."""
    once = folder / "died"
    if task == 1 or (task == 4 and not once.exists()):
        once.touch() if task == 4 else None
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def where(task: int) -> tuple[int, int, str]:
    """Return the process, the most threads a library may take in it, and the task's name."""
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    return os.getpid(), max(pool["num_threads"] for pool in threadpool_info()), os.environ["OMP_NUM_THREADS"]


def broken() -> partial[int]:
    """Return a function that no worker can load."""
    return partial(square, Unloadable())


class Unloadable:
    """Can be pickled, and not loaded again."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("no number",)
