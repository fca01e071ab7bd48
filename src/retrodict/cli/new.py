"""``retrodict new``: files to go on with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import retrodict as rd
from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line

app = typer.Typer(help="Begin a file that a person goes on with.", no_args_is_help=True)

_SOURCE = typer.Argument(metavar="TABLE|MODEL", help="A public sample (.csv or .parquet), or a model file.")


@app.callback()
def _group() -> None:
    """Keep the group, though it has one command."""


@app.command()
@grouped
def prior(
    model: Annotated[Path, _SOURCE],
    opening: Opening,
    output: Output,
    out: Annotated[Path, options.more(options.OUT, "A new prior file (YAML).")] = Path("prior.yaml"),
    target: options.Target = None,
    by_class: Annotated[
        bool, typer.Option("--by-class", help="Write what each class of the target is like, too.")
    ] = False,
) -> None:
    """Write a commented prior file to go on with, from a public sample or from what a model states."""
    found = rd.new_prior(model, out, target=target, by_class=by_class, **opening.settings())

    def people() -> None:
        print_line(f"{found.path}: {len(found.features):,} features, {len(found.open):,} left to be written")
        for name in found.open:
            print_line(f"  to do: {name}: nothing is stated of its values")

    output.show(found.to_dict(), people)
