"""``retrodict controls``: what chance and other people's rows reach, measured as a rebuilt table is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import print_table

if TYPE_CHECKING:
    from retrodict.evaluation import RecordMatch


@grouped
def controls(
    folder: options.RebuiltFolder,
    train: Annotated[Path, options.TRAIN],
    output: Output,
    holdout: Annotated[Path | None, options.HOLDOUT] = None,
    target: options.Target = None,
    seed: options.Seed = 0,
    tolerance: Annotated[float, options.TOLERANCE] = 1e-9,
) -> None:
    """Say what tables reach that know nothing of single rows: what a matched error is held against."""
    from retrodict.reconstruction import load_rows

    rec = load_rows(folder)
    found = rd.controls(
        row_files.read(train, row_files.TRAIN, rec.schema, target),
        row_files.read(holdout, row_files.HOLDOUT, rec.schema, target),
        rec.frame,
        rec.schema,
        target=target,
        seed=seed,
        tolerance=tolerance,
    )
    output.show({name: match.to_dict() for name, match in found.items()}, lambda: _print(found))


def _print(found: dict[str, RecordMatch]) -> None:
    heads = ["pairs", "error", "exact rows"]
    lines = [[name, f"{one.n:,}", f"{one.error:.4f}", f"{one.exact_rows:.1%}"] for name, one in found.items()]
    print_table("", ["control", *heads], lines, right=heads)
