"""``retrodict audit``: what a model gives away, from its file and by query alone, with a verdict."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_block, print_line
from retrodict.cli.stops import stopping

if TYPE_CHECKING:
    from retrodict.auditing import AuditResult

_ROWS = options.more(options.ROWS, "Of each extraction; else 10,000, or 1,000 if quick.")
_SECONDS = options.more(options.SECONDS, "Else no limit, or 120 if quick.")


@grouped
def audit(
    model: options.ModelFile,
    out: options.OutFolder,
    opening: Opening,
    output: Output,
    prior: Annotated[
        Path | None, options.more(options.PRIOR, "Else ranges of the held-out rows, or the file's.")
    ] = None,
    train: Annotated[Path | None, options.TRAIN] = None,
    holdout: Annotated[Path | None, options.HOLDOUT] = None,
    target: options.Target = None,
    appetite: Annotated[Path | None, options.APPETITE] = None,
    rows: Annotated[int | None, _ROWS] = None,
    seed: options.Seed = 0,
    quick: Annotated[bool, options.QUICK] = False,
    seconds: Annotated[float | None, _SECONDS] = None,
) -> None:
    """Judge whether a model may be given away."""
    from retrodict.auditing import load_appetite
    from retrodict.report.audit.write import command_line
    from retrodict.results.claim import claimed
    from retrodict.results.folder import check_writable

    check_writable(out)
    load_appetite(appetite)
    loaded = opening.open_stated(model)
    tables: dict[str, Any] = {
        "train": row_files.read(train, row_files.TRAIN, loaded.schema, target),
        "holdout": row_files.read(holdout, row_files.HOLDOUT, loaded.schema, target),
    }
    given: dict[str, Any] = {
        "prior": prior,
        "target": target,
        "appetite": appetite,
        "rows": rows,
        "seed": seed,
        "quick": quick,
        "seconds": seconds,
    }
    with stopping("nothing was written"), claimed(out):
        found = rd.audit(
            loaded,
            out=out,
            **tables,
            **given,
            command=command_line(model, train=train, holdout=holdout, **given, **asdict(opening), out=out),
            say=lambda line: output.note(f"audit: {line}"),
        )
    output.note(file_line(model, loaded))
    output.show({**found.to_dict(), "out": str(out)}, lambda: _print(found, out))


def _print(found: AuditResult, out: Path) -> None:
    print_block(repr(found))
    print_line(f"report: {out / 'report.html'}    all the rest: {out / 'report.json'}")
