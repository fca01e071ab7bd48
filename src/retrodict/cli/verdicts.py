"""Exit codes by verdict: a pipeline stops where a model must not be given away, or not without a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import typer

from retrodict.cli.exits import JUDGED

FailOn = Annotated[
    Literal["review", "reject"] | None,
    typer.Option("--fail-on", metavar="VERDICT", help="Exit with 3 where the verdict is this, or worse."),
]
"""The option of commands that judge."""

_REACHED = {"review": ("review", "reject"), "reject": ("reject",), None: ()}


def end_judged(verdicts: Iterable[str], fail_on: Literal["review", "reject"] | None) -> None:
    """End a command whose verdict is one that it was asked to fail on.

    Parameters
    ----------
    verdicts
        All that were reached.
    fail_on
        The least verdict that fails; ``None``: none does.

    Raises
    ------
    typer.Exit
        If one does.
    """
    if any(one in _REACHED[fail_on] for one in verdicts):
        raise typer.Exit(JUDGED)
