"""Pages read the same on GitHub and in the site, whose Markdown is stricter about lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, name_of

_ITEM = re.compile(r" *([-*]|\d+\.) ")


def faults(text: str) -> list[str]:
    """Return what the site would not show as a list, a table or a block of code, and GitHub would."""
    found, code, before = [], False, ""
    for line in text.splitlines():
        is_fence = line.lstrip().startswith("```")
        code ^= is_fence
        if not code or is_fence:
            if re.match(r" {2,3}(\||```|[-*] |\d+\. )", line) or (not before and re.match(r" {2,3}\S", line)):
                found.append(f"indent by four what belongs to an item: {line}")
            if _ITEM.match(line) and before and not _ITEM.match(before) and not before.startswith(" "):
                found.append(f"leave a line free before a list: {line}")
        before = line.strip() and line
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_lists_are_lists_everywhere(page: Path) -> None:
    assert faults(page.read_text(encoding="utf-8")) == []


def test_faults_are_found() -> None:
    assert len(faults("Text:\n- one\n  - two\n\n  | a |\n")) == 3
    assert faults("Text:\n\n- one\n  goes on\n- two\n\n    | a |\n") == []
