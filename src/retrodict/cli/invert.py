"""``retrodict invert``: the features that may stand behind observed outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import retrodict as rd
from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_json, print_line, print_table
from retrodict.cli.reports import end_short, print_reports
from retrodict.cli.stops import stopping
from retrodict.cli.tables import read_table
from retrodict.errors import RunError

_SHOWN = 12


@grouped
def invert(
    model: options.ModelFile,
    outputs: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="CSV or Parquet: a column of labels or values, or a column of probabilities a class."
        ),
    ],
    out: options.OutFolder,
    opening: Opening,
    output: Output,
    prior: options.Prior = None,
    draws: Annotated[int, options.more(options.DRAWS, "For each output.")] = 100,
    precision: Annotated[
        float, typer.Option(metavar="P", help="To how many labels a probability vector is equivalent.")
    ] = 200.0,
    seed: options.Seed = 0,
    engine: Annotated[str, options.ENGINE] = "auto",
    max_queries: options.MaxQueries = None,
) -> None:
    """Draw the features that may stand behind observed outputs."""
    from retrodict.results.claim import claimed
    from retrodict.results.folder import check_writable

    loaded = opening.open(model)
    classes = loaded.schema.target.classes
    observed = read_table(outputs, "outputs", text=bool(classes) and all(isinstance(label, str) for label in classes))
    check_writable(out)
    with stopping("nothing was written"), claimed(out):
        found = rd.invert(
            loaded,
            prior,
            outputs=observed,
            draws=draws,
            seed=seed,
            precision=precision,
            engine=engine,
            max_queries=max_queries,
            progress=output.progress,
        )
        if found.frame.empty:
            if output.json:
                print_json({**found.to_dict(), "out": None})
            raise RunError(f"no draw was found: {found.shortfalls[0]}")
        found.save(out)
    output.note(file_line(model, loaded))
    output.show({**found.to_dict(), "out": str(out)}, lambda: _print(found, out))
    end_short(found)


def _print(found: rd.Inversion, out: Path) -> None:
    about = found.provenance
    print_reports("output", found.diagnostics)
    every = found.summary()
    summary = every.head(_SHOWN).dropna(axis="columns", how="all")
    left = len(every) - len(summary)
    print_table(
        "Behind each output: the median of a feature with its central 90% interval, or the likeliest category",
        list(summary.columns),
        [[_cell(value) for value in row] for row in summary.itertuples(index=False)],
        right=["output", "estimate", "low", "high", "probability"],
    )
    if left:
        print_line(
            f"... {left:,} of {len(every):,} lines (an output and a feature each) are not shown; all of them: "
            f"retrodict.Inversion.load('{out}').summary()"
        )
    print_line(
        f"{len(found.frame):,} draws behind {len(found.outputs):,} outputs of {about.model['family']}, "
        f"{about.queries:,} model calls, seed {about.seed}"
    )
    print_line(f"draws: {out / 'rows.parquet'}    all the rest: {out / 'inversion.json'}")
    print_line(f"next: retrodict.Inversion.load('{out}').summary()")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    return "" if value is None else str(value)
