"""What commands print: JSON and tables on standard output, notes on standard error.

Here is the door: names, labels and types of a file are shown with every character that acts on a terminal as an escape.
"""

from __future__ import annotations

import math
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from retrodict.errors import RunError
from retrodict.plain_text import json_text, one_line, plain_lines, shown

if TYPE_CHECKING:
    from retrodict.results.result import Result, Said

WIDEST = 4_000
"""Characters of one printed line that are shown: more than any honest line has."""


def print_json(data: dict[str, Any]) -> None:
    """Print one JSON object on standard output; what JSON has no word for is null."""
    _print(json_text(finite(data)))


def finite(data: Any) -> Any:
    """Return plain data with null for every number that JSON has no word for: infinite, or not a number."""
    if isinstance(data, dict):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def note(text: str) -> None:
    """Print one line for people on standard error."""
    print(one_line(text, WIDEST), file=sys.stderr, flush=True)


def print_line(text: str = "") -> None:
    """Print one line on standard output."""
    _print(shown(text, WIDEST))


def print_block(text: str) -> None:
    """Print a text of several lines, such as what a result says of itself, on standard output."""
    _print("\n".join(shown(line, WIDEST) for line in plain_lines(text).split("\n")))


def print_result(found: Result) -> None:
    """Print a result on standard output; on a terminal with colours, and with sentences broken between words.

    Where it goes to a file or to another program each sentence stays one line, and there are no colours.
    """
    console = Console(highlight=False)
    with console.capture() as drawn:
        for line in found.said():
            text = shown(line.plain, WIDEST)
            style = _STYLES.get(line.kind, "") + (f" {_TONES[found.tone]}" if line.kind == "head" else "")
            for part in _broken(text, line, console.width) if console.is_terminal else [text]:
                console.print(Text(part, style=style.strip()), soft_wrap=True)
    _print(drawn.get().removesuffix("\n"))


_STYLES = {"head": "bold", "heading": "bold", "command": "cyan"}
_TONES = {"": "", "good": "green", "care": "yellow", "bad": "red"}
_SENTENCES = ("head", "sentence")
"""Kinds of lines that are broken: commands are copied as they are, and tables fit."""


def _broken(text: str, line: Said, width: int) -> list[str]:
    if line.kind not in _SENTENCES:
        return [text]
    inset = " " * (2 * line.depth + 2)
    return textwrap.wrap(text, width, subsequent_indent=inset, break_long_words=False, break_on_hyphens=False) or [""]


def print_each(lines: Iterable[str], head: str = "note") -> None:
    """Print lines that say what to know of a result: each once, with how often it was said."""
    for line, times in Counter(lines).items():
        print_line(f"{head}: {line}" + (f" ({times} times)" if times > 1 else ""))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[str] = ()) -> None:
    """Print a table on standard output.

    Parameters
    ----------
    title
        Stands above it.
    columns
        Their heads.
    rows
        Cells, shown as text.
    right
        Columns that are set flush right.
    """
    table = Table(title=Text(shown(title)), title_justify="left", title_style="bold", header_style="bold")
    for name in columns:
        table.add_column(Text(shown(name)), justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    console = Console(highlight=False)
    with console.capture() as drawn:
        console.print(table)
    _print(drawn.get().removesuffix("\n"))


def flush() -> None:
    """Have all that was printed reach standard output, so that a failure to is one of the command."""
    with _to_output():
        sys.stdout.flush()


def _print(text: str) -> None:
    with _to_output():
        print(text)


@contextmanager
def _to_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = error.strerror or error
        raise RunError(f"standard output can't be written: {why}; send it elsewhere (results have --out)") from error
