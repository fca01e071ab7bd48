"""``retrodict reconstruct``: the training table that a model file discloses, or rows drawn from it under a prior."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrodict.cli import options
from retrodict.cli.class_shares import read_class_shares
from retrodict.cli.failures import FAILED
from retrodict.cli.opening import file_line, open_model
from retrodict.cli.printing import note, print_each, print_json, print_line
from retrodict.cli.rebuilt import print_rebuilt
from retrodict.cli.reports import print_reports
from retrodict.cli.stops import stopping
from retrodict.errors import RequestError

if TYPE_CHECKING:
    from retrodict.matching.search.engine import Matching
    from retrodict.reconstruction import Reconstruction


def reconstruct(
    model: options.ModelFile,
    out: options.OutFolder,
    prior: options.PriorFile = None,
    rows: Annotated[
        int | None,
        typer.Option(metavar="N", help="Rows in all; else 10,000, or those of the training table that is rebuilt."),
    ] = None,
    seed: options.Seed = 0,
    class_shares: Annotated[
        str | None,
        typer.Option(metavar="SHARES", help="model, equal, or a=0.3,\"b, c\"=0.7; else the prior's, or the model's."),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="auto, matching, rejection, smc or enumeration.")] = "auto",
    seconds: Annotated[
        float | None, typer.Option(metavar="S", help="Engine matching: stop after so long and keep the best.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Engine matching: threads, else all cores; the table is the same.")
    ] = None,
    max_queries: options.Budget = None,
    schema: options.SchemaFile = None,
    noise_scale: options.NoiseScale = None,
    error_rate: options.ErrorRate = None,
    link_slope: options.LinkSlope = None,
    trust: options.Trust = None,
    trust_pickle: options.TrustPickle = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Rebuild rows with labels: DIR/rows.parquet and DIR/reconstruction.json."""
    from retrodict.reconstruction import reconstruct as rebuild

    shares, chosen = read_class_shares(class_shares), _engine(engine, seconds, workers)
    loaded = open_model(model, trust, trust_pickle, schema, noise_scale, error_rate, link_slope)
    with stopping("the same command goes on from what was kept so far"):
        found = rebuild(
            loaded,
            prior,
            rows,
            seed=seed,
            class_shares=shares,  # type: ignore[arg-type]  # class_quota checks the word
            engine=chosen,
            max_queries=max_queries,
            out=out,
            progress=False if quiet else None,
        )
    if not quiet:
        note(file_line(model, loaded))
    if json:
        print_json({**found.to_dict(), "out": str(out)})
    elif not quiet:
        _print(found, out)
    if not found.complete:
        for line in found.shortfalls:
            note(f"error: {line}")
        raise typer.Exit(FAILED)


def _engine(name: str, seconds: float | None, workers: int | None) -> str | Matching:
    """Return the engine's name, or the engine with the settings given."""
    if seconds is None and workers is None:
        return name
    if name != "matching":
        option = "--workers" if seconds is None else "--seconds"
        raise RequestError(
            f"{option} is for the engine 'matching', not '{name}'; leave it out, or add --engine matching"
        )
    from retrodict.matching.search.engine import Matching

    return Matching(seconds=seconds, workers=workers)


def _print(found: Reconstruction, out: Path) -> None:
    about = found.provenance
    if found.rebuilt is not None:
        print_rebuilt(found.n_rows, found.rebuilt)
    else:
        print_reports("class" if found.schema.target.is_class else "target", found.diagnostics)
    print_line(
        f"{found.n_rows:,} rows of {len(found.schema)} features from {about.model['family']}, "
        f"{about.queries:,} model calls, seed {about.seed}"
    )
    print_each((*found.notes, *about.model["warnings"], *about.prior["notes"]))
    print_line(f"rows: {out / 'rows.parquet'}    all the rest: {out / 'reconstruction.json'}")
    print_line(f"next: pandas.read_parquet('{out / 'rows.parquet'}'), or retrodict.Reconstruction.load('{out}')")
