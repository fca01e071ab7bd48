"""``retrodict evaluate``: how near a reconstruction comes to real rows as a distribution, beside its controls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrodict.cli import options
from retrodict.cli.opening import open_model
from retrodict.cli.printing import print_block, print_json, print_line
from retrodict.tables.files import read_rows


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A reconstruction's folder.")],
    train: Annotated[Path, typer.Option(metavar="FILE", help="The training rows with their target (CSV or Parquet).")],
    holdout: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Other rows of the same source; else half of the training rows.")
    ] = None,
    prior: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The prior of the reconstruction (YAML); else what --model implies; else no lift."
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The base model: shows what predictions alone reach.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The target in the real rows; else as in the reconstruction.")
    ] = None,
    seed: options.Seed = 0,
    trust: options.Trust = None,
    trust_pickle: options.TrustPickle = False,
    json: options.Json = False,
) -> None:
    """Compare a reconstruction with real rows, beside the prior alone, chance and held-out rows."""
    from retrodict.evaluation.fidelity import evaluate as judge
    from retrodict.reconstruction import Reconstruction

    rec = Reconstruction.load(folder)
    real = read_rows(train, "training rows", rec.schema, target)
    fresh = None if holdout is None else read_rows(holdout, "held-out rows", rec.schema, target)
    loaded = None if model is None else open_model(model, trust, trust_pickle)
    found = judge(rec, real, fresh, prior, loaded, target=target, seed=seed)
    if json:
        print_json(found.to_dict())
    else:
        print_block(repr(found))
        for _, line in found.undefined.iterrows():
            print_line(f"  no lift of {line['measure']}, {line['scope']}: {line['reason']}")
