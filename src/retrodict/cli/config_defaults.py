"""Defaults of options from a file: each entry checked against the commands, and those of one command handed to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from retrodict.cli.config_file import NONE, ConfigFile
from retrodict.cli.surface import Parameter
from retrodict.plain_text import shown
from retrodict.results.store.places import is_address

ALL = "defaults"
"""The table of all commands."""

_NOT_DEFAULTS = frozenset(("config", "print-schema"))
_TRUST = frozenset(("trust", "trust-pickle"))
_AFAR = frozenset(("address",))
"""Machines that a model is sent to, and that answer with what is run here: a cluster's workers."""
_JUDGING = frozenset(("audit", "check", "sanitize"))
"""Commands whose answer somebody signs: what it rests on is not taken from a file that was merely found, which may lie
in the folder of whoever made the model."""
_BESIDE = frozenset(("json", "out", "quiet", "records", "seed", "verbose", "workers"))
"""What no verdict rests on."""

_KINDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "int": ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "float": ("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    "list": (
        'a list of texts, such as ["a", "b"]',
        lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    ),
}
_TEXT: tuple[str, Callable[[Any], bool]] = ("a text in quotes", lambda value: isinstance(value, str))

Options = Mapping[str, Parameter]


@dataclass(frozen=True)
class Entry:
    """One default.

    Parameters
    ----------
    parameter
        Of the command that it is for.
    value
        As the parser takes it.
    line
        Of the file.
    """

    parameter: Parameter
    value: Any
    line: int


@dataclass(frozen=True)
class Defaults:
    """What a file sets for one command: the entries that hold, and names of options that were left out, with lines."""

    file: ConfigFile
    entries: tuple[Entry, ...]
    left: tuple[tuple[str, int], ...]


def defaults_of(file: ConfigFile, words: str, every: Mapping[str, Options]) -> Defaults:
    """Check a file, all of it, and return what it sets for one command.

    Parameters
    ----------
    file
        The file.
    words
        Of the command: ``study run``.
    every
        Of each command the options by their keys.

    Raises
    ------
    RequestError
        If a table or a key is none of these, a value is of another kind, or a key may not stand in such a file.
    """
    known = {option: one for options in every.values() for option, one in options.items()}
    found: dict[str, tuple[tuple[str, ...], Any]] = {}
    for table, keys, entries in _tables(file, every):
        options = known if table == ALL else every[table]
        for key, value in entries.items():
            at = (*keys, key)
            if key not in options:
                place = "no command has" if table == ALL else f"'{table}' has"
                no = "" if table == ALL else "no "
                raise file.error(at, f"{place} {no}option --{shown(key)}{_near(key, options)}")
            _check(file, at, options[key], value, table)
        own = {key: ((*keys, key), value) for key, value in entries.items() if key in every[words]}
        if table == ALL:
            found = {**own, **found}
        elif table == words:
            found = {**found, **own}
    judged = not file.named and words in _JUDGING
    left = tuple((key, file.line(*at)) for key, (at, _) in found.items() if judged and key not in _BESIDE)
    without = {key for key, _ in left}
    taken = {key: one for key, one in found.items() if key not in without}
    return Defaults(
        file,
        tuple(
            Entry(every[words][key], _value(file, every[words][key], v), file.line(*at))
            for key, (at, v) in taken.items()
        ),
        left,
    )


def _tables(file: ConfigFile, every: Mapping[str, Options]) -> Iterator[tuple[str, tuple[str, ...], Mapping[str, Any]]]:
    """Yield the tables: the words of its command, its keys, its entries."""
    names = [ALL, *dict.fromkeys(words.split()[0] for words in every)]
    for name, entries in file.tables.items():
        if not isinstance(entries, dict):
            raise file.error(
                (name,), f"'{shown(name)}' stands in no table; put it under [{ALL}] or a command's, such as [audit]"
            )
        if name not in names:
            raise file.error((name,), f"no command is called '{shown(name)}'{_near(name, names)}")
        if name == ALL or name in every:
            yield name, (name,), entries
            continue
        for second, own in entries.items():
            inner = [words.split()[1] for words in every if words.split()[0] == name]
            if second not in inner or not isinstance(own, dict):
                near = _near(second, inner) if second not in inner else ""
                raise file.error(
                    (name, second), f"[{name}] holds tables of its commands, such as [{name}.{inner[0]}]{near}"
                )
            yield f"{name} {second}", (name, second), own


def _check(file: ConfigFile, at: tuple[str, ...], option: Parameter, value: Any, table: str) -> None:
    key = at[-1]
    if key in _NOT_DEFAULTS:
        raise file.error(at, f"--{key} is of one command line, and no default; take it out")
    remedy = f"take it out, name the file (--config {shown(file.path.name)}), or read none (--config {NONE})"
    if not file.named and key in _TRUST:
        why = "is not taken from a file that was found, which may lie with the model that it would have trusted"
        raise file.error(at, f"--{key} {why}; {remedy}")
    if not file.named and (key in _AFAR or (key == "out" and isinstance(value, str) and is_address(value))):
        why = "is not taken from a file that was found: model and rows would go to machines that its writer named"
        raise file.error(at, f"--{key} {why}; {remedy}")
    if not file.named and table in _JUDGING and key not in _BESIDE:
        why = "is not taken from a file that was found, which may be of whoever made the model: a verdict rests on it"
        raise file.error(at, f"--{key} {why}; {remedy}")
    what, fits = _KINDS.get(option.type, _TEXT)
    if not fits(value):
        raise file.error(at, f"--{key} takes {what}, got {shown(repr(value), 100)}; correct it")


def _value(file: ConfigFile, option: Parameter, value: Any) -> Any:
    """Return a value as the parser takes it; paths are meant from where the file lies."""
    metavar = option.metavar or ""
    place = option.type == "Path" or metavar in ("FILE", "DIR", "PATH")
    either = not place and metavar.endswith("|FILE")
    if not isinstance(value, str) or not (place or either) or "://" in value:
        return value
    whole = Path(os.path.expanduser(value))
    whole = whole if whole.is_absolute() else file.path.parent / whole
    return str(whole) if place or whole.is_file() else value


def _near(name: str, known: Any) -> str:
    near = get_close_matches(name.replace("_", "-"), list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else "; see retrodict --help"
