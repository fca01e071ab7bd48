"""``retrodict infer``: one column of known rows, from their other columns, the model's output and the prior."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_result

if TYPE_CHECKING:
    from retrodict.reconstruction.attributes import Inferred

_OUT = options.more(options.OUT, "A CSV file with a line a row, which singles out persons; else none is written.")
_KNOWN = typer.Option("--known", metavar="FILE", help="Rows that are known but for one column (CSV or Parquet).")


@grouped
def infer(
    model: options.ModelFile,
    known: Annotated[Path, _KNOWN],
    column: Annotated[str, options.COLUMN],
    opening: Opening,
    output: Output,
    prior: options.Prior = None,
    seen: Annotated[str, options.SEEN] = "target",
    target: options.Target = None,
    confidence: Annotated[float, options.CONFIDENCE] = 0.9,
    tolerance: Annotated[float, options.more(options.TOLERANCE, "Of a number: within it is right.")] = 0.05,
    digits: Annotated[int, options.DIGITS] = 4,
    out: Annotated[Path | None, _OUT] = None,
) -> None:
    """Infer one column of known rows from their other columns, the model's output and the prior."""
    from retrodict.results.folder import check_file, write_file

    if out is not None:
        check_file(out)
    loaded = opening.open(model)
    kind: Any = seen
    found = rd.infer(
        loaded,
        row_files.read(known, row_files.KNOWN, loaded.schema, target),
        column,
        prior,
        output=kind,
        target=target,
        confidence=confidence,
        tolerance=tolerance,
        digits=digits,
    )
    output.note(file_line(model, loaded))
    if out is not None:
        from retrodict.report.audit.records import csv_text

        write_file(out, csv_text(found.frame).encode())
    output.show({**found.to_dict(), **({} if out is None else {"out": str(out)})}, lambda: _print(found, out))


def _print(found: Inferred, out: Path | None) -> None:
    print_result(found)
    if out is not None:
        print_line(f"a line a row: {out}. It singles out persons: only those may see it who may see the rows")
