"""``retrodict query-curve``: what a model gives away for so many calls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_block
from retrodict.cli.stops import stopping
from retrodict.errors import RequestError

_TRAIN = options.more(options.TRAIN, "Without them there is no fidelity and no lift.")


@grouped
def query_curve(
    model: options.ModelFile,
    holdout: Annotated[Path, options.HOLDOUT],
    opening: Opening,
    output: Output,
    train: Annotated[Path | None, _TRAIN] = None,
    prior: options.Prior = None,
    ladder: Annotated[
        str, typer.Option("--ladder", metavar="N,N", help="Numbers of model calls, at least 20 each.")
    ] = "100,300,1000,3000,10000",
    target: options.Target = None,
    estimators: Annotated[str | None, options.more(options.ESTIMATORS, "Else two.")] = None,
    limit: Annotated[int, options.more(options.LIMIT, "For measures of whole rows.")] = 1_000,
    seed: options.Seed = 0,
) -> None:
    """Say what a model gives away for so many calls."""
    steps = _steps(ladder)
    loaded = opening.open(model)
    tested = row_files.read(holdout, row_files.HOLDOUT, loaded.schema, target)
    trained = row_files.read(train, row_files.TRAIN, loaded.schema, target)
    with stopping("nothing was written"):
        found = rd.query_curve(
            loaded,
            prior,
            steps,
            trained,
            tested,
            target=target,
            estimators=options.names(estimators),
            limit=limit,
            seed=seed,
        )
    output.note(file_line(model, loaded))
    output.show(found.to_dict(), lambda: print_block(repr(found)))


def _steps(ladder: str) -> list[int]:
    try:
        return [int(step) for step in options.names(ladder) or ()]
    except ValueError:
        raise RequestError(f"the ladder must be like 100,300,1000, got '{ladder}'") from None
