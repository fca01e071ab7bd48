"""What an audit says of itself in print: the verdict and what to do first, then one compact table for each attacker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import pandas as pd

from retrodict.auditing.appetite import Verdict
from retrodict.auditing.baseline import sentences
from retrodict.auditing.file_findings import unread_sentences
from retrodict.auditing.finding import ORDER, Finding, Way
from retrodict.plain_text import cut
from retrodict.results.result import Said, ShownTable

if TYPE_CHECKING:
    from retrodict.auditing.result import AuditResult

_TITLES: dict[Way, str] = {
    "from_file": "From the file",
    "by_query": "By query alone",
    "audit": "The audit itself",
}
TONES: dict[Verdict, Literal["good", "care", "bad"]] = {"release": "good", "review": "care", "reject": "bad"}
_SHORT = {
    "membership_auc": "membership AUC",
    "subgroup_auc": "AUC, worst subgroup",
    "membership_tpr_at_fpr_01": "TPR at 1% FPR",
    "membership_tpr_at_fpr_001": "TPR at 0.1% FPR",
    "facts_of_unknown_count": "facts, count unknown",
    "training_settings": "training settings",
}
"""Measures whose names are long, as a table of 80 columns has them."""
_UNSURE = "*"
_NAME = 60
"""Characters of a file's name in the first line."""
_WORDS = 22
"""Characters of a measure in a table."""


def head(found: AuditResult) -> str:
    """Return the model, its file and the verdict in one line."""
    file, family = found.provenance.get("file"), found.provenance["model"]["family"]
    what = family if not file else f"{cut(file['name'], _NAME)} ({family})"
    return f"Audit of {what}: {found.verdict}"


def opening(found: AuditResult) -> list[Said]:
    """Return why, what to do next, what was not read and not tested, and what changed."""
    lines = [Said("Why:", "heading"), *(Said(f"- {line}", depth=2) for line in found.summary)]
    lines += [Said("What to do next:", "heading")] * bool(found.next_actions)
    for k, action in enumerate(found.next_actions, start=1):
        lines += [Said(f"{k}. {action.sentence}", depth=2)]
        lines += [] if action.command is None else [Said(action.command, "command", 4)]
    gaps = (f"{what}: {reason}" for what, reason in found.not_tested)
    lines += _listed(
        "Not read:", [one.removeprefix("not read: ") for one in unread_sentences(found.disclosures.unread)]
    )
    lines += _listed("Not tested:", gaps)
    return lines + _listed(
        "Changed since the earlier report:", [] if found.baseline is None else sentences(found.baseline)
    )


def _listed(title: str, lines: Iterable[str]) -> list[Said]:
    told = [Said(f"- {line}", depth=2) for line in lines]
    return [Said(title, "heading"), *told] if told else []


def tables(findings: Sequence[Finding]) -> Iterator[ShownTable]:
    """Yield the measures of each attacker, the gravest first."""
    for way, title in _TITLES.items():
        own = sorted((one for one in findings if one.way == way), key=_gravity)
        if own:
            frame = pd.DataFrame([_cells(one) for one in own])
            yield ShownTable(frame, title, floats=None, index=False, left=("measure", "verdict"))


def sides(before: Sequence[Finding], after: Sequence[Finding]) -> Iterator[ShownTable]:
    """Yield the measures of each attacker in two audits, those of which the second verdict is gravest first."""
    for way, title in _TITLES.items():
        pair = [{one.measure: one for one in found if one.way == way} for found in (before, after)]
        every = {name: [own.get(name) for own in pair] for name in pair[0] | pair[1]}
        lines = []
        for told in sorted(every.values(), key=lambda told: min(_gravity(one) for one in told if one is not None)):
            name = next(_name(one) for one in told if one is not None)
            cells = [("-", "not measured") if one is None else (_number(one.value, 3), _verdict(one)) for one in told]
            lines.append(dict(zip(_SIDES, (cut(name, _WORDS), *cells[0], *cells[1]), strict=True)))
        if lines:
            yield ShownTable(pd.DataFrame(lines), title, floats=None, index=False, left=(_SIDES[0], *_SIDES[2::2]))


_SIDES = ("measure", "before", "verdict before", "after", "verdict after")


def legend(findings: Sequence[Finding]) -> list[str]:
    """Return what the columns and a star stand for, and what does not speak for release and is no number."""
    lines = [
        "harmless: what a model that gives nothing away shows; limits: above the first a person decides, above the "
        "second the model is rejected"
    ]
    if any(one.inconclusive for one in findings):
        lines.append(f"{_UNSURE} the interval reaches beyond the limit, which so few rows can't exclude")
    told = [one for one in findings if one.value is None and one.verdict != "release"]
    said = [(_name(one), one.sentence) for one in told if one.measure != _UNREAD]
    return lines + [text if text.startswith(name) else f"{name}: {text}" for name, text in said]


_UNREAD = "unread"  # said above: what was not read


def _gravity(one: Finding) -> int:
    return len(ORDER) if one.verdict is None else -ORDER.index(one.verdict)


def _verdict(one: Finding) -> str:
    return f"{one.verdict or 'not judged'}{_UNSURE * one.inconclusive}"


def _name(one: Finding) -> str:
    return _SHORT.get(one.measure, one.measure.replace("_", " "))


def _cells(one: Finding) -> dict[str, str]:
    between = "" if one.low is None or one.high is None else f"{_number(one.low)} to {_number(one.high)}"
    limits = [_number(limit) for limit in (one.review, one.reject)]
    return {
        "measure": cut(_name(one), _WORDS),
        "found": _number(one.value, 3),
        "95% interval": between,
        "harmless": _number(one.harmless),
        "limits": "" if limits == ["-", "-"] else " / ".join(limits),
        "verdict": _verdict(one),
    }


def _number(value: float | None, digits: int = 2) -> str:
    """Return a number in few characters: what is near to 1 is not rounded to it where three digits are asked for."""
    if value is None:
        return "-"
    if value == round(value) and abs(value) < _EXACT:
        return f"{value:,.0f}"
    if abs(value) >= 1.0:
        return f"{value:.3g}"
    return f"{value:.3f}" if digits > 2 and abs(value) >= _LEAST else f"{value:.2g}"


_LEAST = 1e-3
_EXACT = 1e9
"""Counts below it are written out."""
