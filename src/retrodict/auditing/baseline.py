"""What changed since an earlier audit of the same model, or of the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from retrodict.auditing.appetite import Verdict
from retrodict.auditing.change_sections import BaselineSection, ChangeLine, FactChange, SettingChange
from retrodict.auditing.document import DisclosureLine, FindingLine, Report
from retrodict.auditing.finding import ORDER, WORDS, Way
from retrodict.auditing.sections import NoteLine
from retrodict.errors import RequestError
from retrodict.plain_text import shown
from retrodict.results.documents import holding, read_document

_ASKED = ("rows", "quick", "seconds", "shadows", "subgroups", "estimator")
"""What of the request decides the numbers."""

Change = Literal["better", "worse", "within chance", "same", "new", "gone"]


def load_baseline(path: str | Path) -> Report:
    """Read the report.json that an audit is held against.

    Parameters
    ----------
    path
        A ``report.json``, or the folder of an audit.

    Raises
    ------
    RequestError
        If it holds none, or that of another version of its schema.
    """
    path = Path(path)
    path = path / "report.json" if path.is_dir() else path
    with holding(path, "audit report"):
        version = read_document(path).get("schema_version")
    known = Report.model_fields["schema_version"].default
    if isinstance(version, str) and version.split(".")[0] != known.split(".")[0]:
        raise RequestError(
            f"'{shown(path)}' is a report of schema {shown(version)}, and this release reads {known}: its measures are "
            "others; audit that model again with this release, and give that report"
        )
    return Report.load(path)


def since(before: Report, after: Report, name: str) -> BaselineSection:
    """Say what changed from one report to another.

    Parameters
    ----------
    before
        The earlier one.
    after
        The new one.
    name
        What the earlier one is called: its file, as the user gave it.
    """
    reasons = list(_not_comparable(before, after))
    return BaselineSection(
        report=shown(name),
        verdict_before=before.verdict,
        verdict_after=after.verdict,
        comparable=not reasons,
        not_comparable=reasons,
        measures=list(_measures(before.findings, after.findings)),
        facts=list(_facts(before.disclosures, after.disclosures)),
        new_unread=_beyond(_unread(after), _unread(before)),
        gone_unread=_beyond(_unread(before), _unread(after)),
        new_untested=_beyond(_untested(after), _untested(before)),
        gone_untested=_beyond(_untested(before), _untested(after)),
        settings=list(_settings(before, after)),
    )


def sentences(found: BaselineSection) -> list[str]:
    """Return what changed in lines for people, what matters most first."""
    lines = [
        f"verdict: {found.verdict_before}, as before"
        if found.verdict_before == found.verdict_after
        else f"verdict: {found.verdict_before} before, {found.verdict_after} now"
    ]
    lines += [f"not comparable: {one.text}" for one in found.not_comparable]
    for change in ("worse", "new", "better", "gone"):
        lines += [f"{change}: {_words(one)}" for one in found.measures if one.change == change]
    lines += [f"facts: {one.kind}: {one.before:,} before, {one.after:,} now" for one in found.facts]
    lines += [f"newly not read: {one}" for one in found.new_unread]
    lines += [f"newly not tested: {one}" for one in found.new_untested]
    return lines


def _words(one: ChangeLine) -> str:
    name = f"{WORDS[one.way]}: {one.measure.replace('_', ' ')}"
    if one.before is None and one.after is None:
        return f"{name}: {one.verdict_before or 'not there'} before, {one.verdict_after or 'not there'} now"
    return f"{name}: {_number(one.before)} before, {_number(one.after)} now"


def _number(value: float | None) -> str:
    return "no number" if value is None else f"{value:.3g}"


def _measures(before: Sequence[FindingLine], after: Sequence[FindingLine]) -> Iterator[ChangeLine]:
    """Yield each measure, those of several findings by their worst."""
    sides = [_by_measure(before), _by_measure(after)]
    for way, measure in dict.fromkeys([*sides[0], *sides[1]]):
        one, other = (side.get((way, measure)) for side in sides)
        yield ChangeLine(
            way=way,
            measure=measure,
            **_numbers("before", one),
            **_numbers("after", other),
            verdict_before=None if one is None else one.verdict,
            verdict_after=None if other is None else other.verdict,
            change=_change(one, other),
        )


def _by_measure(findings: Iterable[FindingLine]) -> dict[tuple[Way, str], FindingLine]:
    found: dict[tuple[Way, str], FindingLine] = {}
    for one in findings:
        held = found.get(key := (one.way, one.measure))
        if held is None or _rank(one.verdict) > _rank(held.verdict):
            found[key] = one
    return found


def _rank(verdict: Verdict | None) -> int:
    return -1 if verdict is None else ORDER.index(verdict)


def _numbers(side: str, one: FindingLine | None) -> dict[str, Any]:
    value, low, high = (None, None, None) if one is None else (one.value, one.low, one.high)
    return {side: value, f"{side}_low": low, f"{side}_high": high}


def _change(one: FindingLine | None, other: FindingLine | None) -> Change:
    """Say whether a measure grew worse: beyond what which rows were sampled explains, where it has intervals."""
    if one is None or other is None:
        return "new" if one is None else "gone"
    if one.value is None or other.value is None:
        step = _rank(other.verdict) - _rank(one.verdict)
        return "same" if step == 0 else "worse" if step > 0 else "better"
    if one.value == other.value:
        return "same"
    apart = [one.low, one.high, other.low, other.high]
    if all(number is not None for number in apart):
        low, high, new_low, new_high = (float(number or 0.0) for number in apart)
        if new_low <= high and low <= new_high:
            return "within chance"
    return "worse" if other.value > one.value else "better"


def _facts(before: Sequence[DisclosureLine], after: Sequence[DisclosureLine]) -> Iterator[FactChange]:
    """Yield the kinds of facts of which there are more or fewer."""
    for kind in dict.fromkeys(one.kind for one in (*before, *after)):
        mine = [[one for one in side if one.kind == kind] for side in (before, after)]
        counts = [len(side) for side in mine]
        single = [sum(one.personal is True for one in side) for side in mine]
        unknown = [sum(one.personal is None for one in side) for side in mine]
        values = [sorted((one.source, *one.features, one.values) for one in side) for side in mine]
        if values[0] != values[1]:
            yield FactChange(
                kind=kind,
                before=counts[0],
                after=counts[1],
                single_before=single[0],
                single_after=single[1],
                unknown_before=unknown[0],
                unknown_after=unknown[1],
                new=len(_beyond(values[1], values[0])),
                gone=len(_beyond(values[0], values[1])),
            )


def _beyond(mine: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    left = set(others)
    return [one for one in dict.fromkeys(mine) if one not in left]


def _unread(report: Report) -> list[str]:
    return [f"{one.type} at {one.path or 'the model itself'}: {one.reason}" for one in report.unread]


def _untested(report: Report) -> list[str]:
    return [one.what for one in report.not_tested]


def _not_comparable(before: Report, after: Report) -> Iterator[NoteLine]:
    """Yield why numbers may differ for another reason than the model."""
    if before.appetite != after.appetite:
        yield _note("appetite", f"the limits are others ({shown(before.appetite.name)}, {shown(after.appetite.name)})")
    for title, words in (("train", "training rows"), ("holdout", "held-out rows")):
        mine, own = ((one.provenance.get("tables") or {}).get(title) for one in (before, after))
        if mine != own:
            yield _note(f"{title}_rows", f"the {words} are {'others' if mine and own else 'given in one of them only'}")
    if before.provenance.get("seed") != after.provenance.get("seed"):
        yield _note("seed", "the seeds differ")
    asked = [one.provenance.get("request") or {} for one in (before, after)]
    others = [name for name in _ASKED if asked[0].get(name) != asked[1].get(name)]
    if others:
        yield _note("request", f"another {', another '.join(others)} was asked for")
    if before.provenance.get("prior") != after.provenance.get("prior"):
        yield _note("prior", "the priors differ")


def _note(code: str, text: str) -> NoteLine:
    return NoteLine(code=code, text=text, values={})


def _settings(before: Report, after: Report) -> Iterator[SettingChange]:
    """Yield what differs of the model, the request, and the releases that made the reports."""
    for part in ("file", "model", "request", "versions", "real_rows"):
        mine, own = (one.provenance.get(part) or {} for one in (before, after))
        for name in dict.fromkeys([*mine, *own]):
            if name != "warnings" and mine.get(name) != own.get(name):
                yield SettingChange(what=f"{part}: {name}", before=_text(mine.get(name)), after=_text(own.get(name)))
    if before.provenance.get("seed") != after.provenance.get("seed"):
        pair = [_text(one.provenance.get("seed")) for one in (before, after)]
        yield SettingChange(what="seed", before=pair[0], after=pair[1])


def _text(value: Any) -> str | None:
    return None if value is None else shown(value)
