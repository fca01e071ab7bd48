"""The subcommands, gathered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from retrodict import __version__
from retrodict.cli.audit import audit
from retrodict.cli.budget import budget
from retrodict.cli.demo import demo
from retrodict.cli.evaluate import evaluate
from retrodict.cli.inspect import inspect
from retrodict.cli.invert import invert
from retrodict.cli.printing import print_line
from retrodict.cli.reconstruct import reconstruct
from retrodict.cli.replicate import replicate
from retrodict.cli.sanitize import sanitize
from retrodict.cli.study import app as study
from retrodict.cli.theory import theory

app = typer.Typer(
    name="retrodict",
    help="Go back from a trained model to the data behind it.",
    epilog="Exit codes: 0 done, 1 the run failed, 2 the request was wrong, 130 stopped by Ctrl-C, 143 terminated, "
    "141 nobody reads the output any more.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo, inspect, reconstruct, invert, evaluate, audit, sanitize, theory, budget, replicate):
    app.command()(command)
app.add_typer(study, name="study")


def invoke(arguments: Sequence[str]) -> int:
    """Run one command line and return the exit code it asks for; failures are exceptions.

    Parameters
    ----------
    arguments
        What follows ``retrodict``.
    """
    command = typer.main.get_command(app)
    try:  # the parser's own way to run commands takes an interruption for itself
        with command.make_context("retrodict", list(arguments)) as context:
            return int(command.invoke(context) or 0)
    except typer.Exit as end:
        return end.exit_code


def _show_version(wanted: bool) -> None:
    if wanted:
        print_line(f"retrodict {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass
