"""``retrodict reconstruct``: rows with labels, drawn from a model under a prior."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import retrodict as rd
from retrodict.cli import options
from retrodict.cli.class_shares import read_class_shares
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.reports import end_short, print_reports, print_rows
from retrodict.cli.stops import stopping


@grouped
def reconstruct(
    model: options.ModelFile,
    out: options.OutPlace,
    opening: Opening,
    output: Output,
    prior: options.Prior = None,
    rows: Annotated[int | None, options.more(options.ROWS, "In all; else 10,000.")] = None,
    seed: options.Seed = 0,
    class_shares: Annotated[
        str | None,
        typer.Option(metavar="SHARES", help="model, equal, or a=0.3,\"b, c\"=0.7; else the prior's, or the model's."),
    ] = None,
    engine: Annotated[str, options.ENGINE] = "auto",
    max_queries: options.MaxQueries = None,
    backend: Annotated[
        str | None, options.more(options.BACKEND, "Many workers draw the rows, each part to a file; else one alone.")
    ] = None,
    workers: Annotated[int | None, options.more(options.WORKERS, "Processes; the rows are the same.")] = None,
    address: Annotated[str | None, options.ADDRESS] = None,
) -> None:
    """Draw labelled rows that may stand behind a model, under a prior."""
    shares = read_class_shares(class_shares)
    loaded = opening.open(model)
    with stopping("the same command goes on from what was kept so far"):
        found = rd.reconstruct(
            loaded,
            prior,
            rows,
            seed=seed,
            class_shares=shares,  # type: ignore[arg-type]  # class_quota checks the word
            engine=engine,
            max_queries=max_queries,
            out=out,
            backend=backend,
            workers=workers,
            address=address,
            progress=output.progress,
        )
    output.note(file_line(model, loaded))
    output.show({**found.to_dict(), "out": str(out)}, lambda: _print(found, out))
    end_short(found)


def _print(found: rd.Reconstruction, out: Path) -> None:
    print_reports("class" if found.schema.target.is_class else "target", found.diagnostics)
    print_rows(found, out, "reconstruction.json")
