"""The text of a prior file that a person goes on with: each entry under a comment that says where it comes from."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from retrodict.plain_text import one_line
from retrodict.schema.yaml_text import Dumper, write_yaml

_WIDTH = 118
_UNBROKEN = 2**31
"""Letters of a line: entries of one line are not broken."""

TODO = "TODO"
"""What marks an entry that is left to the reader."""

_FORMAT = """\
# Each feature is written in one of these ways; what is not known is left out:
#   age: 44.2 (12.1)                              mean (sd), as tables of papers have it
#   age: 44 [36, 52]                              median [quartiles]
#   age: 18 to 90                                 a range alone: all of it alike
#   age: {mean: 44.2, sd: 12.1, min: 18, max: 90}
#   age: {quantiles: {0.05: 24, 0.5: 44, 0.95: 63}}
#   age: {distribution: gamma, a: 2.0, scale: 5}  with scipy's names
#   sex: {shares: {f: 0.5, m: 0.5}}               or counts: {f: 120, m: 118}; categories: [f, m] alone are alike
# Each may have kind (continuous, integer, ordinal, categorical, binary), and missing: 0.05, a share of rows."""

_CORRELATIONS = "# How features go together: pearson, spearman or kendall. Where nothing is said, they are independent."
_TARGET = "# What the model predicts, and how often each class is there; without it, the model's own shares hold."
_CLASSES = (
    "# What rows of one class are like, where that is known; what is not said of a class is as in all rows:",
    "# classes:",
)


@dataclass(frozen=True)
class Begun:
    """What a prior file begins with.

    Parameters
    ----------
    head
        Sentences on top: what it was made of, and what to look at before it is given away.
    features
        Of each feature what the file says; ``None`` where that is left to the reader.
    comments
        What stands above a feature.
    correlations
        Entries of the list of them.
    target
        The target's name, where it is known.
    class_shares
        Of each class, where they are known.
    classes
        What rows of each class are like, where that is known.
    """

    head: tuple[str, ...]
    features: Mapping[str, Mapping[str, Any] | None]
    comments: Mapping[str, str] = field(default_factory=dict)
    correlations: Sequence[Mapping[str, Any]] = ()
    target: str | None = None
    class_shares: Mapping[Any, float] | None = None
    classes: Mapping[Any, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def open(self) -> tuple[str, ...]:
        """The features that are left to the reader."""
        return tuple(name for name, entry in self.features.items() if entry is None)

    def text(self) -> str:
        """Return the file."""
        parts = [_comment(" ".join(self.head)), "#", _FORMAT, "features:"]
        for name, entry in self.features.items():
            if name in self.comments:
                parts.append(_comment(self.comments[name], "  "))
            if entry is None:
                parts.append(f"  # {TODO}: nothing is stated of its values; write what you know, such as")
                parts.append(f"  # {_line(name, '44.2 (12.1)')}")
            else:
                parts.append(f"  {_line(name, dict(entry))}")
        parts += ["", _CORRELATIONS]
        if self.correlations:
            parts += ["correlations:", *(f"  - {_flow(dict(one))}" for one in self.correlations)]
        else:
            parts.append("# correlations:\n#   - {between: [age, bmi], pearson: 0.21}")
        parts += ["", _TARGET, *self._of_the_target()]
        return "\n".join(parts) + "\n"

    def _of_the_target(self) -> list[str]:
        parts = ["# target: outcome" if self.target is None else _line("target", self.target)]
        if self.class_shares is None:
            return [*parts, "# class_shares: {no: 0.8, yes: 0.2}"]
        parts.append(_line("class_shares", dict(self.class_shares)))
        if self.classes:
            return [
                *parts,
                "",
                "# What rows of each class are like.",
                write_yaml({"classes": dict(self.classes)}).strip(),
            ]
        label, feature = next(iter(self.class_shares)), next(iter(self.features))
        return [
            *parts,
            "",
            *_CLASSES,
            f"#   {_line(label, None)}",
            "#     features:",
            f"#       {_line(feature, '44.2 (12.1)')}",
        ]


def _comment(text: str, inset: str = "") -> str:
    """Return a text as a comment, whatever names it holds: nothing of them ends a line."""
    return "\n".join(f"{inset}# {line}" for line in textwrap.wrap(one_line(text), _WIDTH - len(inset)))


def _line(name: Any, value: Any) -> str:
    """Return an entry as one line, however its name has to be quoted."""
    key = _flow({name: 0})[1:-1].rpartition(":")[0].removeprefix("? ").strip()
    if "\n" in key:  # the plain way to write a name of several lines takes several lines
        key = yaml.dump(name, Dumper=Dumper, default_style='"', allow_unicode=True, width=_UNBROKEN).rstrip("\n")
    return f"{key}:" if value is None else f"{key}: {_flow(value)}"


def _flow(value: Any) -> str:
    text = yaml.dump(
        value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_UNBROKEN, default_flow_style=True
    )
    return text.removesuffix("\n").removesuffix("\n...")
