"""What public functions return: one way to print, to be shown in a notebook, to be plain data and to be kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path
from typing import Any, Literal, Self

import pandas as pd

from retrodict.plain_text import json_text, plain_lines, shown
from retrodict.results.documents import OddError, holding, part, read_document
from retrodict.results.folder import write_file, write_folder
from retrodict.results.json_values import plain
from retrodict.results.packing import pack, unpack


@dataclass(frozen=True, eq=False)
class ShownTable:
    """A table as a result shows it.

    Parameters
    ----------
    frame
        Its cells.
    title
        What stands above it, if anything.
    floats
        The format of its numbers; ``None`` leaves them as they are.
    index
        Whether the names of its lines are shown.
    left
        Columns of texts that are set flush left.
    """

    frame: pd.DataFrame
    title: str = ""
    floats: str | None = "{:.3f}"
    index: bool = True
    left: tuple[str, ...] = ()

    def text(self) -> list[str]:
        """Return it as lines."""
        frame, heads = self.frame.copy(), dict[str, str]()
        for name in self.left:
            width = max([len(name), *frame[name].str.len()])
            frame[name], heads[name] = frame[name].str.ljust(width), name.ljust(width)
        text: str = frame.rename(columns=heads).to_string(index=self.index, na_rep="", float_format=self._format)
        return [line.rstrip() for line in text.splitlines()]

    def html(self) -> str:
        """Return it as HTML; its cells are escaped."""
        return str(self.frame.to_html(index=self.index, na_rep="", float_format=self._format))

    @property
    def _format(self) -> Any:
        return None if self.floats is None else self.floats.format


@dataclass(frozen=True)
class Said:
    """One line of what a result says of itself.

    Parameters
    ----------
    text
        The line, with whatever names it holds.
    kind
        `head`, once and first; `heading`, above others; `sentence`; `command`, to be copied as it is; `table`.
    depth
        How far it is set in.
    """

    text: str
    kind: Literal["head", "heading", "sentence", "command", "table"] = "sentence"
    depth: int = 1

    @property
    def plain(self) -> str:
        """The line, set in, with nothing in it that acts."""
        return "  " * self.depth + shown(self.text, None)


class Result(ABC):
    """A result: a frozen dataclass made with ``repr=False``, which prints itself by what these hooks say.

    Names, labels and failures in it may be anyone's: whatever is printed or shown has nothing in it that acts.
    """

    @property
    @abstractmethod
    def head(self) -> str:
        """What it is, in one line."""

    @property
    def tone(self) -> Literal["", "good", "care", "bad"]:
        """Whether what it says is good or bad news, which colours its first line in a terminal."""
        return ""

    def opening(self) -> list[Said]:
        """Return what is said before the tables, the most important first."""
        return []

    def tables(self) -> list[ShownTable]:
        """Return the tables that show it in print."""
        return []

    def notebook(self) -> list[ShownTable]:
        """Return the tables that show it in a notebook; by default the same."""
        return self.tables()

    def remarks(self) -> list[str]:
        """Return what is said below the tables, one sentence a line; by default its warnings and notes."""
        own: dict[str, str] = {"warning": "warnings", "note": "notes"}
        listed = {word: vars(self).get(name, ()) for word, name in own.items()}
        return [f"{word}: {line}" for word, lines in listed.items() for line in lines]

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """Return its main table: a line a thing that was found, with names of columns in words of code."""

    def content(self) -> dict[str, Any]:
        """Return what it holds by name, of any kind; by default its public fields."""
        return {one.name: vars(self)[one.name] for one in fields(self) if one.repr and not one.name.startswith("_")}  # type: ignore[arg-type]  # results are dataclasses

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, fit for strict JSON: what is undefined is null."""
        found: dict[str, Any] = plain(self.content())
        return found

    def document(self) -> str:
        """Return `to_dict` as the text of a JSON file."""
        return json_text(self.to_dict()) + "\n"

    def written(self) -> dict[str, Any]:
        """Return the content of its file; by default `to_dict`."""
        return self.to_dict()

    def save(self, path: str | Path) -> Path:
        """Write it to a JSON file, in one step.

        Raises
        ------
        RequestError
            If the file can't be written.
        """
        path = Path(path)
        write_file(path, (json_text(self.written()) + "\n").encode())
        return path

    def said(self) -> list[Said]:
        """Return all that is printed, line by line."""
        lines = [Said(self.head, "head", 0), *self.opening()]
        for table in self.tables():
            lines += [Said(f"{shown(table.title)}:", "heading")] * bool(table.title)
            lines += [Said(line, "table", 1 + bool(table.title)) for line in table.text()]
        return [*lines, *map(Said, self.remarks())]

    def __repr__(self) -> str:
        return "\n".join(line.plain for line in self.said())

    def _repr_html_(self) -> str:
        parts = [f"<p><b>{escape(shown(self.head, None))}</b></p>"]
        parts += [_HTML[line.kind].format(escape(shown(line.text, None))) for line in self.opening()]
        for table in self.notebook():
            parts += [f"<p>{escape(shown(table.title))}</p>"] * bool(table.title) + [plain_lines(table.html())]
        return "".join([*parts, *(f"<p>{escape(shown(line, None))}</p>" for line in self.remarks())])


_HTML = {
    "head": "<p><b>{}</b></p>",
    "heading": "<p><b>{}</b></p>",
    "sentence": "<p>{}</p>",
    "command": "<pre>{}</pre>",
    "table": "<pre>{}</pre>",
}


class FolderResult(Result):
    """A result of many rows: a folder with the rows as Parquet, and all the rest beside them."""

    frame: Any
    """The rows."""

    def to_frame(self) -> pd.DataFrame:
        """Return the rows."""
        found: pd.DataFrame = self.frame.copy()
        return found

    @abstractmethod
    def documents(self) -> dict[str, str | bytes]:
        """Return what lies beside the rows, by file name."""

    def save(self, path: str | Path) -> Path:
        """Write the rows and all the rest to a new folder.

        Raises
        ------
        RequestError
            If the folder holds something, or can't be written.
        """
        return write_folder(path, self.frame, self.documents())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.to_dict() == other.to_dict() and bool(self.frame.equals(other.frame))

    __hash__ = None  # type: ignore[assignment]


class KeptResult(Result):
    """A result that can be read back from the file that `save` writes.

    The file is `to_dict` with two entries more: `result`, its class, and `state`, the fields of which `to_dict` holds
    less than all.
    """

    def written(self) -> dict[str, Any]:
        """Return the content of its file."""
        data, state = self.to_dict(), pack(self)
        lacking = {name: value for name, value in state.items() if name not in data or data[name] != value}
        return {"result": type(self).__name__, **data, "state": lacking}

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read it back from its file.

        Raises
        ------
        RequestError
            If the file holds none.
        """
        path = Path(path)
        with holding(path, cls.__name__):
            data = read_document(path)
            if (kind := data.get("result")) is None:
                raise OddError("it names no result; give a file that save wrote")
            if kind != cls.__name__:
                raise OddError(f"it is a file of {shown(kind)}")
            found = unpack(cls, {**data, **part(data, "state", dict)}, cls.__name__)
            try:
                same = found.written() == data and bool(repr(found))
            except (AttributeError, LookupError, ArithmeticError) as error:
                raise OddError("it lacks what such a result shows") from error
            if not same:
                raise OddError("it holds more, or other things, than such a result writes")
            return found
