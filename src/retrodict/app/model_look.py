"""What ``retrodict inspect`` printed of a model file, as what the page tells of it."""

from __future__ import annotations

from typing import Any

from retrodict.app.jobs import Doubt, ModelSeen
from retrodict.app.results import unread_line
from retrodict.plain_text import shown

_SHOWN = 500
"""Columns, classes, parts not read and doubts that are kept: a file may hold a million."""


def seen_of(printed: dict[str, Any]) -> ModelSeen:
    """Return what was found in a model that was read.

    Parameters
    ----------
    printed
        The object of ``retrodict inspect --json``.
    """
    model, schema, facts = printed["model"], printed["schema"], printed["disclosures"]
    names = list(schema["features"])
    return ModelSeen(
        kind=model["kind"] or "",
        family=shown(model["family"]),
        format="" if printed["audit"] is None else shown(printed["audit"]["format"]),
        columns=[shown(name) for name in names[:_SHOWN]],
        width=len(names),
        named=schema.get("named", True),
        classes=[shown(one) for one in schema["target"]["classes"][:_SHOWN]],
        target=shown(schema["target"]["name"]),
        facts=len(facts),
        personal=sum(one["personal"] is True for one in facts),
        unknown=sum(one["personal"] is None for one in facts),
        unread=[unread_line(one) for one in printed["unread"][:_SHOWN]],
        warnings=[shown(one["text"], None) for one in model["warnings"][:_SHOWN]],
    )


def doubt_of(printed: dict[str, Any]) -> Doubt | None:
    """Return what a file was refused for that a user may accept; ``None`` where there is no such thing."""
    audit = printed.get("audit")
    if printed.get("model") is not None or audit is None or not audit["refused"]:
        return None
    return Doubt(pickle=audit["format"] == "pickle", types=[] if audit["format"] == "pickle" else audit["refused"])
