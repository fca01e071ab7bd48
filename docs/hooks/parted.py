"""Parameters that a docstring describes together (`low, high`) are parted, so that each gets its own type and default.

Griffe would give all of them those of the first.
"""

from __future__ import annotations

import re
from typing import Any

from griffe import Docstring, Extension, Object

_SECTION = re.compile(r"(?<=^Parameters\n----------\n).*?(?=\n\n\S[^\n]*\n-{3,}\n|\Z)", flags=re.DOTALL | re.MULTILINE)
_TOGETHER = re.compile(
    r"^(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)+)\n(?P<text>(?:(?:[ ]+[^\n]*|)(?:\n|\Z))+)", flags=re.MULTILINE
)


class Parted(Extension):
    """Part them as soon as code is read."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Part those of one docstring."""
        if obj.docstring is not None:
            part(obj.docstring)


def part(docstring: Docstring) -> None:
    """Part the parameters of a docstring."""
    docstring.value = _SECTION.sub(lambda section: _TOGETHER.sub(_each, section.group()), docstring.value)


def _each(found: re.Match[str]) -> str:
    text = found["text"].rstrip("\n") + "\n"
    return "".join(f"{name}\n{text}" for name in found["names"].split(", "))
