"""``retrodict sanitize``: a copy of a model without the facts that prediction does not need."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_result
from retrodict.cli.stops import stopping
from retrodict.errors import RequestError

if TYPE_CHECKING:
    from retrodict.auditing import AuditComparison


@grouped
def sanitize(
    model: options.ModelFile,
    out: Annotated[Path, options.more(options.OUT, "A file for the copy.")],
    opening: Opening,
    output: Output,
    as_pickle: Annotated[bool, typer.Option("--pickle", help="Write a pickle, which readers must trust.")] = False,
    rows: Annotated[int, options.more(options.ROWS, "All outputs are compared on them.")] = 2_000,
    seed: options.Seed = 0,
    audit: Annotated[
        Path | None,
        typer.Option("--audit", metavar="DIR", help="Audit model and copy, side by side, into this new folder."),
    ] = None,
    round_splits: Annotated[
        bool,
        typer.Option("--round-splits", help="Move split points of trees, which may be training values, between rows."),
    ] = False,
    defend: Annotated[
        list[str] | None,
        typer.Option(
            "--defend",
            metavar="WHAT",
            help="Change leaf values of boosted trees: trees=25, noise=0.1, leaves=40; several in turn. No guarantee.",
        ),
    ] = None,
    train: Annotated[
        Path | None, options.more(options.TRAIN, "For the audits, and for --round-splits (else rows are drawn).")
    ] = None,
    holdout: Annotated[Path | None, options.more(options.HOLDOUT, "For the audits.")] = None,
    target: options.Target = None,
    prior: Annotated[Path | None, options.more(options.PRIOR, "For the audits.")] = None,
    appetite: Annotated[str | None, options.APPETITE] = None,
    quick: Annotated[bool, options.QUICK] = False,
) -> None:
    """Write a copy of a model without the facts that prediction does not need."""
    from retrodict.results.claim import claimed
    from retrodict.results.folder import check_file, check_writable

    given = {"train": train, "holdout": holdout, "target": target, "prior": prior, "appetite": appetite, "quick": quick}
    if audit is None and any(value for name, value in given.items() if not (round_splits and name in _FOR_ROUNDING)):
        names = ", ".join(f"--{name}" for name, value in given.items() if value)
        raise RequestError(f"{names} are for the audits; name a folder for them, too (--audit DIR)")
    check_file(out)
    if audit is not None:
        check_writable(audit)
    with stopping("nothing was written"), claimed(out), claimed(audit):
        loaded = opening.open_stated(model)
        kept = row_files.read(train, row_files.TRAIN, loaded.schema, target) if round_splits else None
        found = rd.sanitize(loaded, rows=rows, seed=seed, round_splits=round_splits, train=kept, defend=defend)
        both = None
        if audit is not None:
            from retrodict.auditing import AuditRequest
            from retrodict.auditing.model_file import made_file
            from retrodict.report.audit.comparison import audit_both
            from retrodict.report.audit.write import command_line

            repeat: dict[str, Any] = {**given, "rows": rows, "seed": seed, "pickle": as_pickle}
            repeat |= {"round_splits": round_splits, "defend": defend, **asdict(opening)}
            request = AuditRequest.of(
                loaded,
                prior,
                train=row_files.read(train, row_files.TRAIN, loaded.schema, target),
                holdout=row_files.read(holdout, row_files.HOLDOUT, loaded.schema, target),
                target=target,
                appetite=appetite,
                seed=seed,
                quick=quick,
                file=model,
            )
            both = audit_both(
                request,
                found,
                out=audit,
                command=command_line(model, "sanitize", **repeat, out=out, audit=audit),
                say=lambda line: output.note(f"audit {line}"),
                copy=made_file(out, found.model_bytes(as_pickle=as_pickle)),
            )
        found.save(out, as_pickle=as_pickle)
    output.note(file_line(model, loaded))
    audits = {} if both is None else {"audit": {**both.to_dict(), "out": str(audit)}}
    output.show({"out": str(out), **found.to_dict(), **audits}, lambda: _print(found, both, out, audit))


_FOR_ROUNDING = frozenset(("train", "target"))


def _print(found: rd.Sanitized, both: AuditComparison | None, out: Path, audit: Path | None) -> None:
    print_result(found)
    if both is not None:
        print_result(both)
        print_line(f"side by side: {audit}/comparison.html")
    print_line(f"written to {out}")
