"""What a command line did not say: from the environment, or from a file of defaults; and what is told of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from retrodict.cli.config_defaults import Defaults, Options, defaults_of
from retrodict.cli.config_file import NAME, read_config
from retrodict.cli.surface import commands, parameters
from retrodict.plain_text import shown

PREFIX = "RETRODICT"
"""How variables of the environment begin that set an option: ``RETRODICT_AUDIT_SEED``."""


@dataclass(frozen=True)
class Configured:
    """Where the options of one command come from.

    Parameters
    ----------
    context
        Of the command's parser.
    defaults
        What a file sets; ``None`` where there is none.
    """

    context: typer.Context
    defaults: Defaults | None

    @property
    def hushed_by_found_file(self) -> bool:
        """Whether a file that was found, and not named, asks for quiet: it can't hide what it sets itself."""
        return self.defaults is not None and not self.defaults.file.named and self._source("quiet") == "DEFAULT_MAP"

    def lines(self) -> Iterator[str]:
        """Yield what to tell of the file: what it set, and what was not taken of it."""
        if self.defaults is None:
            return
        where = shown(str(self.defaults.file.path))
        set_here = [one for one in self.defaults.entries if self._source(one.parameter.variable) == "DEFAULT_MAP"]
        if set_here:
            told = ", ".join(f"{one.parameter.name} {shown(str(one.value), 100)}" for one in set_here)
            yield f"defaults from {where}: {told}"
        if self.defaults.left:
            told = ", ".join(f"--{name} (line {line})" for name, line in self.defaults.left)
            yield f"not taken from {where}, which was found and not named, since a verdict rests on it: {told}"

    def origins(self) -> Iterator[str]:
        """Yield each option that was set, its value and by what."""
        lines = {} if self.defaults is None else {one.parameter.variable: one.line for one in self.defaults.entries}
        for name, value in self.context.params.items():
            by = {
                "COMMANDLINE": "the command line",
                "ENVIRONMENT": "the environment",
                "DEFAULT_MAP": f"{NAME}, line {lines.get(name, 1)}",
            }.get(self._source(name))
            if by is not None and name != "config":
                yield f"{name.replace('_', '-')}: {shown(str(value), 200)} (from {by})"

    def _source(self, variable: str) -> str:
        source = self.context.get_parameter_source(variable)
        return "" if source is None else source.name


def _configure(context: typer.Context, named: Path | None) -> Configured | None:
    if context.resilient_parsing:  # a completion asks
        return None
    file = read_config(named)
    found = None if file is None else defaults_of(file, context.command_path.partition(" ")[2], _every(context.obj))
    if found is not None:
        context.default_map = {one.parameter.variable: one.value for one in found.entries}
    return Configured(context, found)


def _every(app: typer.Typer) -> dict[str, Options]:
    """Return of each command its options by the keys that a file has for them."""
    return {
        words: {one.name.partition("/")[0].removeprefix("--"): one for one in parameters(command) if one.option}
        for words, command in commands(app)
    }


Config = Annotated[
    Configured | None,
    typer.Option(
        "--config",
        metavar="FILE",
        parser=Path,
        callback=_configure,
        is_eager=True,
        envvar=f"{PREFIX}_CONFIG",
        help=f"Defaults of options (TOML). Else {NAME} here, or above within a repository or home; 'none' reads none.",
    ),
]
"""The option of every command; it is looked at first, so that the others find their defaults."""
