"""``retrodict audit``: what a model gives away, from its file and by query alone, with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrodict.cli import options
from retrodict.cli.opening import file_line, open_model
from retrodict.cli.printing import note, print_block, print_json, print_line
from retrodict.cli.stops import stopping
from retrodict.tables.files import read_rows


def _print_schema(wanted: bool) -> None:
    if wanted:
        from retrodict.auditing import report_schema

        print_json(report_schema())
        raise typer.Exit


def audit(
    model: options.ModelFile,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for report and reconstruction.")],
    prior: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What is known without the model (YAML); else ranges of the held-out rows, or the file's.",
        ),
    ] = None,
    train: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The training rows with their target: CSV or Parquet.")
    ] = None,
    holdout: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labelled rows of the same source that the model did not see.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The target's column, if it is not plain.")
    ] = None,
    appetite: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The risk appetite (YAML); else the default.")
    ] = None,
    rows: Annotated[
        int | None, typer.Option(metavar="N", help="Rows drawn by each extraction; else 10,000, or 1,000 if quick.")
    ] = None,
    seed: options.Seed = 0,
    quick: Annotated[
        bool, typer.Option("--quick", help="A first look: fewer rows, two replicas, no budget; two minutes.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option(metavar="S", help="Take about so long at most; else no limit, or 120 if quick.")
    ] = None,
    schema: options.SchemaFile = None,
    trust: options.Trust = None,
    trust_pickle: options.TrustPickle = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    print_schema: Annotated[
        bool,
        typer.Option("--print-schema", callback=_print_schema, is_eager=True, help="Print report.json's JSON schema."),
    ] = False,
) -> None:
    """Judge a model: DIR/report.html, DIR/report.json and the reconstructions."""
    from retrodict.auditing import load_appetite
    from retrodict.report.audit.write import audit as judge
    from retrodict.report.audit.write import command_line
    from retrodict.results.claim import claimed
    from retrodict.results.folder import check_writable

    check_writable(out)
    load_appetite(appetite)
    loaded = open_model(model, trust, trust_pickle, schema)
    known, fresh = (
        None if path is None else read_rows(path, f"{what} rows", loaded.schema, target)
        for path, what in ((train, "training"), (holdout, "held-out"))
    )
    command = command_line(
        model,
        prior=prior,
        train=train,
        holdout=holdout,
        target=target,
        appetite=appetite,
        rows=rows,
        seed=seed,
        quick=quick,
        seconds=seconds,
        schema=schema,
        trust=trust,
        trust_pickle=trust_pickle,
        out=out,
    )
    with stopping("nothing was written"), claimed(out):
        found = judge(
            loaded,
            prior,
            train=known,
            holdout=fresh,
            out=out,
            target=target,
            appetite=appetite,
            rows=rows,
            seed=seed,
            quick=quick,
            seconds=seconds,
            command=command,
            say=(lambda line: None) if quiet else lambda line: note(f"audit: {line}"),
        )
    if not quiet:
        note(file_line(model, loaded))
    if json:
        print_json({**found.to_dict(), "out": str(out)})
    elif not quiet:
        print_block(repr(found))
        print_line(f"report: {out / 'report.html'}    all the rest: {out / 'report.json'}")
