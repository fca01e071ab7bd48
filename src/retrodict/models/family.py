"""What a family is: all that is known of one library's models, in one folder; and how one is found.

A family is a package that `retrodict.families.registry` names. Its files have fixed names: `open` (this module's
`Opening`), and, each where the family has it, `model`, `disclose`, `strip` and `trees`. The registry is found by its
name, as a plug-in is: rooms below the families know none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from retrodict.models.contract import Model
from retrodict.models.file_audit import FileAudit
from retrodict.results.notes import Note
from retrodict.schema import Schema

REGISTRY = "retrodict.families.registry"
"""The module whose `FAMILIES` names the packages of all families."""


@dataclass(frozen=True)
class Source:
    """A model file that was read, or a folder that was listed; nothing of it is built yet.

    Parameters
    ----------
    path
        Where it is.
    content
        All its bytes, so that what is built is what was checked; empty for a folder.
    members
        Names of what a folder holds; empty for a file.
    """

    path: Path
    content: bytes
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trust:
    """What a user accepts of a file that could do harm.

    Parameters
    ----------
    names
        Dotted names of types that may be built.
    pickle
        Whether pickles may be read, which can run any code.
    """

    names: tuple[str, ...] = ()
    pickle: bool = False


@dataclass(frozen=True)
class Opened:
    """What a file held, or what was given, on its way to a model.

    Parameters
    ----------
    object
        As its library makes it.
    fingerprint
        Hash of its content, with the name of the hash; empty where it was given, until it is hashed.
    origin
        The file, for errors; ``None`` where it was given.
    audit
        What was checked before the file was read; ``None`` where it was given.
    warnings
        A note for each doubt that reading it raised.
    left
        Parts of the file that no reader knows, by what they are called in it: they are listed as not read.
    around
        What a folder around the file adds to the model that its family makes of it; ``None`` where there is none.
    """

    object: Any
    fingerprint: str
    origin: str | None = None
    audit: FileAudit | None = None
    warnings: tuple[Note, ...] = ()
    left: tuple[str, ...] = ()
    around: Callable[[Model], Model] | None = None


@dataclass(frozen=True)
class Settings:
    """What a user states of a model; see `load_model`. ``None`` is not stated."""

    schema: Schema | None = None
    noise_scale: float | None = None
    error_rate: float | None = None
    link_slope: float | None = None


class Opening(Protocol):
    """What the file `open` of a family offers. It imports the family's library inside its functions only."""

    PACKAGES: tuple[str, ...]
    """Top-level packages whose types are the family's."""

    FILES: str
    """What files it opens, with the words that tell how one is made: `a skops file, written by skops.io.dump`."""

    MODELS: str
    """What it takes for a model, with an article: `a fitted scikit-learn classifier or regressor`."""

    def recognises(self, source: Source) -> bool:
        """Whether a file is one of the family's, by its bytes and never by its suffix."""
        ...

    def audit_of(self, source: Source, trust: Trust) -> FileAudit:
        """Return what a file would build, without building anything.

        Raises
        ------
        ModelError
            If it is damaged.
        """
        ...

    def open_file(self, source: Source, trust: Trust) -> Opened:
        """Return what a file holds, after it was checked.

        Raises
        ------
        UnsafeFileError
            If it could run code, or builds what is not trusted.
        ModelError
            If it is damaged, made to do harm, or needs what is not here.
        """
        ...

    def model_of(self, opened: Opened, settings: Settings) -> Model:
        """Return an object of the family as a model.

        Raises
        ------
        ModelError
            If it is no trained classifier or regressor of one output.
        SchemaError
            If the stated schema does not fit it.
        RequestError
            If a setting is out of range, or means nothing to this kind of model.
        """
        ...


class Scoring(Opening, Protocol):
    """An `Opening` that also takes models which have scores and no likelihood: rankings, losses of the user's own."""

    def scored_of(self, opened: Opened, settings: Settings, reason: str) -> Model:
        """Return a fitted object that `model_of` refused as a model of raw scores, to be inspected and stripped.

        Parameters
        ----------
        opened, settings
            As for `model_of`.
        reason
            Why it has no likelihood; the model's `likelihood` says it.

        Raises
        ------
        ModelError, SchemaError
            If it is no fitted model, or can't be read.
        """
        ...


def families() -> tuple[str, ...]:
    """Return the package names of all families, in the order in which they are asked."""
    return tuple(import_module(REGISTRY).FAMILIES)


def part(family: str, name: str) -> ModuleType | None:
    """Return one file of a family; ``None`` where the family has none of that name.

    Parameters
    ----------
    family
        Name of its package.
    name
        `open`, `model`, `disclose`, `strip` or `trees`.
    """
    return import_module(f"{family}.{name}") if has_part(family, name) else None


def has_part(family: str, name: str) -> bool:
    """Whether a family has a file of that name; nothing of it is imported. See `part`."""
    return find_spec(f"{family}.{name}") is not None


def openings() -> Iterator[tuple[str, Any]]:
    """Yield the name and the `Opening` of every family."""
    for family in families():
        yield family, import_module(f"{family}.open")


def family_of(cls: type) -> str | None:
    """Return the family of a type: that of the nearest class of its ``__mro__`` that is of a family's packages.

    Parameters
    ----------
    cls
        The type of a model, or of a part of one.
    """
    homes = {package: family for family, opening in openings() for package in opening.PACKAGES}
    for base in cls.__mro__:
        package = base.__module__.partition(".")[0]
        if package in homes:
            return homes[package]
    return None
