"""``retrodict study``: many datasets, algorithms and priors, and what their cells have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retrodict.cli import options
from retrodict.cli.printing import print_json, print_line
from retrodict.cli.stops import stopping
from retrodict.cli.study_report import find_study, report

if TYPE_CHECKING:
    from retrodict.study.store import Status

app = typer.Typer(
    help="Run a grid of datasets, algorithms, priors and seeds, and judge what it shows.", no_args_is_help=True
)

StudyFile = Annotated[Path, typer.Argument(metavar="FILE", help="A study file, or NAME for NAME.study.")]


@app.command()
def init(
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
    print_line(f"{file}: a design; 'retrodict study run {file}' runs it")


@app.command()
def run(
    design: Annotated[str, typer.Argument(metavar="DESIGN", help="smoke, paper, full, or a YAML file.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The study's file; else its name with .study.")
    ] = None,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Processes; else one a core.")] = None,
    backend: Annotated[str, typer.Option(metavar="NAME", help="local or ray.")] = "local",
    address: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Of a running Ray cluster; else one is started here.")
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run cells that failed once more.")] = False,
    limit: Annotated[int | None, typer.Option(metavar="N", help="Stop after so many cells.")] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Run what the file does not hold yet; after a stop or a kill the same command goes on."""
    from retrodict.results.progress import CellProgress
    from retrodict.study.run import run_study

    with (
        stopping("cells that are done are kept; the same command goes on"),
        CellProgress(False if quiet else None) as bar,
    ):
        status = run_study(
            design,
            out,
            workers=workers,
            backend=backend,
            address=address,
            retry_failed=retry_failed,
            limit=limit,
            started=bar.begin,
            told=lambda cell, row: bar.update(cell.key, row["status"] == "failed"),
        )
    _show(status, Path(out or f"{status.name}.study"), json=json, quiet=quiet)


@app.command()
def status(file: StudyFile, json: options.Json = False) -> None:
    """Say how many cells are done, which failed and why; a run may be going on."""
    from retrodict.study.store import read_status

    path = find_study(file)
    _show(read_status(path), path, json=json)


@app.command()
def export(
    file: StudyFile,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Parquet, or CSV if its name ends so.")],
) -> None:
    """Write the cells as a table."""
    from retrodict.errors import RequestError
    from retrodict.study.store import read_cells

    if out.suffix not in (".parquet", ".csv"):
        raise RequestError(f"cells are written as Parquet or CSV, got '{out}'; end its name with .parquet or .csv")
    cells = read_cells(find_study(file))
    work = out.with_name(out.name + ".partial")
    try:
        if out.suffix == ".csv":
            cells.to_csv(work, index=False)
        else:
            cells.to_parquet(work, index=False)
        work.replace(out)
    finally:
        work.unlink(missing_ok=True)
    print_line(f"{out}: {len(cells):,} cells")


app.command()(report)


def _show(found: Status, path: Path, *, json: bool, quiet: bool = False) -> None:
    if json:
        told: dict[str, Any] = {**found.to_dict(), "out": str(path)}
        print_json(told)
        return
    if quiet:
        return
    rate = f" ({found.rate:,.0f} a minute)" if found.rate else ""
    time = f" (about {found.seconds_left / 60:,.0f} min)" if found.left and found.seconds_left is not None else ""
    head = f"{path}: {found.done:,} of {found.cells:,} cells done"
    print_line(f"{head}{rate}, {found.failed:,} failed, {found.left:,} left{time}")
    for reason, count in found.failures.items():
        print_line(f"  {count:,} failed: {reason}")
