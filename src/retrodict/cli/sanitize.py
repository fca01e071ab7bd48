"""``retrodict sanitize``: a copy of a model without the facts that prediction does not need."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrodict.cli import options
from retrodict.cli.opening import open_model
from retrodict.cli.printing import finite, note, print_json, print_line


def sanitize(
    model: options.ModelFile,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The copy's file (skops).")],
    as_pickle: Annotated[bool, typer.Option("--pickle", help="Write a pickle, which readers must trust.")] = False,
    rows: Annotated[int, typer.Option(metavar="N", help="Rows on which all outputs are compared.")] = 2_000,
    seed: Annotated[int, typer.Option(metavar="S", help="Of those rows.")] = 0,
    schema: options.SchemaFile = None,
    trust: options.Trust = None,
    trust_pickle: options.TrustPickle = False,
    json: options.Json = False,
) -> None:
    """Write a copy without the facts that prediction does not need, and show what it states before and after."""
    from retrodict.sanitizing import sanitize as bare_copy

    found = bare_copy(open_model(model, trust, trust_pickle, schema), rows=rows, seed=seed)
    found.save(out, as_pickle=as_pickle)
    if json:
        print_json(finite({"out": str(out), **found.to_dict()}))
    else:
        print_line(repr(found))
        note(f"written to {out}")
