"""Run a study: every cell that its file does not hold yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from retrodict.errors import RequestError
from retrodict.execution import Outcome, map_ordered
from retrodict.execution.places import pool_of
from retrodict.results.arguments import check_count
from retrodict.study.checking import check_design
from retrodict.study.design import Cell, Design, load_design
from retrodict.study.rows import MEASURE, CellRow, Row, row_of
from retrodict.study.store import Status, Writer, read_status

Told = Callable[[Cell, Row], None]
"""Is told of each cell when it is written."""


def run_study(
    design: Design | str | Path,
    out: str | Path | None = None,
    *,
    workers: int | None = None,
    backend: str = "local",
    address: str | None = None,
    retry_failed: bool = False,
    limit: int | None = None,
    measure: str = MEASURE,
    started: Callable[[int, int], None] = lambda cells, left: None,
    told: Told = lambda cell, row: None,
) -> Status:
    """Measure every cell of a design that is not in its file yet.

    The file is written by this process alone, one transaction a cell. A run that is stopped or killed at any moment
    goes on with the same call: no cell is lost, none is run twice but those that were under way. The cells are the
    same whatever the backend, the number of workers and the order in which they end, but for the columns `VOLATILE`.

    Parameters
    ----------
    design
        A design, the name of a built-in one, or a YAML file.
    out
        The study's file; by default its name with ``.study``, in the working directory.
    workers
        Processes, of one thread each; by default as many as cores, of this machine or of the cluster.
    backend
        ``local`` or ``ray``.
    address
        Of a running Ray cluster.
    retry_failed
        Run cells that failed once more.
    limit
        Stop after so many cells.
    measure
        What measures a cell: ``module:function``, called with design and cell.
    started
        Is told how many cells there are and how many are left, before the first.
    told
        Is told of each cell when it is written.

    Raises
    ------
    RequestError
        If the design, a dataset of it, the file or a setting is wrong; nothing was run then.
    MissingExtraError
        If ray is asked for and not installed.
    RunError
        If another run writes the file, or the cluster can't be reached.
    """
    design = design if isinstance(design, Design) else load_design(design)
    place = pool_of(backend, workers, address)
    if limit is not None:
        check_count(limit, "limit")
    path = Path(f"{design.name}.study" if out is None else out)
    if path.is_dir():
        raise RequestError(f"'{path}' is a folder; give the name of a file")
    check_design(design)
    cells = design.cells()
    with Writer(path, design, len(cells)) as writer:
        if retry_failed:
            writer.forget_failures()
        kept = writer.kept()
        left = [cell for cell in cells if cell.key not in kept][:limit]
        started(len(cells), len(left))

        def write(cell: Cell, outcome: Outcome[Row]) -> None:
            row = row_of(outcome)
            writer.add(cell, row)
            told(cell, row)

        for _ in map_ordered(CellRow(design, measure), left, place, together=_base_model, done=write):
            pass  # each was written the moment it ended
    return read_status(path)


def _base_model(cell: Cell) -> tuple[str | int, ...]:
    """Return what names the base model of a cell: neighbours that share one are measured by one worker."""
    return cell.dataset, cell.seed, cell.algorithm, cell.quality
