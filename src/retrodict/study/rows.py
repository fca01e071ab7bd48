"""A cell's row in the study's file, made where a worker is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from retrodict.execution import Outcome

if TYPE_CHECKING:
    from retrodict.study.design import Cell, Design

Row = dict[str, Any]
Measure = Callable[["Design", "Cell"], Mapping[str, Any]]

MEASURE = "retrodict.study.measure:measure_cell"
"""What measures a cell: a module and a function in it."""

_LONGEST = 500  # characters of a failure


@dataclass(frozen=True)
class CellRow:
    """Measures a cell of a design: what a worker runs.

    Parameters
    ----------
    design
        Of the study.
    path
        ``module:function``, called with design and cell; it is imported where this is unpickled, and nowhere else.
    """

    design: Design
    path: str

    def __call__(self, cell: Cell) -> Row:
        """Return the values of one cell by column."""
        return {name: _plain(name, value) for name, value in _measure(self.path)(self.design, cell).items()}

    def __reduce__(self) -> tuple[Any, ...]:
        return _imported, (self.design, self.path)


def row_of(outcome: Outcome[Row]) -> Row:
    """Return what the file holds of a cell; of one that failed, why."""
    if outcome.failure is None:
        row: Row = {"status": "done", **(outcome.value or {})}
    else:
        reason = f"{outcome.failure.kind}: {outcome.failure.text}"
        row = {"status": "failed", "failure": " ".join(reason.split())[:_LONGEST]}
    return {**row, "seconds": outcome.seconds, "worker": outcome.worker} if outcome.worker else row


def _imported(design: Design, path: str) -> CellRow:
    _measure(path)  # what can't be imported ends the worker before it is given a cell
    return CellRow(design, path)


def _measure(path: str) -> Measure:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


def _plain(name: str, value: Any) -> float | int | str | None:
    """Return a value as the file can hold it; numpy's scalars become Python's."""
    value = value.item() if hasattr(value, "item") else value
    if not isinstance(value, float | int | str | None):
        raise TypeError(f"{name} must be a number, text or None, got {type(value).__name__}")
    return value
