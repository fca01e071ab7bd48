"""``retrodict matched-error`` and ``aligned-error``: how near a rebuilt table comes to the real one, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import print_block

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrodict.evaluation import RecordMatch


@grouped
def matched_error(
    folder: options.RebuiltFolder,
    train: Annotated[Path, options.TRAIN],
    output: Output,
    target: options.Target = None,
    tolerance: Annotated[float, options.TOLERANCE] = 1e-9,
) -> None:
    """Say how near they come when each is paired with a training row of its own, at the least error."""
    _show(rd.matched_error, folder, train, output, target, tolerance)


@grouped
def aligned_error(
    folder: options.RebuiltFolder,
    train: Annotated[Path, options.TRAIN],
    output: Output,
    target: options.Target = None,
    tolerance: Annotated[float, options.TOLERANCE] = 1e-9,
) -> None:
    """Say how near they come in the order in which both tables stand."""
    _show(rd.aligned_error, folder, train, output, target, tolerance)


def _show(
    measure: Callable[..., RecordMatch], folder: Path, train: Path, output: Output, target: str | None, tolerance: float
) -> None:
    from retrodict.reconstruction import load_rows

    rec = load_rows(folder)
    real = row_files.read(train, row_files.TRAIN, rec.schema, target)
    found = measure(rec.frame, real, rec.schema, target=target, tolerance=tolerance)
    output.show(found.to_dict(), lambda: print_block(repr(found)))
