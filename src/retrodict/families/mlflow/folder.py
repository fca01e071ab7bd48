"""What an MLflow folder says beside its model: example rows, dates, runs, and files that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from retrodict.disclosures.kinds import Disclosure, Rows, TrainingDate, TrainingSettings
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.unread import Unread
from retrodict.families.mlflow.description import NAME, Description
from retrodict.families.mlflow.environment import FILES, REGISTERED, is_plain, registered
from retrodict.families.mlflow.environment import MOST as MOST_ENVIRONMENT
from retrodict.families.mlflow.example_rows import MOST as MOST_EXAMPLE
from retrodict.families.mlflow.example_rows import rows_of
from retrodict.families.mlflow.members import listed, read_small
from retrodict.plain_text import shown
from retrodict.results.json_values import plain
from retrodict.sanitizing.plan import ABSENT, Change, Kept, Plan

LIKELY = "if the example was taken from the training table, as examples are"
"""How exact rows of an example are: MLflow does not say where they are from."""

_EXAMPLES = ("input_example.json", "serving_input_example.json")
_STATED = ("run_id", "model_id", "model_uuid", "artifact_path", "mlflow_version", "metadata", "env_vars", "prompts")


@dataclass
class Folder:
    """What stands in a folder beside the model file.

    Parameters
    ----------
    examples
        Content of files with example rows, by path; ``None`` where a file can't be read.
    created
        When the model was logged; ``None`` where that is not said.
    settings
        Runs, names and notes of the model.
    left
        Files and entries that are not read.
    model
        Path of the model file.
    """

    examples: dict[str, bytes | None] | None
    created: str | None
    settings: dict[str, Any] | None
    left: tuple[str, ...] | None
    model: str = field(default="")

    @classmethod
    def read(cls, path: Path, description: Description) -> Self:
        """Return what stands in a folder.

        Parameters
        ----------
        path
            The folder.
        description
            What its `MLmodel` says.
        """
        names = tuple(listed(path))
        told = tuple(dict.fromkeys((*description.example, *(name for name in _EXAMPLES if name in names))))
        examples = {name: read_small(path, name, MOST_EXAMPLE) for name in told}
        known = {NAME, str(Path(description.model).as_posix()), *told}
        left = list(description.left)
        content = read_small(path, REGISTERED, MOST_ENVIRONMENT) if REGISTERED in names else None
        stands = None if content is None else registered(content)
        known |= set() if stands is None else {REGISTERED}
        for name in names:
            if name in known:
                continue
            content = read_small(path, name, MOST_ENVIRONMENT) if name in FILES else None
            if content is None or not is_plain(name, content):
                left.append(name)
        created = description.entries.get("utc_time_created")
        settings = {name: plain(value) for name in _STATED if (value := description.entries.get(name)) is not None}
        settings |= stands or {}
        return cls(examples, None if created is None else str(created), settings, tuple(left), description.model)

    def facts(self, names: tuple[str, ...], train: KnownRows | None) -> Iterator[Disclosure | Unread]:
        """Yield what the folder states beside the model.

        Parameters
        ----------
        names
            The model's columns.
        train
            Training rows, where they are at hand.
        """
        for name, content in (self.examples or {}).items():
            yield self._example(name, content, names, train)
        if self.created is not None:
            told = shown(self.created, 60)
            yield TrainingDate(told, features=(), source=f"{NAME}: utc_time_created", exact="of when it was logged")
        if self.settings:
            free = None if self.settings.get("metadata") else False  # notes may be of anything
            yield TrainingSettings(self.settings, features=(), source=NAME, personal=free)
        for name in self.left or ():
            yield Unread(shown(name, 120), "MLflow", "unknown", "a part of the MLflow folder that no reader knows")

    def _example(
        self, name: str, content: bytes | None, names: tuple[str, ...], train: KnownRows | None
    ) -> Disclosure | Unread:
        read = None if content is None else rows_of(content, names)
        if read is None:
            reason = "it is named as an example of input, which may be training rows, and is in no form that is known"
            return Unread(shown(name, 120), "MLflow", "unknown", reason)
        columns, rows = read
        known = None if train is None else train.within(pd.DataFrame(rows, columns=list(columns)))
        return Rows(
            np.asarray(rows, dtype=object),
            features=columns,
            source=shown(name, 120),
            exact=True if known == len(rows) else LIKELY,
            personal=True,
        )

    def plan(self, plan: Plan) -> None:
        """Add to a plan that nothing of the folder is written again.

        Parameters
        ----------
        plan
            Of the model inside.
        """
        for name in self.examples or {}:
            plan.changes.append(_Without(name, "rows that were given as an example of its input", self, name))
        for name, what in (
            ("created", "when it was logged"),
            ("settings", "the run that it was logged in, and what was noted with it"),
            ("left", "files and entries of which nothing is known"),
        ):
            if getattr(self, name):
                plan.changes.append(Change(NAME if name != "left" else "the folder", what, self, name, None))
        why = (
            f"only the model file is written: put it in place of {shown(self.model, 80)} in a folder without the others"
        )
        plan.kept.append(Kept(shown(self.model, 80), why))


class _Without(Change):
    """One example that is left out."""

    def __init__(self, path: str, what: str, owner: Folder, name: str) -> None:
        super().__init__(path, what, owner, name, ABSENT)

    def make(self) -> None:
        self.old = self.owner.examples
        self.owner.examples = {name: content for name, content in self.old.items() if name != self.name}

    def unmake(self) -> None:
        self.owner.examples = self.old
