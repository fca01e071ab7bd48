"""What an audit has left in its folder: the verdict in a few words, and the files that may be fetched."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrodict.app.work_words import AUDIT, COMPARISON
from retrodict.errors import RequestError
from retrodict.plain_text import shown
from retrodict.results.documents import holding, read_document

REPORT, SIGNED, JSON = "report.html", "summary.html", "report.json"
VERDICTS = ("release", "review", "reject")

_ROWS = frozenset(("reconstruction", "reconstruction_by_query"))
"""Folders that hold rebuilt rows."""

_TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Step:
    """One thing to do next.

    Parameters
    ----------
    action
        Its name, such as ``strip``.
    sentence
        What to do, and why.
    command
        For whoever does it in a terminal; empty where there is none.
    """

    action: str
    sentence: str
    command: str


@dataclass(frozen=True)
class Told:
    """What the page says of an audit that is done.

    Parameters
    ----------
    verdict
        ``release``, ``review`` or ``reject``.
    why
        Sentences in plain words, or the reasons against release where there are none.
    actions
        What to do next.
    unread
        What was not read of the model.
    untested
        What was not tested.
    """

    verdict: str
    why: list[str]
    actions: list[Step]
    unread: list[str]
    untested: list[str]


def told(folder: Path) -> Told:
    """Return what report.json says.

    Parameters
    ----------
    folder
        Of an audit.

    Raises
    ------
    RequestError
        If there is no report, or none that can be read.
    """
    with holding(folder / JSON, "audit report"):
        data = read_document(folder / JSON)
        if data["verdict"] not in VERDICTS:
            raise ValueError("its verdict is none of " + ", ".join(VERDICTS))
        return Told(
            data["verdict"],
            _lines(data["summary"] or data["reasons_against"] or data["reasons_for"]),
            [Step(str(one["action"]), str(one["sentence"]), str(one["command"] or "")) for one in data["next_actions"]],
            _lines([unread_line(one) for one in data["unread"]]),
            _lines([f"{one['what']}: {one['reason']['text']}" for one in data["not_tested"]]),
        )


def both(folder: Path) -> dict[str, str]:
    """Return the verdicts of the model and of its stripped copy.

    Raises
    ------
    RequestError
        If there are none.
    """
    with holding(folder / "comparison.json", "comparison of audits"):
        verdicts: dict[str, str] = read_document(folder / "comparison.json")["verdict"]
        if not set(verdicts.values()) <= set(VERDICTS):
            raise ValueError("its verdicts are none of " + ", ".join(VERDICTS))
        return verdicts


def file_of(work: Path, name: str) -> Path:
    """Return a result file by its path in the audit's folder.

    Parameters
    ----------
    work
        The folder of files and results.
    name
        With `/` between its parts; compared with what is there, and never joined to a path.

    Raises
    ------
    RequestError
        If there is no such result.
    """
    found = results(work).get(name)
    if found is None:
        raise RequestError("there is no such file among the results of this audit; go back to its page")
    return found


def results(work: Path) -> dict[str, Path]:
    """Return every file of the results by its path; what came from outside is none of them, and nor is a link."""
    found = {}
    for top in (AUDIT, COMPARISON):
        for folder, _, names in os.walk(work / top):
            for name in names:
                path = Path(folder, name)
                if path.is_file() and not path.is_symlink():
                    found[path.relative_to(work).as_posix()] = path
    return found


def type_of(path: Path) -> str:
    """Return what kind of content a result has."""
    return _TYPES.get(path.suffix, "application/octet-stream")


def pack(work: Path, out: Path, rows: bool) -> None:
    """Write results into one archive.

    Parameters
    ----------
    work
        The folder of files and results.
    out
        Of the archive.
    rows
        Whether rows that were rebuilt go in, or pages and numbers alone.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(results(work).items()):
            if rows or (path.suffix in (".html", ".json") and not _ROWS & set(name.split("/"))):
                archive.write(path, name)


def unread_line(unread: Mapping[str, Any]) -> str:
    """Return one line of what was not read of a model."""
    where = shown(unread["path"]) or "the model itself"
    return f"{shown(unread['type'])} at {where}: {shown(unread['reason'], None)}"


def _lines(texts: Any) -> list[str]:
    return [str(text) for text in texts]
