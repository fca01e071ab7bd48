"""``retrodict fit-prior``: a prior file from a public sample."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import retrodict as rd
from retrodict.cli import options, priors
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.stops import stopping
from retrodict.cli.tables import read_table

_SHOWN = 10_000
"""Draws that show what the prior is."""


@grouped
def fit_prior(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="A public sample of the features (CSV or Parquet).")],
    out: Annotated[Path, options.more(options.OUT, "A prior file (YAML), as --prior takes it.")],
    output: Output,
    target: options.Target = None,
    correlations: Annotated[
        bool, typer.Option("--correlations/--no-correlations", help="Write how the features go together, too.")
    ] = True,
    by_class: Annotated[
        bool, typer.Option("--by-class", help="Write what each class of the target is like, too.")
    ] = False,
    seed: options.Seed = 0,
) -> None:
    """Write a prior file with what a paper would say of a public sample."""
    from retrodict.priors import write_prior_file
    from retrodict.results.claim import claimed
    from retrodict.results.folder import check_file

    check_file(out)
    frame = read_table(table)
    with stopping("nothing was written"), claimed(out):
        write_prior_file(frame, out, target=target, correlations=0.0 if correlations else None, by_class=by_class)
    found = rd.load_prior(out)
    drawn = priors.drawn(found, _SHOWN, seed)
    document = {**priors.document(found, drawn), "out": str(out)}
    output.show(document, lambda: priors.print_prior(found, drawn, "prior file", out))
