"""What is to be taken out of a model: changes that can be made and unmade, and what has to stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from retrodict.disclosures import Unread

ABSENT = object()
"""Stands for an attribute that is not there."""


@dataclass(frozen=True)
class Removed:
    """A fact that was taken out.

    Parameters
    ----------
    path
        Where it stood, as an attribute path from the outermost estimator; ``[*]`` stands for all members of a list.
    what
        What it said of the training data.
    count
        At how many places.
    """

    path: str
    what: str
    count: int = 1


@dataclass(frozen=True)
class Kept:
    """A fact that stays in the model, and why."""

    path: str
    why: str


@dataclass
class Change:
    """One attribute that is replaced, or deleted where `new` is `ABSENT`."""

    path: str
    what: str
    owner: Any
    name: str
    new: Any
    old: Any = ABSENT

    def make(self) -> None:
        """Change the attribute, and remember what it was."""
        self.old = vars(self.owner)[self.name]
        if self.new is ABSENT:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self.new)

    def unmake(self) -> None:
        """Put the attribute back."""
        setattr(self.owner, self.name, self.old)


@dataclass
class Plan:
    """All changes to one model, what stays, and the parts of which nothing is known."""

    changes: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    unjudged: list[Unread] = field(default_factory=list)

    def groups(self) -> list[list[Change]]:
        """Return changes of one kind at one place together."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            found.setdefault(change.path, []).append(change)
        return list(found.values())


@dataclass(frozen=True)
class Trim:
    """What a family's function is given to say what is taken from an estimator, and what stays.

    Parameters
    ----------
    plan
        Is added to.
    path
        Where the estimator stands.
    """

    plan: Plan
    path: str

    def at(self, name: str) -> str:
        """Return the path of one of its attributes."""
        return f"{self.path}.{name}" if self.path else name

    def drop(self, owner: Any, names: Iterable[str] | str, what: str) -> None:
        """Take attributes out; those that are not there are none."""
        for name in (names,) if isinstance(names, str) else names:
            if vars(owner).get(name) is not None:
                self.plan.changes.append(Change(self.at(name), what, owner, name, ABSENT))

    def put(self, owner: Any, name: str, value: Any, what: str, label: str | None = None) -> None:
        """Replace an attribute by one that says nothing of the training data."""
        if name in vars(owner):
            self.plan.changes.append(Change(self.at(label or name), what, owner, name, value))

    def keep(self, name: str, why: str) -> None:
        """Say that an attribute stays."""
        entry = Kept(self.at(name), why)
        if entry not in self.plan.kept:
            self.plan.kept.append(entry)
