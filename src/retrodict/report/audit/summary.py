"""One A4 page to sign: which file, the verdict and why, what is not known, what is asked for, and who decided."""

from __future__ import annotations

from collections.abc import Sequence

from retrodict.auditing import AuditResult
from retrodict.auditing.file_findings import unread_sentences
from retrodict.plain_text import shown
from retrodict.report.audit.first_screen import MEANING, about, title
from retrodict.report.templates import page_of

FILE = "summary.html"

LINES = 5
"""Lines of each list: with `LETTERS` each, the longest report's lists still leave room for signatures on one page."""
LETTERS = 170
"""Characters of a line of a list, about two lines of print."""
SENTENCE = 240
"""Characters of a reason: no sentence of ours is longer."""
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
        actions=_cut([one.sentence for one in found.next_actions]),
        origin=_origin(found, report_hash),
    )


def _cut(lines: Sequence[str]) -> list[str]:
    """Return the first lines, each cut, and how many more there are: nothing is left out unsaid."""
    kept = [shown(line, LETTERS) for line in lines[:LINES]]
    more = len(lines) - len(kept)
    return [*kept, f"and {more:,} more, named in report.html"] if more else kept


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
