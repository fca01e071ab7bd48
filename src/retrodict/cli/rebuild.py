"""``retrodict rebuild``: the training table itself, from what a model file states of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import retrodict as rd
from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_table
from retrodict.cli.reports import print_rows
from retrodict.cli.stops import stopping

_PRIOR = options.more(options.PRIOR, "Values that node counts leave open are taken from it; else from the file.")
_SECONDS = options.more(options.SECONDS, "The best table so far is kept; else no limit.")


@grouped
def rebuild(
    model: options.ModelFile,
    out: options.OutFolder,
    opening: Opening,
    output: Output,
    prior: Annotated[Path | None, _PRIOR] = None,
    seed: options.Seed = 0,
    seconds: Annotated[float | None, _SECONDS] = None,
    workers: Annotated[int | None, options.more(options.WORKERS, "Threads; the table is the same.")] = None,
) -> None:
    """Find the training table itself, where a model file states it."""
    loaded = opening.open(model)
    with stopping("the same command goes on from what was kept so far"):
        found = rd.rebuild(
            loaded, prior, seed=seed, seconds=seconds, workers=workers, out=out, progress=output.progress
        )
    output.note(file_line(model, loaded))
    output.show({**found.to_dict(), "out": str(out)}, lambda: _print(found, out))


def _print(found: rd.Rebuilt, out: Path) -> None:
    quality = found.quality
    if quality.source == "node counts":
        print_table(
            "",
            ["confidence", "rows", "cells"],
            ([f"{each.low:g} to {each.high:g}", f"{each.rows:,}", f"{each.cells:,}"] for each in quality.confidence),
            right=["rows", "cells"],
        )
        print_line("confidence: how far independent chains agree on a row, or on one of its cells")
        print_line(
            f"search: energy {quality.energy:.4g}, {quality.restarts:,} restarts, {quality.sweeps:,} sweeps, "
            f"{quality.seconds:.1f} s"
        )
    print_line(quality.verdict)
    print_rows(found, out, "rebuild.json")
