"""The commands as data: what they are called, what they do, and what they take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args

import typer
from typer.models import OptionInfo

Command = Callable[..., Any]


@dataclass(frozen=True)
class Parameter:
    """What a command says of one of its parameters.

    Parameters
    ----------
    name
        As it is written: ``--seed``, or an argument's name.
    type
        Of its value.
    metavar
        What stands for its value; ``None`` for a flag.
    help
        What it means to this command; the first sentence is what it means everywhere.
    option
        Whether it is one, and no argument.
    variable
        As the parser calls it.
    """

    name: str
    type: str
    metavar: str | None
    help: str
    option: bool
    variable: str

    @property
    def meaning(self) -> str:
        """What it means everywhere."""
        return self.help.split(". ")[0].rstrip(".")


def commands(app: typer.Typer, words: str = "") -> Iterator[tuple[str, Command]]:
    """Yield every command with its words (``study run``), in the order of the help."""
    for one in app.registered_commands:
        if one.callback is not None:
            yield f"{words} {one.name or one.callback.__name__.replace('_', '-')}".strip(), one.callback
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance, f"{words} {group.name}".strip())


def says(command: Command) -> str:
    """Return what a command does, in one sentence."""
    return (inspect.getdoc(command) or "").split("\n")[0].rstrip(".")


def parameters(command: Command) -> list[Parameter]:
    """Return what a command takes, as it declares it."""
    found = []
    for one in inspect.signature(command).parameters.values():
        hint, info = get_args(one.annotation)
        option = isinstance(info, OptionInfo)
        own = info.default if isinstance(info.default, str) else f"--{one.name.replace('_', '-')}"  # where it is named
        kinds = [each for each in get_args(hint) or [hint] if each is not NoneType]
        kind = " ".join(getattr(each, "__name__", str(each)) for each in kinds)
        found.append(Parameter(own if option else one.name, kind, info.metavar, info.help or "", option, one.name))
    return found
