"""Tables read beside a model, as an audit will read them: a program of its own, which prints one JSON object."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from retrodict.app.jobs import TITLES
from retrodict.errors import RetrodictError
from retrodict.plain_text import json_text, one_line, shown

_SHOWN = 500
"""Names of columns that are told: more than anyone chooses from."""


def look(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is found.

    Parameters
    ----------
    asked
        ``model`` and ``tables`` (files), ``target`` (a column, or ``None``), ``trusted`` and ``trust_pickle``.

    Returns
    -------
    dict
        ``tables``: rows, columns and those that the model does not know; ``target``: its column; ``warnings``; and
        ``fault``: what does not fit, or ``None``.
    """
    from retrodict.auditing.request import AuditRequest
    from retrodict.disclosures.stated import load_stated
    from retrodict.tables.files import read_rows

    found: dict[str, Any] = {"tables": {}, "target": None, "warnings": [], "fault": None}
    try:
        model = load_stated(asked["model"], trusted=asked["trusted"], trust_pickle=asked["trust_pickle"])
        frames = {}
        for what, file in asked["tables"].items():
            frames[what] = frame = read_rows(Path(file), TITLES[what], model.schema, asked["target"])
            known = set(model.schema.names)
            others = [str(name) for name in frame.columns if str(name) not in known]
            found["tables"][what] = {"rows": len(frame), "width": frame.shape[1], "others": others[:_SHOWN]}
        request = AuditRequest.of(model, target=asked["target"], quick=True, **frames)
        read, warnings = request.read()
        found["target"] = _column(read.target, found["tables"])
        found["warnings"] = [shown(note, None) for note in warnings]
    except RetrodictError as error:
        found["fault"] = one_line(error)
    except MemoryError:
        found["fault"] = "the tables take more memory than there is; give fewer rows"
    return found


def _column(target: str | None, tables: dict[str, Any]) -> str | None:
    """Return the target's column as the tables call it: what was read has the model's name of it."""
    others: list[str] = next((one["others"] for one in tables.values()), [])
    return others[0] if target not in others and len(others) == 1 else target


if __name__ == "__main__":
    print(json_text(look(json.loads(sys.argv[1]))))
