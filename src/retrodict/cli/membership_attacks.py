"""``retrodict membership-attacks``: who was in the training table, as outputs, shadow models and the file tell it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_result

if TYPE_CHECKING:
    from retrodict.evaluation.membership import MembershipAttacks

_OUT = options.more(options.OUT, "A CSV file with a line a row, which singles out persons; else none is written.")
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
    out: Annotated[Path | None, _OUT] = None,
    cache: Annotated[Path | None, options.CACHE] = None,
    workers: Annotated[int | None, options.more(options.WORKERS, "The result is the same.")] = None,
) -> None:
    """Say how well training rows are told from others: by outputs, by shadow models, and by the file."""
    from retrodict.reconstruction import load_rows
    from retrodict.results.folder import check_file, write_file

    if out is not None:
        check_file(out)
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
    if out is not None and found.records is not None:
        from retrodict.report.audit.records import csv_text

        write_file(out, csv_text(found.records).encode())
    output.show({**found.to_dict(), **({} if out is None else {"out": str(out)})}, lambda: _print(found, out))


def _print(found: MembershipAttacks, out: Path | None) -> None:
    print_result(found)
    if out is not None:
        print_line(f"a line a row: {out}. It singles out persons: only those may see it who may see the training rows")
