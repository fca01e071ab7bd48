"""``retrodict replicate``: a new model of another kind from a model file, without data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrodict.cli import options
from retrodict.cli.opening import file_line, open_model
from retrodict.cli.printing import note, print_each, print_json, print_line, print_table
from retrodict.cli.stops import stopping
from retrodict.tables.files import read_rows

if TYPE_CHECKING:
    from retrodict.evaluation.replicas import Migration


def replicate(
    model: options.ModelFile,
    to: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"Classifiers: {', '.join(options.CLASSIFIERS)}. Regressors: {', '.join(options.REGRESSORS)}. "
            f"With their libraries: {', '.join(options.EXTRAS)}.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new skops file for the new model.")],
    prior: options.PriorFile = None,
    rows: Annotated[int, typer.Option(metavar="N", help="Draws of the prior to train on.")] = 10_000,
    holdout: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Real rows with their target to compare on (CSV or Parquet).")
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The target in the held-out rows; else the model's name of it.")
    ] = None,
    soft_labels: Annotated[
        bool, typer.Option("--soft-labels", help="Train on the model's probabilities: as a rule the two agree more.")
    ] = False,
    temperature: Annotated[
        float, typer.Option(metavar="T", help="Above 1 flatter probabilities, below 1 sharper ones.")
    ] = 1.0,
    seed: options.Seed = 0,
    schema: options.SchemaFile = None,
    noise_scale: options.NoiseScale = None,
    error_rate: options.ErrorRate = None,
    link_slope: options.LinkSlope = None,
    trust: options.Trust = None,
    trust_pickle: options.TrustPickle = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a new model on prior draws that MODEL labels, and say how far the two agree."""
    from retrodict.evaluation.replicas import migrate
    from retrodict.evaluation.replicas.migration import check_new_file
    from retrodict.results.claim import claimed

    check_new_file(out)
    loaded = open_model(model, trust, trust_pickle, schema, noise_scale, error_rate, link_slope)
    tested = None if holdout is None else read_rows(holdout, "held-out rows", loaded.schema, target)
    with stopping("nothing was written"), claimed(out):
        found = migrate(
            loaded,
            to,
            prior,
            rows=rows,
            holdout=tested,
            target=target,
            soft_labels=soft_labels,
            temperature=temperature,
            seed=seed,
            progress=False if quiet else None,
        )
        untrusted = found.save(out)
    if not quiet:
        note(file_line(model, loaded))
    if json:
        print_json({**found.to_dict(), "out": str(out), "trust": list(untrusted)})
    elif not quiet:
        _print(found, out, untrusted)


def _print(found: Migration, out: Path, untrusted: tuple[str, ...]) -> None:
    from retrodict.evaluation.replicas.result import BASE, SHUFFLED

    frame = found.replicas.frame
    lines, base = found.lines(), frame[frame.table == BASE].set_index(["rows", "measure"]).value
    control = found.lines(SHUFFLED).set_index(["rows", "measure"]).value
    cells = []
    for _, one in lines.iterrows():
        key = (one["rows"], one.measure)
        interval = f"{one.low:.3f} to {one.high:.3f}"
        others = [f"{values[key]:.3f}" if key in values.index else "" for values in (base, control)]
        cells.append([one["rows"], one.measure, f"{one.value:.3f}", interval, *others])
    heads = ["asked of", "measure", "new", "95% interval", "base", "control"]
    print_table(f"{found.to} beside the base model", heads, cells, right=heads[2:])
    print_line("control: the same estimator trained on draws of the prior with labels at random")
    print_each((*found.replicas.warnings, *found.replicas.notes))
    print_line(f"{found.replicas.rows['reconstruction']:,} draws, {found.queries:,} model calls")
    trust = "".join(f" --trust {name}" for name in untrusted)
    print_line(f"model: {out}    next: retrodict inspect {out}{trust}")
