"""What public functions return: one way to print, to be shown in a notebook, to be plain data and to be kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path
from typing import Any, Self

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
    """

    frame: pd.DataFrame
    title: str = ""
    floats: str | None = "{:.3f}"
    index: bool = True

    def text(self) -> list[str]:
        """Return it as lines."""
        return self.frame.to_string(index=self.index, na_rep="", float_format=self._format).splitlines()

    def html(self) -> str:
        """Return it as HTML; its cells are escaped."""
        return str(self.frame.to_html(index=self.index, na_rep="", float_format=self._format))

    @property
    def _format(self) -> Any:
        return None if self.floats is None else self.floats.format


class Result(ABC):
    """A result: a frozen dataclass made with ``repr=False``, which prints itself by what these hooks say.

    Names, labels and failures in it may be anyone's: whatever is printed or shown has nothing in it that acts.
    """

    @property
    @abstractmethod
    def head(self) -> str:
        """What it is, in one line."""

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

    def __repr__(self) -> str:
        lines = [shown(self.head, None)]
        for table in self.tables():
            lines += [f"  {shown(table.title)}:"] * bool(table.title)
            lines += [("    " if table.title else "  ") + shown(line, None) for line in table.text()]
        return "\n".join([*lines, *(f"  {shown(line, None)}" for line in self.remarks())])

    def _repr_html_(self) -> str:
        parts = [f"<p><b>{escape(shown(self.head, None))}</b></p>"]
        for table in self.notebook():
            parts += [f"<p>{escape(shown(table.title))}</p>"] * bool(table.title) + [plain_lines(table.html())]
        return "".join([*parts, *(f"<p>{escape(shown(line, None))}</p>" for line in self.remarks())])


class FolderResult(Result):
    """A result of many rows: a folder with the rows as Parquet, and all the rest beside them."""

    frame: Any
    """The rows."""

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
