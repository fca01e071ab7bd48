"""``retrodict evaluate``: how near a reconstruction comes to real rows as a distribution, beside its controls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening
from retrodict.cli.output import Output
from retrodict.cli.printing import print_block, print_line

if TYPE_CHECKING:
    from retrodict.evaluation import Fidelity

_HOLDOUT = options.more(options.HOLDOUT, "Else half of the training rows.")
_LIMIT = options.more(options.LIMIT, "For measures of whole rows.")
_MODEL = options.more(options.MODEL, "It shows what predictions alone reach.")
_PRIOR = options.more(options.PRIOR, "Else what --model implies; else there is no lift.")


@grouped
def evaluate(
    folder: options.RebuiltFolder,
    train: Annotated[Path, options.TRAIN],
    opening: Opening,
    output: Output,
    holdout: Annotated[Path | None, _HOLDOUT] = None,
    prior: Annotated[Path | None, _PRIOR] = None,
    model: Annotated[Path | None, _MODEL] = None,
    target: options.Target = None,
    limit: Annotated[int, _LIMIT] = 2_000,
    seed: options.Seed = 0,
) -> None:
    """Say how near rows come to the training rows as a distribution, beside the prior alone and held-out rows."""
    from retrodict.reconstruction import load_rows

    rec = load_rows(folder)
    found = rd.evaluate(
        rec,
        row_files.read(train, row_files.TRAIN, rec.schema, target),
        row_files.read(holdout, row_files.HOLDOUT, rec.schema, target),
        prior,
        None if model is None else opening.open(model),
        target=target,
        limit=limit,
        seed=seed,
    )
    output.show(found.to_dict(), lambda: _print(found))


def _print(found: Fidelity) -> None:
    print_block(repr(found))
    for _, line in found.undefined.iterrows():
        print_line(f"  no lift of {line['measure']}, {line['scope']}: {line['reason']}")
