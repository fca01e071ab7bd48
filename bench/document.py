"""Tables in the project's pages: each lies between two markers, and the command that made it rewrites it."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """Return a table; its first columns, `words` of them, are text, the others are numbers."""
    lines = [head, [*["---"] * words, *["---:"] * (len(head) - words)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def machine(*packages: str) -> str:
    """Return what the numbers were taken on: cores and versions."""
    named = [f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn", *packages)]
    return f"Measured on {os.cpu_count()} cores with Python {platform.python_version()}, {', '.join(named)}."


def write_section(page: str, name: str, text: str) -> None:
    """Replace what lies between the markers of one section of a page, which is found by its name under docs/."""
    path = next(DOCS.rglob(page))
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, found, rest = path.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"{page} has no section '{name}': it needs the lines '{begin}' and '{end}'")
    path.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8")
    print(f"wrote section '{name}' of {page}")
