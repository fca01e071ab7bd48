"""``retrodict rebuild``: the training table itself, from what a model file states of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

import retrodict as rd
from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_table
from retrodict.cli.reports import print_rows
from retrodict.cli.stops import stopping
from retrodict.cli.tables import read_table

if TYPE_CHECKING:
    from retrodict.matching.capability import Source
    from retrodict.reconstruction.rebuild_quality import RebuildQuality

_PRIOR = options.more(options.PRIOR, "Values that counts and sums leave open are taken from it; else from the file.")
_FROM = typer.Option("--from", metavar="file|values", help="All that the file states, or split points and leaf values.")
_ROWS = options.more(options.ROWS, "Of the training table, where the file does not state it and you know.")
_NOISE = typer.Option("--noise", metavar="KIND:SCALE|epsilon:E", help="That class counts of leaves were given.")
_KNOWN = options.more(options.KNOWN, "Row by row as in the table; empty cells are not known.")
_TABLES = typer.Option("--tables", metavar="K", help="How many tables are drawn: what differs between them is open.")
_CALIBRATE = typer.Option(
    "--calibrate", metavar="N", help="Tables of known rows that are rebuilt too, to learn how often cells are right."
)
_SECONDS = options.more(options.SECONDS, "The best table so far is kept; else no limit.")


@grouped
def rebuild(
    model: options.ModelFile,
    out: options.OutFolder,
    opening: Opening,
    output: Output,
    prior: Annotated[Path | None, _PRIOR] = None,
    source: Annotated[str | None, _FROM] = None,
    rows: Annotated[int | None, _ROWS] = None,
    noise: Annotated[str | None, _NOISE] = None,
    known: Annotated[Path | None, _KNOWN] = None,
    tables: Annotated[int, _TABLES] = 1,
    calibrate: Annotated[int, _CALIBRATE] = 1,
    seed: options.Seed = 0,
    seconds: Annotated[float | None, _SECONDS] = None,
    workers: Annotated[int | None, options.more(options.WORKERS, "Threads; the table is the same.")] = None,
) -> None:
    """Find the training table itself, where a model file states it."""
    loaded = opening.open(model)
    with stopping("the same command goes on from what was kept so far"):
        found = rd.rebuild(
            loaded,
            prior,
            source=cast("Source | None", source),  # whatever it is, the library says what it may be
            rows=rows,
            noise=noise,
            known=None if known is None else read_table(known, "known cells"),
            tables=tables,
            calibrate=calibrate,
            seed=seed,
            seconds=seconds,
            workers=workers,
            out=out,
            progress=output.progress,
        )
    output.note(file_line(model, loaded))
    output.show({**found.to_dict(), "out": str(out)}, lambda: _print(found, out))


def _print(found: rd.Rebuilt, out: Path) -> None:
    from retrodict.reconstruction.deserved.in_words import confidence_words  # behind numpy: imported when needed

    quality = found.quality
    print_line(quality.verdict)
    for line in found.what_is_open:
        print_line(line)
    if found.next_action is not None:
        print_line(f"to do: {found.next_action}")
    if quality.source != "stored rows":
        print_table(
            "",
            ["confidence", "rows", "cells"],
            ([f"{each.low:g} to {each.high:g}", f"{each.rows:,}", f"{each.cells:,}"] for each in quality.confidence),
            right=["rows", "cells"],
        )
        print_line(f"confidence: {confidence_words(quality)}")
        print_line(_search_line(quality))
    if found.drawn_tables:
        print_line(f"tables: {len(found.drawn_tables):,} in {out / 'tables'}")
    print_rows(found, out, "rebuild.json")


def _search_line(quality: RebuildQuality) -> str:
    took = f"energy {quality.energy:.4g}"
    if not quality.solved:
        line = f"search: {took}, {quality.restarts:,} restarts, {quality.sweeps:,} sweeps, {quality.seconds:.1f} s"
        return line + _chains(quality)
    shown = "not looked at" if quality.determined is None else f"{quality.determined:.1%}"
    return (
        f"search: {took}, {quality.equations:,} equations, rows shown to be determined: {shown}, "
        f"{quality.seconds:.1f} s"
    )


def _chains(quality: RebuildQuality) -> str:
    """Return the energies that chains reached, and how their tables mix, where several were compared."""
    mixing = quality.diagnostics
    if mixing is None or mixing.chains < 2:
        return ""
    parts = [f"; chains at {', '.join(f'{energy:.4g}' for energy in quality.energies)}"]
    if mixing.energy_rhat is not None and mixing.energy_draws is not None:
        parts.append(f"R-hat of energies {mixing.energy_rhat:.3f}, worth {mixing.energy_draws:,.0f} draws")
    parts.append(f"cells apart: {mixing.cells_apart:.1%}")
    return ", ".join(parts)
