"""``retrodict calibrate``: whether the draws behind outputs are what they are said to be, by simulation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import retrodict as rd
from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_result
from retrodict.cli.stops import stopping


@grouped
def calibrate(
    model: options.ModelFile,
    opening: Opening,
    output: Output,
    prior: options.Prior = None,
    simulations: Annotated[
        int, typer.Option(metavar="N", help="How many rows are drawn whose outputs are then inverted.")
    ] = 200,
    draws: Annotated[int, options.more(options.DRAWS, "Behind each output.")] = 100,
    observed: Annotated[
        str | None,
        typer.Option(metavar="OUTPUT", help="What is seen of a row: label or probabilities, or a regressor's value."),
    ] = None,
    precision: Annotated[
        float, typer.Option(metavar="P", help="To how many labels a probability vector is equivalent.")
    ] = 200.0,
    level: Annotated[
        float, typer.Option(metavar="P", help="How often draws without a fault are called wrong, in the long run.")
    ] = 0.05,
    seed: options.Seed = 0,
    engine: Annotated[str, options.ENGINE] = "auto",
    max_queries: Annotated[
        int | None, options.more(options.MAX_QUERIES, "Else a million a simulation, which only rare outputs take.")
    ] = None,
    out: Annotated[
        Path | None, options.more(options.OUT, "A new folder, for calibration.json and calibration.png.")
    ] = None,
) -> None:
    """Say by simulation whether the draws behind outputs are what they are said to be."""
    from retrodict.results.claim import claimed
    from retrodict.results.folder import check_writable

    if out is not None:
        from retrodict.report.calibration.write import write_calibration  # what it lacks is said before the work

        check_writable(out)
    loaded = opening.open(model)
    with stopping("nothing was written"), claimed(out):
        found = rd.calibrate(
            loaded,
            prior,
            simulations=simulations,
            draws=draws,
            engine=engine,
            output=observed,
            precision=precision,
            level=level,
            seed=seed,
            max_queries=max_queries,
            progress=output.progress,
        )
        if out is not None:
            write_calibration(found, out)
    output.note(file_line(model, loaded))
    output.show({**found.to_dict(), **({} if out is None else {"out": str(out)})}, lambda: _print(found, out))


def _print(found: rd.SimulationCalibration, out: Path | None) -> None:
    print_result(found)
    if out is not None:
        print_line(f"picture: {out / 'calibration.png'}    all the rest: {out / 'calibration.json'}")
