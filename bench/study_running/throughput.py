"""Cells a minute and cost per cell of running a study: worker processes beside a Ray cluster with as many cores.

Run with `uv run python -m bench.study_running.throughput [--workers N] [--designs toy smoke] [--write]`. Cells
of `toy` wait for a known time, so that all else is overhead; those of `smoke` are real.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bench.document import machine, markdown, write_section
from retrodict.execution.places import BACKENDS
from retrodict.study.design import Cell, Design, load_design
from retrodict.study.run import run_study
from retrodict.study.store import read_cells

LENGTH = 0.05
"""Seconds that a cell of `toy` waits."""
TARGET = 50.0
"""Milliseconds that a cell may cost beyond its work."""
TOY = {
    "name": "toy",
    "datasets": ["iris", "wine"],
    "algorithms": ["naive_bayes", "logistic_regression", "decision_tree"],
    "priors": ["uniform", "independent", "copula", "mixture_0.5", "empirical", "implied"],
    "seeds": 8,
}
DESIGNS = ("toy", "smoke")


def waiting(design: Design, cell: Cell) -> dict[str, Any]:
    """Do nothing for a known time."""
    time.sleep(LENGTH)
    return {"queries": 1}


@dataclass(frozen=True)
class Timing:
    """How one run went.

    Parameters
    ----------
    cells
        Run.
    total
        Seconds from the first worker's start to the last cell.
    start
        Seconds until the first cell began.
    work
        Mean seconds of a cell's own work.
    overhead
        Mean milliseconds between the end of a worker's cell and that of its next, less the work of the next.
    """

    cells: int
    total: float
    start: float
    work: float
    overhead: float

    @property
    def rate(self) -> float:
        """Cells a minute once workers run."""
        return 60.0 * self.cells / (self.total - self.start)


def timed(name: str, backend: str, workers: int, folder: Path) -> Timing:
    out, marks = folder / f"{name}-{backend}.study", []
    toy = name == "toy"
    measure = {"measure": "bench.study_running.throughput:waiting"} if toy else {}
    status = run_study(
        Design.model_validate(TOY) if toy else load_design(name),
        out,
        workers=workers,
        backend=backend,
        started=lambda cells, left: marks.append(time.perf_counter()),
        told=lambda cell, row: marks.append(time.perf_counter()),
        **measure,
    )
    if status.failed:
        raise SystemExit(f"{status.failed} cells failed: {dict(status.failures)}")
    cells = read_cells(out)
    cells["finished_at"] = pd.to_datetime(cells.finished_at)
    cells = cells.sort_values("finished_at")
    apart = cells.groupby("worker").finished_at.diff().dt.total_seconds() - cells.seconds
    first = cells.seconds.iloc[0]
    return Timing(
        len(cells),
        marks[-1] - marks[0],
        max(marks[1] - marks[0] - first, 0.0),
        float(cells.seconds.mean()),
        1000.0 * float(apart.mean()),
    )


def table(found: dict[tuple[str, str], Timing], workers: int) -> str:
    head = [
        "design",
        "backend",
        "cells",
        "work, s a cell",
        "start, s",
        "cells a minute",
        "of local",
        "overhead, ms a cell",
    ]
    rows = [
        [
            name,
            backend,
            f"{one.cells:,}",
            f"{one.work:.3f}",
            f"{one.start:.1f}",
            f"{one.rate:,.0f}",
            f"{one.rate / found[name, 'local'].rate:.2f}",
            f"{one.overhead:.1f}",
        ]
        for (name, backend), one in found.items()
    ]
    most = max(one.overhead for one in found.values())
    verdict = f"The most that a cell costs beyond its work is {most:.1f} ms; the target is under {TARGET:.0f} ms."
    return f"{markdown(head, rows, words=2)}\n\n{verdict} {workers} workers. {machine('ray')}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--designs", nargs="+", choices=DESIGNS, default=list(DESIGNS))
    parser.add_argument("--write", action="store_true", help="put the table in docs/guides/study_running.md")
    asked = parser.parse_args()
    here = str(Path(__file__).resolve().parents[2])  # workers of either kind import `waiting` from here
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryDirectory() as folder:
        found = {
            (name, backend): timed(name, backend, asked.workers, Path(folder))
            for name in asked.designs
            for backend in BACKENDS
        }
    text = table(found, asked.workers)
    print(text)
    if asked.write:
        write_section("study_running.md", "throughput", text)


if __name__ == "__main__":
    main()
