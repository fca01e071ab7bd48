"""``retrodict replicate``: how well models trained on a reconstruction do, beside the base model and controls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening
from retrodict.cli.output import Output
from retrodict.cli.printing import print_block
from retrodict.cli.stops import stopping


@grouped
def replicate(
    folder: options.RebuiltFolder,
    opening: Opening,
    output: Output,
    estimators: Annotated[str | None, options.more(options.ESTIMATORS, "Else all ten of the family.")] = None,
    holdout: Annotated[Path | None, options.more(options.HOLDOUT, "Replicas are compared on them.")] = None,
    model: Annotated[Path | None, options.more(options.MODEL, "Replicas are compared with it.")] = None,
    train: Annotated[Path | None, options.more(options.TRAIN, "The same estimators are trained on them, too.")] = None,
    prior: Annotated[Path | None, options.more(options.PRIOR, "Else what --model implies.")] = None,
    target: options.Target = None,
    soft_labels: Annotated[bool, options.SOFT_LABELS] = False,
    temperature: Annotated[float, options.TEMPERATURE] = 1.0,
    method: Annotated[str, options.METHOD] = "plain",
    queries: Annotated[int | None, options.QUERIES] = None,
    rounds: Annotated[int, options.ROUNDS] = 1,
    rows: Annotated[int | None, options.more(options.ROWS, "To train on; else those of the reconstruction.")] = None,
    controls: Annotated[bool, typer.Option("--controls/--no-controls", help="Train on the prior's draws, too.")] = True,
    seed: options.Seed = 0,
) -> None:
    """Say how well models do that are trained on a reconstruction, and how far they agree with the base model."""
    from retrodict.reconstruction import load_rows

    rec = load_rows(folder)
    tested = row_files.read(holdout, row_files.HOLDOUT, rec.schema, target)
    trained = row_files.read(train, row_files.TRAIN, rec.schema, target)
    with stopping("nothing was written"):
        found = rd.replicate(
            rec,
            options.names(estimators),
            holdout=tested,
            model=None if model is None else opening.open(model),
            train=trained,
            prior=prior,
            target=target,
            soft_labels=soft_labels,
            temperature=temperature,
            method=method,  # type: ignore[arg-type]  # an unknown one is refused in one line
            queries=queries,
            rounds=rounds,
            rows=rows,
            controls=controls,
            seed=seed,
        )
    output.show(found.to_dict(), lambda: print_block(repr(found)))
