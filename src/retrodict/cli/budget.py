"""``retrodict budget``: where the posterior divergence of a model and a prior comes from, on real rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrodict.cli import options
from retrodict.cli.opening import file_line, open_model
from retrodict.cli.printing import note, print_json, print_line, print_table
from retrodict.cli.stops import stopping
from retrodict.tables.files import read_rows


def budget(
    model: options.ModelFile,
    holdout: Annotated[
        Path,
        typer.Option("--holdout", metavar="FILE", help="Labelled rows that the model did not see: CSV or Parquet."),
    ],
    train: Annotated[
        Path | None, typer.Option("--train", metavar="FILE", help="More labelled rows, its training rows perhaps.")
    ] = None,
    prior: options.PriorFile = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="COLUMN", help="The column of labels, if it is not plain.")
    ] = None,
    seed: options.Seed = 0,
    draws: Annotated[
        int | None, typer.Option(metavar="N", help="Prior draws; else forty a held-out row, 20,000 to 100,000.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="A new folder for budget.json and budget.png.")
    ] = None,
    schema: options.SchemaFile = None,
    error_rate: options.ErrorRate = None,
    link_slope: options.LinkSlope = None,
    trust: options.Trust = None,
    trust_pickle: options.TrustPickle = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Estimate the error budget: posterior divergence = prior term + model term - label term."""
    from retrodict.budget import error_budget
    from retrodict.results.claim import claimed
    from retrodict.results.folder import check_writable

    if out is not None:
        check_writable(out)
    loaded = open_model(model, trust, trust_pickle, schema, None, error_rate, link_slope)
    tested = read_rows(holdout, "held-out rows", loaded.schema, target)
    trained = None if train is None else read_rows(train, "training rows", loaded.schema, target)
    with stopping("nothing was written"), claimed(out):
        found = error_budget(loaded, prior, holdout=tested, train=trained, target=target, seed=seed, draws=draws)
        if out is not None:
            from retrodict.report.budget import write_budget

            write_budget(found, out)
    if not quiet:
        note(file_line(model, loaded))
    if json:
        print_json({**found.to_dict(), **({} if out is None else {"out": str(out)})})
        return
    if quiet:
        return
    print_table(found.head, ["quantity", "nats", "95% interval"], found.rows(), right=["nats"])
    heads = ["class", "rows", "P(y)", "Q(y)", "prior", "+ model", "- label", "= sum", "directly", "95% interval"]
    print_table("By class (terms may be negative here)", heads, found.class_rows(), right=heads[1:9])
    for line in (*found.reasons(), *(f"note: {text}" for text in found.notes)):
        print_line(line)
    if out is not None:
        print_line(f"picture: {out / 'budget.png'}    all the rest: {out / 'budget.json'}")
