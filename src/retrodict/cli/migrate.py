"""``retrodict migrate``: a new model of another kind from a model file, without data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_each, print_line, print_table
from retrodict.cli.stops import stopping

if TYPE_CHECKING:
    from retrodict.evaluation.replicas import Migration

_TO = typer.Option(
    "--to",
    metavar="NAME",
    help=f"Classifiers: {', '.join(options.CLASSIFIERS)}. Regressors: {', '.join(options.REGRESSORS)}. "
    f"With their libraries: {', '.join(options.EXTRAS)}.",
)


@grouped
def migrate(
    model: options.ModelFile,
    to: Annotated[str, _TO],
    out: Annotated[Path, options.more(options.OUT, "A new file: skops, or its own library's by its ending.")],
    opening: Opening,
    output: Output,
    prior: options.Prior = None,
    rows: Annotated[int, options.more(options.ROWS, "Draws of the prior to train on.")] = 10_000,
    holdout: Annotated[Path | None, options.more(options.HOLDOUT, "The models are compared on them.")] = None,
    target: options.Target = None,
    soft_labels: Annotated[bool, options.SOFT_LABELS] = False,
    temperature: Annotated[float, options.TEMPERATURE] = 1.0,
    method: Annotated[str, options.METHOD] = "plain",
    queries: Annotated[int | None, options.QUERIES] = None,
    rounds: Annotated[int, options.ROUNDS] = 1,
    seed: options.Seed = 0,
) -> None:
    """Make a model of another kind without data: trained on draws that the model labels."""
    from retrodict.evaluation.replicas.migration import check_new_file
    from retrodict.results.claim import claimed

    check_new_file(out)
    loaded = opening.open(model)
    tested = row_files.read(holdout, row_files.HOLDOUT, loaded.schema, target)
    with stopping("nothing was written"), claimed(out):
        found = rd.migrate(
            loaded,
            to,
            prior,
            rows=rows,
            holdout=tested,
            target=target,
            soft_labels=soft_labels,
            temperature=temperature,
            method=method,  # type: ignore[arg-type]  # an unknown one is refused in one line
            queries=queries,
            rounds=rounds,
            seed=seed,
            progress=output.progress,
        )
        untrusted = found.save(out)
    output.note(file_line(model, loaded))
    document = {**found.to_dict(), "out": str(out), "trust": list(untrusted)}
    output.show(document, lambda: _print(found, out, untrusted))


def _print(found: Migration, out: Path, untrusted: tuple[str, ...]) -> None:
    from retrodict.evaluation.replicas.result import BASE, SHUFFLED

    frame = found.replicas.frame
    lines, base = found.lines(), frame[frame.table == BASE].set_index(["rows", "measure"]).value
    control = found.lines(SHUFFLED).set_index(["rows", "measure"]).value
    cells = []
    for _, one in lines.iterrows():
        key = (one["rows"], one.measure)
        interval = f"{one.low:.3f} to {one.high:.3f}"
        others = [f"{values[key]:.3f}" if key in values.index else "" for values in (base, control)]
        cells.append([one["rows"], one.measure, f"{one.value:.3f}", interval, *others])
    heads = ["asked of", "measure", "new", "95% interval", "base", "control"]
    print_table(f"{found.to} beside the base model", heads, cells, right=heads[2:])
    print_line("control: the same estimator trained on draws of the prior with labels at random")
    print_each((*found.replicas.warnings, *found.replicas.notes))
    if found.replicas.rounds is not None:
        spent = int(found.replicas.rounds.queries.max())
        print_line(f"distilled with {spent:,} model calls, in {len(found.replicas.rounds):,} rounds")
    print_line(f"{found.replicas.rows['reconstruction']:,} draws, {found.queries:,} model calls")
    trust = "".join(f" --trust {name}" for name in untrusted)
    print_line(f"model: {out}    next: retrodict inspect {out}{trust}")
