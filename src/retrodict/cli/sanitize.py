"""``retrodict sanitize``: a copy of a model without the facts that prediction does not need."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from retrodict.cli import options
from retrodict.cli.opening import open_model
from retrodict.cli.printing import finite, note, print_block, print_json, print_line
from retrodict.cli.stops import stopping
from retrodict.errors import RequestError


def sanitize(
    model: options.ModelFile,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The copy's file (skops).")],
    as_pickle: Annotated[bool, typer.Option("--pickle", help="Write a pickle, which readers must trust.")] = False,
    rows: Annotated[int, typer.Option(metavar="N", help="Rows on which all outputs are compared.")] = 2_000,
    seed: Annotated[int, typer.Option(metavar="S", help="Of those rows.")] = 0,
    audit: Annotated[
        Path | None,
        typer.Option("--audit", metavar="DIR", help="Audit model and copy, side by side, into this new folder."),
    ] = None,
    train: Annotated[Path | None, typer.Option(metavar="FILE", help="Training rows, for the audits.")] = None,
    holdout: Annotated[Path | None, typer.Option(metavar="FILE", help="Other labelled rows, for the audits.")] = None,
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="The target's column in both.")] = None,
    prior: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What is known without the model, for the audits.")
    ] = None,
    appetite: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The risk appetite of the audits; else the default.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Quick audits: fewer rows, two replicas, no budget.")] = False,
    schema: options.SchemaFile = None,
    trust: options.Trust = None,
    trust_pickle: options.TrustPickle = False,
    json: options.Json = False,
) -> None:
    """Write a copy without the facts that prediction does not need, and show what it states before and after."""
    from retrodict.results.claim import claimed
    from retrodict.results.folder import check_file, check_writable
    from retrodict.sanitizing import sanitize as bare_copy

    given = {"train": train, "holdout": holdout, "target": target, "prior": prior, "appetite": appetite, "quick": quick}
    if audit is None and any(given.values()):
        names = ", ".join(f"--{name}" for name, value in given.items() if value)
        raise RequestError(f"{names} are for the audits; name a folder for them, too (--audit DIR)")
    check_file(out)
    if audit is not None:
        check_writable(audit)
    with stopping("nothing was written"), claimed(out), claimed(audit):
        loaded = open_model(model, trust, trust_pickle, schema)
        found = bare_copy(loaded, rows=rows, seed=seed)
        both = None
        if audit is not None:
            from retrodict.report.audit.comparison import audit_both
            from retrodict.report.audit.write import command_line
            from retrodict.tables.files import read_rows

            tables = {
                name: None if path is None else read_rows(path, f"{words} rows", loaded.schema, target)
                for name, path, words in (("train", train, "training"), ("holdout", holdout, "held-out"))
            }
            repeat: dict[str, Any] = {**given, "rows": rows, "seed": seed}
            repeat |= {"schema": schema, "trust": trust, "trust_pickle": trust_pickle}
            both = audit_both(
                loaded,
                found,
                out=audit,
                **tables,
                target=target,
                prior=prior,
                appetite=appetite,
                seed=seed,
                quick=quick,
                command=command_line(model, "sanitize", **repeat, pickle=as_pickle, out=out, audit=audit),
                say=lambda line: note(f"audit {line}"),
            )
        found.save(out, as_pickle=as_pickle)
    if json:
        audits = {} if both is None else {"audit": {**both.to_dict(), "out": str(audit)}}
        print_json(finite({"out": str(out), **found.to_dict(), **audits}))
        return
    print_block(repr(found))
    if both is not None:
        print_block(repr(both))
        print_line(f"side by side: {audit}/comparison.html")
    note(f"written to {out}")
