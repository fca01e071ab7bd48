"""``retrodict record-risk``: how near single rows of a reconstruction come to single training rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import print_block

_TOLERANCE = options.more(options.TOLERANCE, "Where rows are singled out.")


@grouped
def record_risk(
    folder: options.RebuiltFolder,
    train: Annotated[Path, options.TRAIN],
    output: Output,
    holdout: Annotated[Path | None, options.more(options.HOLDOUT, "Without them chance is not known.")] = None,
    target: options.Target = None,
    tolerance: Annotated[float, _TOLERANCE] = 0.01,
    seed: options.Seed = 0,
) -> None:
    """Say how near single rows come to single training rows, and what of that held-out rows show too."""
    from retrodict.reconstruction import load_rows

    rec = load_rows(folder)
    real = row_files.read(train, row_files.TRAIN, rec.schema, target)
    fresh = row_files.read(holdout, row_files.HOLDOUT, rec.schema, target)
    found = rd.record_risk(rec, real, fresh, target=target, tolerance=tolerance, seed=seed)
    output.show(found.to_dict(), lambda: print_block(repr(found)))
