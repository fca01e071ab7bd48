"""The README's table of commands, made of the commands themselves: ``python -m retrodict.cli.table README.md``."""

from __future__ import annotations

import sys
from pathlib import Path

import retrodict as rd
from retrodict.cli.commands import app
from retrodict.cli.surface import commands, says

BEGIN, END = "<!-- begin commands -->", "<!-- end commands -->"

IN_PYTHON = {"inspect": "inspect_model", "fit-prior": "priors.write_prior_file", "theory": "theory", "study": "study"}
"""What commands call that is not of their own name."""


def command_table() -> str:
    """Return the table as Markdown: the command, what it is in Python, and what it does."""
    lines = ["| command | in Python | what it does |", "|---|---|---|"]
    for words, command in commands(app):
        name = IN_PYTHON.get(words.split()[0], words.replace("-", "_"))
        python = f"`{name}`" if name.split(".")[0] in rd.__all__ else ""
        lines.append(f"| `{words}` | {python} | {says(command)} |")
    return "\n".join(lines)


def with_table(text: str) -> str:
    """Return a page with the table between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{command_table()}\n{END}{after}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8")
