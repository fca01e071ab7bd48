"""The first screen of a report: which file, the verdict, why, what to do next, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retrodict.auditing import AuditResult
from retrodict.auditing.file_findings import unread_sentences
from retrodict.plain_text import shown

MEANING = {
    "release": "Nothing that was tested speaks against giving this model away.",
    "review": "A person must decide: something found is above a limit, or could not be judged.",
    "reject": "This model must not be given away as it is.",
}
SHOWN_GAPS = 6
"""Things not tested that are named at once; the others stand behind them, unfolded in print."""
_FROM_MEMORY = "it came from memory: there is no file to name"


def first_screen(found: AuditResult) -> dict[str, Any]:
    """Return what the first screen shows, in plain words."""
    gaps = [f"{what}: {note}" for what, note in found.not_tested]
    return {
        "title": title(found),
        "about": about(found),
        "meaning": MEANING[found.verdict],
        "summary": found.summary,
        "actions": found.next_actions,
        "unread": unread_sentences(found.disclosures.unread),
        "gaps": gaps[:SHOWN_GAPS],
        "more_gaps": gaps[SHOWN_GAPS:],
    }


def title(found: AuditResult) -> str:
    """Return what the model is called: its file's name, or its kind."""
    file = found.provenance.get("file")
    return shown(file["name"]) if file else shown(found.provenance["model"]["family"])


def about(found: AuditResult) -> list[tuple[str, str]]:
    """Return what tells this file from another, and what was given beside it."""
    origin: Mapping[str, Any] = found.provenance
    file = origin.get("file")
    sizes = {"training records": origin["real_rows"]["train"], "held-out records": origin["real_rows"]["holdout"]}
    given = " and ".join(f"{n:,} {words}" for words, n in sizes.items() if n)
    lines = [("Kind of model", shown(origin["model"]["family"]))]
    if file:
        lines += [
            ("File last changed", f"{file['modified'][:19].replace('T', ' ')} UTC"),
            ("Size of the file", f"{file['bytes']:,} bytes"),
            ("SHA-256", file["sha256"].removeprefix("sha256:")),
        ]
    else:
        lines += [
            ("File", _FROM_MEMORY),
            ("SHA-256 of the model", origin["model"]["fingerprint"].removeprefix("sha256:")),
        ]
    return [
        *lines,
        ("Compared with", given or "no real rows: the model alone"),
        ("Limits", f"risk appetite “{shown(found.appetite.name)}”"),
    ]
