"""One A4 page to sign: which file, the verdict and why, what is not known, what is asked for, and who decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrodict.auditing import AuditResult
from retrodict.auditing.file_findings import unread_sentences
from retrodict.plain_text import shown
from retrodict.report.audit.first_screen import MEANING, about, title
from retrodict.report.templates import page_of

FILE = "summary.html"

LINES = 4
"""Entries of each list: the longest report's lists still leave room for signatures on one page."""
LETTERS = 200
"""Characters of an entry, about three lines of print, which the style sheet holds it to whatever its letters."""
ACTIONS = 6
"""Things to do: rarely are there more."""
SENTENCE = 260
"""Characters of a reason, or of a thing to do: few sentences of ours are longer."""
COMMAND = 420
"""Characters of the command: what is beyond stands in the report."""
NAME = 120
"""Characters of the file's name."""


def render_summary(found: AuditResult, report_hash: str = "") -> str:
    """Return the page.

    Parameters
    ----------
    found
        The audit.
    report_hash
        SHA-256 of report.json, so that what is signed can be told from another report.
    """
    gaps = [f"{what}: {note}" for what, note in found.not_tested]
    return page_of(
        "summary.html.j2",
        title=shown(title(found), NAME),
        about=[(what, shown(value, NAME)) for what, value in about(found)],
        verdict=found.verdict,
        meaning=MEANING[found.verdict],
        summary=[shown(line, SENTENCE) for line in found.summary],
        unread=_cut(unread_sentences(found.disclosures.unread)),
        gaps=_cut(gaps),
        # a reader ticks what was done; the commands stand in the report
        actions=_cut([one.sentence for one in found.next_actions], ACTIONS, SENTENCE),
        origin=_origin(found, report_hash),
    )


def _cut(lines: Sequence[str], most: int = LINES, letters: int = LETTERS) -> dict[str, Any]:
    """Return the first lines, each cut, and how many more there are: nothing is left out unsaid."""
    more = len(lines) - most
    said = f"and {more:,} more, named in report.html" if more > 0 else ""
    return {"lines": [shown(line, letters) for line in lines[:most]], "more": said}


def _origin(found: AuditResult, report_hash: str) -> list[tuple[str, str]]:
    origin = found.provenance
    asked = origin["request"]
    how = "a quick first look" if asked["quick"] else "a full audit"
    limit = f", at most {asked['seconds']:g} s" if asked["seconds"] is not None else ""
    wanted = ("retrodict", "python", "numpy")
    versions = ", ".join(f"{name} {origin['versions'][name]}" for name in wanted if name in origin["versions"])
    return [
        ("Made by", f"{how}{limit}; {asked['rows']:,} records drawn, seed {origin['seed']}; {versions}"),
        ("Command", shown(origin["command"], COMMAND)),
        *([("report.json", f"SHA-256 {report_hash}")] if report_hash else []),
    ]
