"""``retrodict theory``: the exact error budget of a world in which everything is known, and where concurrence fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import finite, print_line, print_table
from retrodict.cli.stops import stopping
from retrodict.errors import RequestError

if TYPE_CHECKING:
    from retrodict.theory import DiscreteWorld
    from retrodict.theory.paths import Path as WorldPath
    from retrodict.theory.table_worlds import TableWorld

_TABLE_ONLY: dict[str, Any] = {
    "target": None,
    "features": None,
    "bins": 3,
    "max_states": 500,
    "table_prior": "independent",
    "table_model": "logistic",
}
"""Options that make sense beside ``--table`` alone, with their defaults."""


@grouped
def theory(
    output: Output,
    world: Annotated[
        str | None,
        typer.Argument(
            metavar="WORLD",
            help="A JSON, YAML or NPZ file of p_x, p_y_given_x, q_x, q_y_given_x; random:states=50,classes=3,seed=0; "
            "or perfect-model, cancelling, overconfident, calibrated.",
        ),
    ] = None,
    table: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Fit the world to this table instead (CSV or Parquet).")
    ] = None,
    target: options.Target = None,
    features: Annotated[
        str | None, typer.Option(metavar="A,B", help="Columns that make the states, else the most telling that fit.")
    ] = None,
    bins: Annotated[int, typer.Option(metavar="N", help="Most bins of a column.")] = 3,
    max_states: Annotated[int, typer.Option(metavar="N", help="Most states of a table's world.")] = 500,
    table_prior: Annotated[
        str, typer.Option(metavar="NAME", help="Assumed in a table's world: independent, uniform or true.")
    ] = "independent",
    table_model: Annotated[
        str, typer.Option(metavar="NAME", help="Model of a table's world: logistic, naive_bayes, tree, shares or true.")
    ] = "logistic",
    coordinates: Annotated[
        str, typer.Option(metavar="NAME", help="What derivatives are taken by: logits, weights or raw.")
    ] = "logits",
    steps: Annotated[int, typer.Option(metavar="N", help="Worlds on each path to the truth.")] = 51,
    out: Annotated[
        Path | None, options.more(options.OUT, "A new folder, for pictures, the world and these numbers as JSON.")
    ] = None,
) -> None:
    """Show the exact error budget of a world in which all is known, and its paths to the truth."""
    from retrodict.theory.paths import path

    if (world is None) == (table is None):
        raise RequestError("give either a WORLD or --table FILE")
    given = (target, features, bins, max_states, table_prior, table_model)
    chosen = dict(zip(_TABLE_ONLY, given, strict=True))
    fitted = _fit(table, chosen) if table is not None else None
    known = fitted.world if fitted is not None else _read(world, chosen)
    paths = [path(known, moving, steps=steps) for moving in ("prior", "model")]
    report = _report(known, fitted, coordinates, paths)
    if out is not None:
        with stopping("nothing was written"):
            from retrodict.report.theory.write import write_theory

            write_theory(known, report, paths, out)
    document = report if out is None else {**report, "out": str(out)}
    output.show(document, lambda: _print(known, fitted, coordinates, paths, out))


def _read(world: str | None, chosen: dict[str, Any]) -> DiscreteWorld:
    from retrodict.theory.world_files import read_world

    for name, default in _TABLE_ONLY.items():
        if chosen[name] != default:
            raise RequestError(f"--{name.replace('_', '-')} is for --table; leave it out, or give a table")
    return read_world(str(world))


def _fit(table: Path, chosen: dict[str, Any]) -> TableWorld:
    from retrodict.cli.tables import read_table
    from retrodict.theory.table_worlds import table_world

    listed = chosen["features"]
    features = None if listed is None else [name.strip() for name in listed.split(",")]
    return table_world(
        read_table(table),
        target=chosen["target"],
        features=features,
        bins=chosen["bins"],
        max_states=chosen["max_states"],
        prior=chosen["table_prior"],
        model=chosen["table_model"],
    )


def _report(
    world: DiscreteWorld, fitted: TableWorld | None, coordinates: str, paths: list[WorldPath]
) -> dict[str, Any]:
    from retrodict.theory import DIVERGENCES, concurrence, error_budget

    kinds = {kind: world.posterior_divergence(kind).tolist() for kind in DIVERGENCES}
    table = fitted and {
        "rows": fitted.rows,
        "features": {name: list(labels) for name, labels in fitted.features.items()},
        "prior": fitted.prior,
        "model": fitted.model,
    }
    return finite(
        {
            "states": world.n_states,
            "classes": list(world.classes),
            "table": table,
            "class_shares": {"true": world.p_y.tolist(), "assumed": world.q_y.tolist()},
            "budget": error_budget(world).to_dict(),
            "divergences": {
                "by_class": kinds,
                "expected": {kind: world.expected_divergence(kind) for kind in DIVERGENCES},
            },
            "concurrence": concurrence(world, coordinates).to_dict(),
            "paths": {one.moving: one.to_dict() for one in paths},
        }
    )


def _print(
    world: DiscreteWorld, fitted: TableWorld | None, coordinates: str, paths: list[WorldPath], out: Path | None
) -> None:
    from retrodict.theory import concurrence, error_budget

    budget = error_budget(world)
    if fitted is not None:
        print_line(f"{fitted.rows:,} rows in {world.n_states:,} states of {', '.join(fitted.features)}")
        print_line(f"assumed: prior {fitted.prior}, model {fitted.model}")
    numbers = ["share", "posterior", "prior", "model", "label"]
    print_table(
        f"Error budget of {world.n_states:,} states, nats: posterior = prior + model - label",
        ["class", *numbers],
        [[name, *(f"{line[number]:.4g}" for number in numbers)] for name, line in budget.frame().iterrows()],
        right=numbers,
    )
    found = concurrence(world, coordinates)
    columns = ["coordinates", "differ", "same sign", "of mass", "cosine", "forced"]
    print_table(
        f"Derivatives by {coordinates}: how far posterior divergence (all classes) moves the same way as",
        ["", *columns],
        [
            [
                {"accuracy": "inaccuracy"}.get(one.against, f"{one.against} divergence"),
                *(f"{int(count):,}" for count in (one.counted.sum(), (one.counted & ~one.same).sum())),
                *(f"{value:.3f}" for value in (one.share, one.mass_share, one.cosine, one.must_share)),
            ]
            for one in (found.prior, found.model, found.accuracy)
        ],
        right=columns,
    )
    for one in paths:
        print_line(
            f"{one.moving} to the truth: posterior {one.posterior[0]:.4g} to {one.posterior[-1]:.4g} nats, falling at "
            f"{one.falling_share:.0%} of the steps"
        )
    print_line(
        f"known class shares are worth {budget.label:.4g} nats: without them the divergence is {budget.bound:.4g}"
    )
    if out is not None:
        print_line(f"pictures, world and numbers: {out}")
