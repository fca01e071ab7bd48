"""Completion: of commands and options by the parser, of values by what an option takes, of files by the shell."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_args

import typer
from typer.completion import shell_complete

from retrodict.cli import options
from retrodict.cli.surface import commands
from retrodict.inference.engines import AUTO, ENGINES

_ESTIMATORS = tuple(dict.fromkeys((*options.CLASSIFIERS, *options.REGRESSORS, *options.EXTRAS)))

VARIABLE = "_RETRODICT_COMPLETE"
"""Set by a shell that asks for completions."""

VALUES: dict[str, tuple[str, ...]] = {
    "appetite": ("internal", "safe-setting", "public-release"),
    "backend": ("local", "ray"),
    "class_shares": ("model", "equal"),
    "coordinates": ("logits", "weights", "raw"),
    "design": ("smoke", "paper", "full"),
    "engine": (AUTO, *ENGINES),
    "estimators": _ESTIMATORS,
    "fail_on": ("review", "reject"),
    "method": ("plain", "distil"),
    "observed": ("label", "probabilities", "value"),
    "seen": ("target", "label", "probabilities", "prediction"),
    "shadow_estimator": _ESTIMATORS,
    "source": ("file", "values"),
    "table_model": ("logistic", "naive_bayes", "tree", "shares", "true"),
    "table_prior": ("independent", "uniform", "true"),
    "to": _ESTIMATORS,
    "world": ("perfect-model", "cancelling", "overconfident", "calibrated"),
}
"""Words that an option or argument takes, by the parser's name for it. Where none begins as what was typed, and for all
others, nothing is offered: the shell then completes names of files."""


def complete(app: typer.Typer, parser: Callable[[], Any], instruction: str) -> int:
    """Answer a shell that asks for completions, and return the exit code of the answer.

    Parameters
    ----------
    app
        All commands.
    parser
        Makes their parser.
    instruction
        What the shell asks, as it stands in its variable: ``complete_bash``.
    """
    for _, command in commands(app):
        for name, one in inspect.signature(command).parameters.items():
            for info in get_args(one.annotation)[1:]:
                info.autocompletion = _offer(VALUES.get(name, ()))
    try:
        return shell_complete(parser(), {}, "retrodict", VARIABLE, instruction)
    except SystemExit as end:  # the answer to one of fish's questions is the code alone
        return int(end.code or 0)


def _offer(words: tuple[str, ...]) -> Callable[[str], list[str]]:
    def offered(incomplete: str) -> list[str]:
        done, comma, last = incomplete.rpartition(",")
        return [f"{done}{comma}{word}" for word in words if word.startswith(last)]

    return offered
