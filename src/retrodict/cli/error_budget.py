"""``retrodict error-budget``: where the posterior divergence of a model and a prior comes from, on real rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_table
from retrodict.cli.stops import stopping

if TYPE_CHECKING:
    from retrodict.budget import EstimatedBudget


@grouped
def error_budget(
    model: options.ModelFile,
    holdout: Annotated[Path, options.HOLDOUT],
    opening: Opening,
    output: Output,
    train: Annotated[Path | None, options.TRAIN] = None,
    target: options.Target = None,
    prior: options.Prior = None,
    seed: options.Seed = 0,
    draws: Annotated[int | None, options.more(options.DRAWS, "Else forty a held-out row, 20,000 to 100,000.")] = None,
    out: Annotated[Path | None, options.more(options.OUT, "A new folder, for budget.json and budget.png.")] = None,
) -> None:
    """Say what limits a reconstruction: the prior, or the model."""
    from retrodict.results.claim import claimed
    from retrodict.results.folder import check_writable

    if out is not None:
        from retrodict.report.budget.write import write_budget  # what it lacks is said before the work

        check_writable(out)
    loaded = opening.open(model)
    tested = row_files.read(holdout, row_files.HOLDOUT, loaded.schema, target)
    trained = row_files.read(train, row_files.TRAIN, loaded.schema, target)
    with stopping("nothing was written"), claimed(out):
        found = rd.error_budget(loaded, prior, holdout=tested, train=trained, target=target, seed=seed, draws=draws)
        if out is not None:
            write_budget(found, out)
    output.note(file_line(model, loaded))
    output.show({**found.to_dict(), **({} if out is None else {"out": str(out)})}, lambda: _print(found, out))


def _print(found: EstimatedBudget, out: Path | None) -> None:
    print_table(found.head, ["quantity", "nats", "95% interval"], found.rows(), right=["nats"])
    heads = ["class", "rows", "P(y)", "Q(y)", "prior", "+ model", "- label", "= sum", "directly", "95% interval"]
    print_table("By class (terms may be negative here)", heads, found.class_rows(), right=heads[1:9])
    for line in (*found.reasons(), *(f"note: {text}" for text in found.notes)):
        print_line(line)
    if out is not None:
        print_line(f"picture: {out / 'budget.png'}    all the rest: {out / 'budget.json'}")
