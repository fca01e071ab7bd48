"""What the command prints that looks at the installation."""

from __future__ import annotations

from typing import Literal

from retrodict.auditing.sections import NoteLine
from retrodict.cli.documents.base import Document


class LibraryLine(Document):
    """A library; `least` is the oldest release that is supported, `fault` what its import says where it is broken."""

    name: str
    version: str | None
    least: str | None
    state: Literal["works", "missing", "old", "broken"]
    fault: str | None


class ExtraLine(Document):
    """An extra of the package: the libraries it brings, what it is for, and the command that mends it."""

    name: str
    libraries: list[str]
    enables: list[str]
    works: bool
    remedy: str | None


class FamilyLine(Document):
    """A family of models: what it opens, in its own words, and what can be done with its models."""

    name: str
    files: str
    models: str
    can: list[str]
    extra: str | None
    works: bool


class Diagnosis(Document):
    """What is installed here; `forks` is whether model files are tried in a copy of the process."""

    retrodict: str
    python: str
    platform: str
    cores: int
    thread_caps: dict[str, str]
    forks: bool
    core: list[LibraryLine]
    optional: list[LibraryLine]
    extras: list[ExtraLine]
    families: list[FamilyLine]
    warnings: list[NoteLine]


class App(Document):
    """An app that has begun; `url` works once, and what lies in `folder` stays at the end only where it is `kept`."""

    url: str
    folder: str
    kept: bool
