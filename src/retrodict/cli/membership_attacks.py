"""``retrodict membership-attacks``: who was in the training table, as the model's own outputs tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_block


@grouped
def membership_attacks(
    model: options.ModelFile,
    train: Annotated[Path, options.TRAIN],
    holdout: Annotated[Path, options.HOLDOUT],
    opening: Opening,
    output: Output,
    target: options.Target = None,
    limit: Annotated[int, options.LIMIT] = 10_000,
    seed: options.Seed = 0,
) -> None:
    """Say how well the model's own outputs tell training rows from others."""
    loaded = opening.open(model)
    found = rd.membership_attacks(
        loaded,
        row_files.read(train, row_files.TRAIN, loaded.schema, target),
        row_files.read(holdout, row_files.HOLDOUT, loaded.schema, target),
        target=target,
        limit=limit,
        seed=seed,
    )
    output.note(file_line(model, loaded))
    output.show(found.to_dict(), lambda: print_block(repr(found)))
