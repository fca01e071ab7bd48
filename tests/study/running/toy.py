"""Cells that cost nothing, wait, fail or kill their worker."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path
from typing import Any

from retrodict.study.design import Cell, Design

DESIGN = Design.model_validate(
    {
        "name": "toy",
        "datasets": ["iris", "wine"],
        "algorithms": ["naive_bayes", "logistic_regression", "decision_tree"],
        "priors": ["uniform", "independent", "empirical"],
        "seeds": 2,
    }
)
CELLS = DESIGN.cells()


def quick(design: Design, cell: Cell) -> dict[str, Any]:
    """Return numbers that follow from the cell alone."""
    word = hashlib.sha256(f"{design.seed}/{cell.key}".encode()).digest()
    return {"accuracy": word[0] / 255, "queries": word[1], "engine": "toy", "posterior_by_class": None}


def slow(design: Design, cell: Cell) -> dict[str, Any]:
    """Take a while."""
    time.sleep(0.05)
    return quick(design, cell)


def failing(design: Design, cell: Cell) -> dict[str, Any]:
    """Fail on one prior."""
    if cell.prior == "independent":
        raise ValueError("no such\nluck")
    return quick(design, cell)


def dying(design: Design, cell: Cell) -> dict[str, Any]:
    """Kill the worker on one cell whenever it is tried, and on another once."""
    if cell == CELLS[4]:
        os.kill(os.getpid(), signal.SIGKILL)
    once = Path(os.environ["RETRODICT_TEST_FOLDER"]) / "died"
    if cell == CELLS[7] and not once.exists():
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(design, cell)


def one_thread(design: Design, cell: Cell) -> dict[str, Any]:
    """Say how many threads linear algebra may take."""
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    return {"queries": max(pool["num_threads"] for pool in threadpool_info())}


def odd(design: Design, cell: Cell) -> dict[str, Any]:
    """Give numpy's scalars, and once what no table holds."""
    import numpy as np

    row = {"queries": np.int64(7), "accuracy": np.float32(0.5)}
    return {**row, "posterior_by_class": {"0": 1.0}} if cell == CELLS[1] else row
