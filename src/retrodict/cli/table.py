"""Tables of the pages that are made of the commands themselves: ``python -m retrodict.cli.table PAGE ...``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import retrodict as rd
from retrodict.cli.commands import app
from retrodict.cli.exits import MEANINGS
from retrodict.cli.surface import commands, parameters, says

IN_PYTHON = {
    "inspect": "inspect_model",
    "fit-prior": "priors.write_prior_file",
    "new": "new_prior",
    "theory": "theory",
    "study": "study",
}
"""What commands call that is not of their own name."""

SHARED = 2
"""An option of so many commands is one that they share."""


def command_table() -> str:
    """Return what each command does, and what it is in Python."""
    lines = ["| command | in Python | what it does |", "|---|---|---|"]
    for words, command in commands(app):
        name = IN_PYTHON.get(words.split()[0], words.replace("-", "_"))
        python = f"`{name}`" if name.split(".")[0] in rd.__all__ else ""
        lines.append(f"| `{words}` | {python} | {says(command)} |")
    return "\n".join(lines)


def option_table() -> str:
    """Return what the options mean that several commands share."""
    every = [one for _, command in commands(app) for one in parameters(command) if one.option]
    times = Counter(one.name for one in every)
    meant = {one.name: f"| `{f'{one.name} {one.metavar or str()}'.strip()}` | {one.meaning} |" for one in every}
    return "\n".join(
        ["| option | what it means |", "|---|---|", *(meant[name] for name in meant if times[name] >= SHARED)]
    )


def exit_table() -> str:
    """Return what the exit codes mean."""
    return "\n".join(["| exit code | |", "|---|---|", *(f"| {code} | {text} |" for code, text in MEANINGS.items())])


TABLES = {"commands": command_table, "options": option_table, "exit codes": exit_table}


def with_tables(text: str) -> str:
    """Return a page with each table between its two marks: ``<!-- begin commands -->``, ``<!-- end commands -->``."""
    for name, table in TABLES.items():
        begin, end = (f"<!-- {word} {name} -->" for word in ("begin", "end"))
        if begin in text:
            before, _, rest = text.partition(begin)
            text = f"{before}{begin}\n{table()}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")
