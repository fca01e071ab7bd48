"""The commands as data: what they are called, what they call, and what they take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import typer


def commands(app: typer.Typer, words: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every command with its words (``study run``), in the order of the help."""
    for one in app.registered_commands:
        if one.callback is not None:
            yield f"{words} {one.name or one.callback.__name__.replace('_', '-')}".strip(), one.callback
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance, f"{words} {group.name}".strip())


def says(command: Callable[..., Any]) -> str:
    """Return what a command does, in one sentence."""
    return (inspect.getdoc(command) or "").split("\n")[0].rstrip(".")
