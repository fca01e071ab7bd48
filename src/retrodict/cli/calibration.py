"""``retrodict calibration``: whether a rebuilt table's stated confidence is what it is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_table
from retrodict.errors import RequestError

if TYPE_CHECKING:
    import pandas as pd

    from retrodict.reconstruction import LabelledRows


@grouped
def calibration(
    folder: options.RebuiltFolder,
    train: Annotated[Path, options.TRAIN],
    output: Output,
    target: options.Target = None,
    by_cell: Annotated[bool, typer.Option("--by-cell", help="The confidence of single cells, not of rows.")] = False,
    in_order: Annotated[
        bool, typer.Option("--in-order", help="The rows of both tables stand in the same order; else they are paired.")
    ] = False,
    tolerance: Annotated[float, options.TOLERANCE] = 1e-9,
) -> None:
    """Say whether the stated confidence of rebuilt rows, or cells, is what it is worth."""
    from retrodict.reconstruction import load_rows

    rec = load_rows(folder)
    real = row_files.read(train, row_files.TRAIN, rec.schema, target)
    found = rd.calibration(
        rec.frame,
        real,
        rec.schema,
        target=target,
        confidence=_of_cells(rec, folder) if by_cell else None,
        in_order=in_order,
        tolerance=tolerance,
    )
    output.show({"bins": found.to_dict(orient="records")}, lambda: _print(found))


def _of_cells(rec: LabelledRows, folder: Path) -> pd.DataFrame:
    """Return the confidence of each cell, features in the schema's order; a feature that no tree splits on has none."""
    if not isinstance(rec, rd.Rebuilt) or rec.cell_confidence is None:
        raise RequestError(f"'{folder}' holds no confidence of cells; leave --by-cell out, or give a rebuilt table")
    return rec.cell_confidence[list(rec.schema.names)].fillna(0.0)


def _print(found: pd.DataFrame) -> None:
    heads = [name for name in found.columns if name not in ("low", "high")]
    lines = [
        [f"{line.low:g} to {line.high:g}", f"{line['count']:,.0f}", *(f"{line[name]:.3f}" for name in heads[1:])]
        for _, line in found.iterrows()
    ]
    print_table("", ["confidence", *heads], lines, right=heads)
    print_line("actual: the share of cells that are right, with its standard error; exact: the share of whole rows")
