"""``retrodict membership-attacks``: who was in the training table, as outputs, shadow models and the file tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.lines_file import LinesFile, check_place, show_and_write
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output

_REBUILT = typer.Option("--rebuilt", metavar="DIR", help="Rows that the file gives away: what rebuild has written.")
_DRAWN = typer.Option("--drawn", metavar="DIR", help="Rows drawn by query: what reconstruct --prior has written.")


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
    shadows: Annotated[int, options.more(options.SHADOWS, "16 is a good start; else none.")] = 0,
    shadow_estimator: Annotated[str | None, options.SHADOW_ESTIMATOR] = None,
    subgroup: Annotated[str | None, options.SUBGROUP] = None,
    rebuilt: Annotated[Path | None, _REBUILT] = None,
    drawn: Annotated[Path | None, _DRAWN] = None,
    out: LinesFile = None,
    cache: Annotated[Path | None, options.CACHE] = None,
    workers: Annotated[int | None, options.more(options.WORKERS, "The result is the same.")] = None,
) -> None:
    """Say how well training rows are told from others: by outputs, by shadow models, and by the file."""
    from retrodict.reconstruction import load_rows

    check_place(out)
    loaded = opening.open(model)
    found = rd.membership_attacks(
        loaded,
        row_files.read(train, row_files.TRAIN, loaded.schema, target),
        row_files.read(holdout, row_files.HOLDOUT, loaded.schema, target),
        target=target,
        limit=limit,
        seed=seed,
        shadows=shadows,
        estimator=shadow_estimator,
        reconstruction=None if rebuilt is None else load_rows(rebuilt),
        drawn=None if drawn is None else load_rows(drawn),
        subgroups=options.names(subgroup),
        workers=workers,
        cache=cache,
    )
    output.note(file_line(model, loaded))
    show_and_write(output, found, found.records, out)
