"""``retrodict aligned-error``: how near a rebuilt table comes to the real one, row by row in order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import print_block


@grouped
def aligned_error(
    folder: options.RebuiltFolder,
    train: Annotated[Path, options.TRAIN],
    output: Output,
    target: options.Target = None,
    tolerance: Annotated[float, options.TOLERANCE] = 1e-9,
) -> None:
    """Say how near they come in the order in which both tables stand."""
    from retrodict.reconstruction import load_rows

    rec = load_rows(folder)
    real = row_files.read(train, row_files.TRAIN, rec.schema, target)
    found = rd.aligned_error(rec.frame, real, rec.schema, target=target, tolerance=tolerance)
    output.show(found.to_dict(), lambda: print_block(repr(found)))
