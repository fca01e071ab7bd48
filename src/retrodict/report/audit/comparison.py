"""A model and its sanitised copy, audited alike: one folder with both reports, and a page that shows them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from retrodict.auditing import AuditComparison, AuditRequest, compute_audit
from retrodict.auditing.model_file import ModelFile
from retrodict.report.audit.measure_words import measure_words
from retrodict.report.audit.tables import number
from retrodict.report.audit.write import check_extras, write_audit
from retrodict.report.glossary import GLOSSARY, identifier
from retrodict.report.pages import write_page
from retrodict.results.claim import claimed
from retrodict.results.folder import check_writable, new_folder, replace_text
from retrodict.sanitizing import Sanitized

HTML, JSON = "comparison.html", "comparison.json"


def audit_both(
    request: AuditRequest,
    found: Sanitized,
    *,
    out: str | Path,
    command: str,
    say: Callable[[str], None],
    copy: ModelFile | None = None,
) -> AuditComparison:
    """Audit a model and its sanitised copy under one risk appetite, with one seed.

    Parameters
    ----------
    request
        The audit of the model; of the copy the same is asked.
    found
        What `sanitize` made of the model.
    out
        A new folder: ``before/`` and ``after/``, each as `audit` writes it, ``comparison.html``, ``comparison.json``.
    command
        How to do it again, for the reports.
    say
        Is told what is done next.
    copy
        The file of the copy, as the reports name it: who signs compares its hash.

    Raises
    ------
    RetrodictError
        If an audit can't be made, or the folder can't be written.
    """
    out = Path(out)
    check_extras()
    with claimed(out):
        check_writable(out)
        sides = []
        for title, one in (("before", request.model), ("after", found.model)):
            result = compute_audit(
                replace(request, model=one, like=request.model, file=request.file if one is request.model else copy),
                lambda line, title=title: say(f"{title}: {line}"),  # type: ignore[misc]
            )
            sides.append(
                replace(result, provenance={**result.provenance, "command": command, "copy": title == "after"})
            )
        both = AuditComparison(*sides)
        _write(both, found, out)
        return both


def _write(both: AuditComparison, found: Sanitized, out: Path) -> None:
    with new_folder(out) as work:
        write_audit(both.before, work / "before")
        write_audit(both.after, work / "after")
        replace_text(work / JSON, both.document())
        write_page(work / HTML, _page(both, found))


def _page(both: AuditComparison, found: Sanitized) -> str:
    from retrodict.report.templates import page_of

    return page_of(
        "comparison.html.j2",
        before=both.before,
        after=both.after,
        family=found.model.family,
        rows=found.rows,
        changed=_changed(both),
        measures=_worse_first(_cells(both.frame)),
        measure_heads=[both.frame.columns[1], both.frame.columns[0], *both.frame.columns[2:]],
        glossary=[(identifier(word), word, meaning) for word, meaning in GLOSSARY.items()],
        facts=_cells(both.facts),
        fact_heads=list(both.facts.columns),
        kept=found.kept,
    )


_VERDICTS = ("release", "review", "reject")


def _changed(both: AuditComparison) -> str:
    """Say in one sentence what the copy is worth."""
    steps = _VERDICTS.index(both.after.verdict) - _VERDICTS.index(both.before.verdict)
    if steps < 0:
        return "The copy is judged better than the model. Give away the copy, not the model."
    if steps > 0:
        return "The copy is judged worse than the model: read why before you go on."
    if both.after.verdict == "release":
        return "Nothing that was tested speaks against either of them."
    return (
        "The verdict is the same. What stands against the copy does not come from what was taken out of it; what to do "
        "about that is named below."
    )


def _cells(frame: pd.DataFrame) -> list[list[str]]:
    lines: list[list[Any]] = frame.astype(object).values.tolist()
    return [[number(cell) for cell in line] for line in lines]


def _worse_first(cells: list[list[str]]) -> list[list[str]]:
    """Return lines of measures with what speaks most against the copy first, each in words."""
    order = {"reject": 0, "review": 1, "not judged": 2, "not measured": 3, "release": 4}
    named = [[measure_words(line[1].replace(" ", "_")), line[0], *line[2:]] for line in cells]
    return sorted(named, key=lambda line: (order.get(line[-1], 2), order.get(line[3], 2)))
