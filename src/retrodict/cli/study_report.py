"""``retrodict study report``: what the cells of a study say."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import print_block, print_line
from retrodict.cli.stops import stopping

if TYPE_CHECKING:
    import pandas as pd

StudyFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="A study file, or NAME for NAME.study; for a report a table exported from one, too."
    ),
]


@grouped
def report(
    file: StudyFile,
    output: Output,
    out: Annotated[Path | None, options.more(options.OUT, "A new folder; else NAME-report beside the file.")] = None,
    seed: options.Seed = 0,
) -> None:
    """Judge a study's claims on its cells: report.html, report.json and figures."""
    from retrodict.report.study.write import study_report
    from retrodict.results.folder import check_writable

    path = find_study(file)
    out = path.with_name(f"{path.stem}-report") if out is None else out
    check_writable(out)
    cells, study = open_cells(path)
    command = shlex.join(["retrodict", "study", "report", str(file), "--out", str(out)])
    with stopping("nothing was written"):
        found = study_report(cells, study, out=out, command=command, seed=seed)
    output.show({**found.to_dict(), "out": str(out)}, lambda: _print(repr(found), out))


def _print(text: str, out: Path) -> None:
    print_block(text)
    print_line(f"report: {out / 'report.html'}    all the rest: {out / 'report.json'}")


def find_study(file: Path) -> Path:
    """Return the file that is meant: itself, or with ``.study`` at its end.

    Raises
    ------
    RequestError
        If there is neither.
    """
    from retrodict.errors import RequestError

    named = file.with_name(file.name + ".study")
    for path in (file, named):
        if path.is_file():
            return path
    raise RequestError(f"there is no study '{file}', nor '{named}'; make one with 'retrodict study run'")


def open_cells(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the cells of a file, and what it says of its study.

    Raises
    ------
    RequestError
        If it can't be read.
    """
    import pandas as pd

    from retrodict.errors import RequestError

    if path.suffix == ".parquet":
        try:
            return pd.read_parquet(path), {"name": path.stem}
        except (OSError, ValueError) as error:
            raise RequestError(f"'{path}' can't be read as Parquet: {error}; give a study file") from error
    from retrodict.study.store import read_cells, read_study

    return read_cells(path), read_study(path)
