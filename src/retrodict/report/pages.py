"""Pages as files: the door at which nothing acts that a model file, a table or a failure brought along."""

from __future__ import annotations

from pathlib import Path

from retrodict.plain_text import plain_lines
from retrodict.results.folder import replace_text


def write_page(path: Path, page: str) -> None:
    """Write a page in one step, with every character that acts instead of being seen as an escape.

    Parameters
    ----------
    path
        Of the file.
    page
        HTML whose values were escaped as HTML; that leaves control characters and those that turn the direction.
    """
    replace_text(path, plain_lines(page))
