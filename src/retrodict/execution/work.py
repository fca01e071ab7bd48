"""What a worker does, wherever it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from retrodict import threads

if TYPE_CHECKING:
    from retrodict.study.design import Cell, Design

Row = dict[str, Any]
Measure = Callable[["Design", "Cell"], Mapping[str, Any]]

MEASURE = "retrodict.study.measure:measure_cell"
"""What measures a cell: a module and a function in it."""

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Set before a worker imports numpy, which starts its threads then: workers are as many as cores, and sums must not
depend on threads."""

_LONGEST = 500  # characters of a failure


class Backend(Protocol):
    """Measures cells, and yields each as soon as it is done, in any order."""

    def rows(self, groups: Sequence[Sequence[Cell]]) -> Iterator[tuple[Cell, Row]]:
        """Yield every cell with its row.

        Parameters
        ----------
        groups
            Cells that share work, in order: one worker measures a group.
        """
        ...


def measure_function(path: str) -> Measure:
    """Return the function that ``module:function`` names."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


def measured(measure: Measure, design: Design, cell: Cell, worker: str) -> Row:
    """Return a cell's row; one whose measuring fails is a row that says why."""
    started = time.perf_counter()
    try:
        with threads.capped(1):
            row: Row = {"status": "done"} | {name: _plain(name, value) for name, value in measure(design, cell).items()}
    except Exception as error:
        row = failed(f"{type(error).__name__}: {error}")
    return {**row, "seconds": time.perf_counter() - started, "worker": worker}


def _plain(name: str, value: Any) -> float | int | str | None:
    """Return a value as the file can hold it; numpy's scalars become Python's."""
    value = value.item() if hasattr(value, "item") else value
    if not isinstance(value, float | int | str | None):
        raise TypeError(f"{name} must be a number, text or None, got {type(value).__name__}")
    return value


def failed(reason: str) -> Row:
    """Return the row of a cell that has no measures."""
    return {"status": "failed", "failure": " ".join(reason.split())[:_LONGEST]}
