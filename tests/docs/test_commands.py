"""What the pages say of the command line is so: each command and option exists, and the table is the code's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from retrodict.cli.surface import parameters
from retrodict.cli.table import with_tables
from tests.cli.test_surface import COMMANDS
from tests.docs.pages import PAGES, ROOT, name_of

GROUPS = {words.split()[0] for words in COMMANDS if " " in words}

_CODE = re.compile(
    r"(?<=\n\n) {4}.*?(?=\n\n)|`[^`\n]+`|^```(?:sh|bash|console)\n.*?^```$", flags=re.MULTILINE | re.DOTALL
)
_COMMAND = re.compile(r"(?:^ *|`|\$\(|uv run )retrodict ([a-z][^`|;)\n]*)", flags=re.MULTILINE)


def named(page: Path) -> list[list[str]]:
    """Return the commands that a page's code names, as words."""
    codes = _CODE.findall(page.read_text(encoding="utf-8"))
    return [found.split("  #")[0].split() for code in codes for found in _COMMAND.findall(code)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_options_exist(page: Path) -> None:
    for words in named(page):
        name = " ".join(words[: 2 if words[0] in GROUPS else 1])
        if name in GROUPS:
            continue
        assert name in COMMANDS, f"no command '{name}'"
        options = {word.strip("[],.:").partition("=")[0] for word in words if word.lstrip("[").startswith("--")}
        known = {part for one in parameters(COMMANDS[name]) if one.option for part in one.name.split("/")}
        assert options <= known, f"{name}: no option {options - known}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_tables_are_the_code_s_own(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert with_tables(text) == text, f"write them anew: python -m retrodict.cli.table {name_of(page)}"


def test_the_readme_lists_the_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{words}` |" in text for words in COMMANDS)
