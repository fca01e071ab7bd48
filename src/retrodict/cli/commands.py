"""The subcommands, gathered."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from retrodict.cli.app_command import app as app_command
from retrodict.cli.attribute_risk import attribute_risk
from retrodict.cli.audit import audit
from retrodict.cli.calibrate import calibrate
from retrodict.cli.calibration import calibration
from retrodict.cli.check import check
from retrodict.cli.completion import VARIABLE, complete
from retrodict.cli.configured import PREFIX
from retrodict.cli.controls import controls
from retrodict.cli.demo import demo
from retrodict.cli.doctor import doctor
from retrodict.cli.error_budget import error_budget
from retrodict.cli.evaluate import evaluate
from retrodict.cli.exits import MEANINGS
from retrodict.cli.fit_prior import fit_prior
from retrodict.cli.implied_prior import implied_prior
from retrodict.cli.infer import infer
from retrodict.cli.inspect import inspect
from retrodict.cli.invert import invert
from retrodict.cli.membership_attacks import membership_attacks
from retrodict.cli.migrate import migrate
from retrodict.cli.new import app as new
from retrodict.cli.printing import print_line
from retrodict.cli.query_curve import query_curve
from retrodict.cli.rebuild import rebuild
from retrodict.cli.reconstruct import reconstruct
from retrodict.cli.record_risk import record_risk
from retrodict.cli.replicate import replicate
from retrodict.cli.row_errors import aligned_error, matched_error
from retrodict.cli.sanitize import sanitize
from retrodict.cli.study import app as study
from retrodict.cli.theory import theory

app = typer.Typer(
    name="retrodict",
    help="Go back from a trained model to the data behind it.",
    epilog=f"Exit codes: {', '.join(f'{code} {meaning}' for code, meaning in MEANINGS.items())}.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": PREFIX},
)
COMMANDS = (
    *(inspect, reconstruct, rebuild, invert, infer, implied_prior, fit_prior),
    *(evaluate, record_risk, matched_error, aligned_error, calibration, controls, membership_attacks, attribute_risk),
    *(replicate, migrate, query_curve, error_budget, calibrate, check),
    *(audit, app_command, sanitize, theory, demo, doctor),
)
"""In the order in which the help lists them."""

for command in COMMANDS:
    app.command()(command)
app.add_typer(new, name="new")
app.add_typer(study, name="study")


def invoke(arguments: Sequence[str]) -> int:
    """Run one command line and return the exit code it asks for; failures are exceptions.

    Parameters
    ----------
    arguments
        What follows ``retrodict``.
    """
    if instruction := os.environ.get(VARIABLE):
        return complete(app, parser, instruction)
    command = parser()
    try:  # the parser's own way to run commands takes an interruption for itself
        with command.make_context("retrodict", list(arguments), obj=app) as context:
            return int(command.invoke(context) or 0)
    except typer.Exit as end:
        return end.exit_code


def parser() -> Any:
    """Return the parser of all commands."""
    command: Any = typer.main.get_command(app)
    _hide_variables(command)
    for one in command.params:  # RETRODICT_VERSION is what others call a release, and no wish to be shown one
        one.allow_from_autoenv = False
    return command


def _hide_variables(command: Any) -> None:
    """Leave out of the help that each option can be set by the environment: it would stand in every line."""
    for each in getattr(command, "commands", {}).values():
        _hide_variables(each)
    for one in command.params:
        one.show_envvar = bool(one.envvar)


def _show_version(wanted: bool) -> None:
    if wanted:
        from retrodict import __version__  # asks what is installed, which takes a moment

        print_line(f"retrodict {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass
