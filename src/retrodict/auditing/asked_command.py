"""The command that made an audit, taken apart again: what to do next is said with the same files."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

MODEL, TRAIN, HOLDOUT = "MODEL", "TRAIN.csv", "HOLDOUT.csv"
"""What stands for a file that was not named, since the model or the rows came from memory, or were not given."""

_OPENING = ("schema", "noise-scale", "error-rate", "link-slope", "trust", "trust-pickle")
"""Options that say how a model file is opened: every command needs them again."""
_AUDITED = ("prior", "target", "appetite")
"""Options that an audit of another file needs again, too."""
_OF_COPYING = ("audit", "round-splits", "defend", "pickle", "rows")
"""Options of `sanitize` that an audit has not, or means otherwise."""


@dataclass(frozen=True)
class AskedCommand:
    """What an audit was asked, as its command names it.

    Parameters
    ----------
    model
        The model's file, or `MODEL`.
    out
        The folder of the report.
    options
        Each option's values by its name without dashes; of a flag there are none.
    """

    model: str = MODEL
    out: str = "audit"
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, command: str, copy: bool = False) -> AskedCommand:
        """Take a command apart: a line of the shell, or a call in Python; of any other text nothing is known.

        Parameters
        ----------
        command
            What made the audit.
        copy
            Whether the audit is that of the copy which ``retrodict sanitize --audit`` made.
        """
        try:
            words = shlex.split(command)
        except ValueError:
            words = []
        if words[:2] == ["retrodict", "audit"] and len(words) > 2:
            return cls._of_words(words[2:])
        if words[:2] == ["retrodict", "sanitize"] and len(words) > 2:
            return cls._of_copying(words[2:], copy)
        return cls._of_call(command)

    @classmethod
    def _of_words(cls, words: list[str]) -> AskedCommand:
        options: dict[str, tuple[str, ...]] = {}
        name = ""
        for word in words[1:]:
            if word.startswith("--"):
                name = word[2:]
                options.setdefault(name, ())
            elif name:
                options[name] = (*options[name], word)
        return cls(words[0], options.pop("out", ("audit",))[0], options)

    @classmethod
    def _of_copying(cls, words: list[str], copy: bool) -> AskedCommand:
        given = cls._of_words(words)
        kept = {name: values for name, values in given.options.items() if name not in _OF_COPYING}
        folder = given.options.get("audit", ("audit",))[0]
        return cls(given.out if copy else given.model, folder, kept)

    @classmethod
    def _of_call(cls, command: str) -> AskedCommand:
        try:
            call = ast.parse(command, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return cls()
        if not isinstance(call, ast.Call):
            return cls()
        given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
        texts = {name: value.value for name, value in given.items() if isinstance(value, ast.Constant)}
        options = {
            name.replace("_", "-"): () if value is True else (str(value),)
            for name, value in texts.items()
            if name not in ("out", "seed") and value is not None
        }
        options |= {"train": (TRAIN,)} if "train" in given else {}
        options |= {"holdout": (HOLDOUT,)} if "holdout" in given else {}
        first = call.args[0] if call.args else None
        model = str(first.value) if isinstance(first, ast.Constant) else MODEL
        return cls(model, str(texts.get("out", "audit")), options)

    def has(self, option: str) -> bool:
        """Whether an option was given."""
        return option in self.options

    def beside(self, ending: str) -> str:
        """Return a new name for a copy of the model, beside it."""
        if self.model == MODEL:
            return f"{MODEL}.{ending}.skops"
        path = PurePath(self.model)
        return str(path.with_name(f"{path.stem}.{ending}{path.suffix}"))

    def of_model(self, command: str, *words: str) -> str:
        """Return another command on the same model file."""
        return shlex.join(["retrodict", command, self.model, *words, *self._again(_OPENING)])

    def rows(self) -> list[str]:
        """Return the options that name the tables, and what an audit of another file needs again."""
        return self._again(("train", "holdout", *_AUDITED))

    def again(self, out: str, without: tuple[str, ...] = (), more: Mapping[str, str] | None = None) -> str:
        """Return the audit once more.

        Parameters
        ----------
        out
            The new folder.
        without
            Options that are left out.
        more
            Options that are given instead, or too.
        """
        given = more or {}
        kept = [name for name in self.options if name not in (*without, *given)]
        extra = [word for name, value in given.items() for word in (f"--{name}", value)]
        return shlex.join(["retrodict", "audit", self.model, *self._again(tuple(kept)), *extra, "--out", out])

    def _again(self, names: tuple[str, ...]) -> list[str]:
        words = []
        for name in names:
            if name in self.options:
                values = self.options[name]
                words += [word for value in values for word in (f"--{name}", value)] if values else [f"--{name}"]
        return words
