"""The command line: subcommands, exit codes, and errors as one line."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated

import typer

from retrodict import __version__
from retrodict.cli.audit import audit
from retrodict.cli.budget import budget
from retrodict.cli.demo import demo
from retrodict.cli.evaluate import evaluate
from retrodict.cli.failures import failure
from retrodict.cli.inspect import inspect
from retrodict.cli.invert import invert
from retrodict.cli.reconstruct import reconstruct
from retrodict.cli.replicate import replicate
from retrodict.cli.sanitize import sanitize
from retrodict.cli.study import app as study
from retrodict.cli.theory import theory

app = typer.Typer(
    name="retrodict",
    help="Go back from a trained model to the data behind it.",
    epilog="Exit codes: 0 done, 1 the run failed, 2 the request was wrong.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (demo, inspect, reconstruct, invert, evaluate, audit, sanitize, theory, budget, replicate):
    app.command()(command)
app.add_typer(study, name="study")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"retrodict {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; failures are one line on standard error.

    Parameters
    ----------
    arguments
        What follows ``retrodict``.
    """
    traceback_wanted = os.environ.get("RETRODICT_TRACEBACK", "") not in ("", "0")
    try:
        with warnings.catch_warnings():
            if not (sys.warnoptions or traceback_wanted):
                warnings.simplefilter("ignore")  # doubts about a model are data: `inspect` shows them
            command = typer.main.get_command(app)
            return int(command.main(list(arguments), prog_name="retrodict", standalone_mode=False) or 0)
    except (Exception, KeyboardInterrupt) as error:
        code, line = failure(error)
        if traceback_wanted and isinstance(error, Exception):
            raise
        if line:
            print(line, file=sys.stderr)
        return code


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))
