"""``retrodict study``: many datasets, algorithms and priors, and what their cells have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line
from retrodict.cli.stops import stopping
from retrodict.cli.study_report import StudyFile, find_study, report
from retrodict.cli.tables import check_table_file, write_table

if TYPE_CHECKING:
    from retrodict.study.store import Status

app = typer.Typer(
    help="Run a grid of datasets, algorithms, priors and seeds, and judge what it shows.", no_args_is_help=True
)


@app.command()
@grouped
def init(
    output: Output,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")] = Path("study.yaml"),
) -> None:
    """Write a commented design to start from."""
    from retrodict.errors import RequestError
    from retrodict.study.design import template

    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(template())
    except FileExistsError:
        raise RequestError(f"'{file}' is there already; give another name") from None
    output.show({"out": str(file)}, lambda: print_line(f"{file}: a design; 'retrodict study run {file}' runs it"))


@app.command()
@grouped
def run(
    design: Annotated[str, typer.Argument(metavar="DESIGN", help="smoke, paper, full, or a YAML file.")],
    output: Output,
    out: Annotated[Path | None, options.more(options.OUT, "The study's file; else its name with .study.")] = None,
    workers: Annotated[int | None, options.more(options.WORKERS, "Processes; the cells are the same.")] = None,
    backend: Annotated[str, options.BACKEND] = "local",
    address: Annotated[str | None, options.ADDRESS] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run cells that failed once more.")] = False,
    cells: Annotated[int | None, typer.Option("--cells", metavar="N", help="Stop after so many cells.")] = None,
) -> None:
    """Run what the file does not hold yet; after a stop or a kill the same command goes on."""
    from retrodict.results.progress import CellProgress
    from retrodict.study.run import run_study

    with (
        stopping("cells that are done are kept; the same command goes on"),
        CellProgress(output.progress) as bar,
    ):
        status = run_study(
            design,
            out,
            workers=workers,
            backend=backend,
            address=address,
            retry_failed=retry_failed,
            limit=cells,
            started=bar.begin,
            told=lambda cell, row: bar.update(cell.key, row["status"] == "failed"),
        )
    _show(status, Path(out or f"{status.name}.study"), output)


@app.command()
@grouped
def status(file: StudyFile, output: Output) -> None:
    """Say how many cells are done, which failed and why; a run may be going on."""
    from retrodict.study.store import read_status

    path = find_study(file)
    _show(read_status(path), path, output)


@app.command()
@grouped
def export(
    file: StudyFile,
    out: Annotated[Path, options.more(options.OUT, "A table of cells: Parquet, or CSV if its name ends so.")],
    output: Output,
) -> None:
    """Write the cells as a table."""
    from retrodict.study.store import read_cells

    check_table_file(out)
    cells = read_cells(find_study(file))
    write_table(cells, out)
    output.show({"out": str(out), "cells": len(cells)}, lambda: print_line(f"{out}: {len(cells):,} cells"))


app.command()(report)


def _show(found: Status, path: Path, output: Output) -> None:
    output.show({**found.to_dict(), "out": str(path)}, lambda: _print(found, path))


def _print(found: Status, path: Path) -> None:
    rate = f" ({found.rate:,.0f} a minute)" if found.rate else ""
    time = f" (about {found.seconds_left / 60:,.0f} min)" if found.left and found.seconds_left is not None else ""
    head = f"{path}: {found.done:,} of {found.cells:,} cells done"
    print_line(f"{head}{rate}, {found.failed:,} failed, {found.left:,} left{time}")
    for reason, count in found.failures.items():
        print_line(f"  {count:,} failed: {reason}")
