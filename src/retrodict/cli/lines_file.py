"""The file with a line a row that some commands write: it singles out persons, and is written only when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from retrodict.cli import options
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_result

if TYPE_CHECKING:
    import pandas as pd

    from retrodict.results.result import KeptResult

LinesFile = Annotated[
    Path | None,
    options.more(options.OUT, "A CSV file with a line a row, which singles out persons; else none is written."),
]
"""The option."""


def check_place(out: Path | None) -> None:
    """Refuse a place that can't be written, before any work is done.

    Raises
    ------
    RequestError
        If it can't be.
    """
    from retrodict.results.folder import check_file

    if out is not None:
        check_file(out)


def show_and_write(output: Output, found: KeptResult, lines: pd.DataFrame | None, out: Path | None) -> None:
    """Show a result, and write its lines where they were asked for.

    Parameters
    ----------
    output
        Of the command.
    found
        The result.
    lines
        One a row.
    out
        The file; ``None`` for none.
    """
    if out is None or lines is None:
        output.show(found.to_dict(), lambda: print_result(found))
        return
    from retrodict.report.audit.records import csv_text
    from retrodict.results.folder import write_file

    write_file(out, csv_text(lines).encode())

    def shown() -> None:
        print_result(found)
        print_line(f"a line a row: {out}. It singles out persons: only those may see it who may see the rows")

    output.show({**found.to_dict(), "out": str(out)}, shown)
