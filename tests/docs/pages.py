"""The pages of the documentation, and the blocks of code on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(r"(?:^<!-- (not run|file): ([^\n]*?) -->\n)?^```(\w*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code with what its page says of it, in a comment above it.

    Parameters
    ----------
    page, line
        Where it stands.
    language
        As the fence names it.
    text
        The code.
    not_run
        Why the tests do not run it; ``None`` where they do.
    file
        The file that it is the content of, for the blocks below it.
    """

    page: Path
    line: int
    language: str
    text: str
    not_run: str | None
    file: str | None


def blocks(page: Path) -> Iterator[Block]:
    """Yield a page's blocks in order."""
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        mark, said, language, code = found.groups()
        line = text[: found.start(4)].count("\n") + 1
        yield Block(page, line, language, code, said if mark == "not run" else None, said if mark == "file" else None)


def name_of(page: Path) -> str:
    """Return a page's path within the project."""
    return page.relative_to(ROOT).as_posix()
