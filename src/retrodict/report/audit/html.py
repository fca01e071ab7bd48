"""An audit as one self-contained page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from retrodict.auditing import AuditResult
from retrodict.auditing.defences import DefenceTrial
from retrodict.auditing.extraction import Extraction
from retrodict.auditing.finding import WORDS, Finding
from retrodict.evaluation.fidelity import Fidelity
from retrodict.evaluation.membership import MembershipAttacks
from retrodict.evaluation.risk import RecordRisk
from retrodict.reconstruction import Rebuilt
from retrodict.report.audit import membership_tables
from retrodict.report.audit.first_screen import first_screen
from retrodict.report.audit.measure_words import measure_words
from retrodict.report.audit.pictures import pictures
from retrodict.report.audit.query_picture import query_picture
from retrodict.report.audit.records import singling
from retrodict.report.audit.since import baseline_view
from retrodict.report.audit.tables import interval, number
from retrodict.report.glossary import GLOSSARY, identifier
from retrodict.report.svg import Picture
from retrodict.report.templates import page_of

_SECTIONS = (
    ("numbers", "Every measure"),
    ("membership", "Who was among the training records"),
    ("attributes", "What can be guessed of them"),
    ("disclosures", "What the file states"),
    ("reconstruction", "Records brought back"),
    ("records", "Single records at risk"),
    ("queries", "More questions"),
    ("replicas", "Copies of the model"),
    ("budget", "Error budget"),
    ("untested", "What was not tested"),
    ("repeat", "To do it again"),
    ("glossary", "Words"),
)
_OWED = {
    "file": "the file",
    "predictions": "the predictions",
    "both": "the file and the predictions",
    None: "not known",
}
_TITLES = {"from_file": "From the file", "by_query": "By query alone"}
_GRAVITY = ("release", None, "review", "reject")
_FACTS = 8
"""Facts of one group that are shown; report.json has all."""
_SINGLED = 20
"""Rows singled out that are shown, the surest first."""


def render(found: AuditResult, command: str, records: bool = False) -> str:
    """Return the page.

    Parameters
    ----------
    found
        The audit.
    command
        How to do it again.
    records
        Whether the table of single records lies beside it.
    """
    report = found.report
    curve, curve_picture = _curve(found)
    return page_of(
        "audit.html.j2",
        report=report,
        first=first_screen(found),
        family=found.provenance["model"]["family"],
        subtitle=_subtitle(found),
        remedies=found.remedies,
        sections=[*((("since", "What changed"),) if report.baseline else ()), *_SECTIONS],
        findings=[_finding_cells(one) for one in sorted(found.findings, key=lambda one: -_GRAVITY.index(one.verdict))],
        groups=[
            (name, [_fact_cells(fact) for fact in facts[:_FACTS]], max(len(facts) - _FACTS, 0))
            for name, facts in found.facts
        ],
        over=found.over,
        given={"train": found.train is not None, "holdout": found.holdout is not None},
        members=_members(found),
        attributes=membership_tables.attribute_rows(report),
        attribute_lines=_attribute_lines(found),
        heads=membership_tables,
        defences=[] if found.defences is None else [_defence_cells(one) for one in found.defences.trials],
        defence_line="" if found.defences is None else found.defences.sentence,
        ways=[_way(found, way) for way in ("from_file", "by_query")],
        pictures=pictures(found),
        budget=None if found.budget is None else found.budget.rows(),
        budget_lines=[] if found.budget is None else [*found.budget.reasons(), *found.budget.notes],
        curve=None if curve is None else curve[1],
        curve_heads=[] if curve is None else curve[0],
        curve_picture=curve_picture,
        curve_notes=[] if found.queries is None else found.queries.notes,
        since=baseline_view(report.baseline),
        singling=singling(found, records),
        command=command,
        provenance=_provenance(found),
        glossary=[(identifier(word), word, meaning) for word, meaning in GLOSSARY.items()],
    )


def _subtitle(found: AuditResult) -> str:
    about = found.provenance
    return f"{about['request']['rows']:,} records drawn by each extraction, seed {about['seed']}"


def _members(found: AuditResult) -> dict[str, Any] | None:
    """Return tables, picture and lines of the attacks on membership; ``None`` where none was made."""
    if found.membership is None or not found.membership.attacks:
        return None
    return {
        "attacks": membership_tables.attack_rows(found.report),
        "subgroups": membership_tables.subgroup_rows(found.report),
        "picture": membership_tables.roc_picture(found.membership),
        "roc": membership_tables.roc_rows(found.membership),
        "lines": _attack_lines(found.membership),
        "by_shadows": membership_tables.shadow_rows(found.report),
        "left_out": [f"{name}: {why}" for name, why in found.membership.left_out],
        "shadows": any(one.shadows for one in found.membership.attacks),
    }


def _finding_cells(one: Finding) -> list[str]:
    limits = ["none" if limit is None else f"{limit:g}" for limit in (one.review, one.reject)]
    if one.value is None and one.review is None and one.reject is None:
        limits = ["", ""]
    harmless = "" if one.harmless is None else f"{one.harmless:g}"
    words = measure_words(one.measure)
    return [
        words,
        WORDS[one.way],
        one.verdict or "not judged",
        number(one.value),
        harmless,
        interval(one.low, one.high),
        *limits,
    ]


def _fact_cells(fact: Any) -> list[str]:
    from retrodict.disclosures.result import cells

    kind, features, values, source = cells(fact)
    of = " (count not known)" if fact.personal is None else " (of single rows)" if fact.personal else ""
    return [f"{kind}{of}", features, values, source]


def _defence_cells(one: DefenceTrial) -> list[str]:
    change = one.change
    return [one.defence.words, one.outcome, str(one.reason), number(change.mean_change), number(change.largest_change)]


def _attribute_lines(found: AuditResult) -> list[str]:
    """Return what is said of guesses of single columns: the largest lift, and which columns were left out."""
    risk = found.attributes
    if risk is None:
        return []
    lines = []
    if risk.largest is not None and risk.low is not None and risk.high is not None:
        lines.append(
            f"The largest lift is {number(risk.largest.lift)} ({risk.largest.column}); that it is the largest of "
            f"{len(risk.lines):,} columns is in its own interval: {interval(risk.low, risk.high)}."
        )
    lines += [f"Not tried: {column}: {why}" for column, why in risk.left_out]
    return [*lines, *map(str, risk.notes)]


def _attack_lines(found: MembershipAttacks | None) -> list[str]:
    if found is None:
        return []
    best = found.worst
    return [
        f"{best.members:,} training rows beside {best.others:,} held-out rows. The direction of each attack is fixed "
        "beforehand: the model is held to be surer of rows that it has seen.",
        f"The largest AUC is {best.auc:.3f}; that it is the largest of several is in its own interval: {found.low:.3f} "
        f"to {found.high:.3f}, of {found.distinct} attacks that order rows differently.",
        *found.notes,
    ]


def _way(found: AuditResult, way: str) -> dict[str, Any]:
    title = _TITLES[way]
    one = found.extractions.get(way)
    blank: dict[str, Any] = {"title": title, "records": None, "replicas": None, "lift": None}
    if one is None:
        what = "extraction from the file" if way == "from_file" else "extraction by query alone"
        return {**blank, "missing": dict(found.not_tested).get(what, "")}
    owed = found.report.attribution.model_dump()[way]
    lift = None if one.fidelity is None else one.fidelity.summary()
    replicas = found.replicas.get(way)
    table = None if replicas is None else replicas.summary()
    return {
        **blank,
        "missing": None,
        "text": _text(one),
        "notes": [*one.notes, *one.shortfalls],
        "attribution": f"{_OWED[owed['to']]}: {owed['reason']['text']}." if owed and found.train is not None else "",
        "lift": None if lift is None else _cells(lift),
        "lift_notes": [] if one.fidelity is None else [_sizes(one.fidelity), *one.fidelity.notes],
        "lift_heads": [] if lift is None else ["measure", *map(str, lift.columns)],
        "records": None if one.records is None else _records(one.records),
        "singled": [] if one.records is None else _cells(one.records.singled_out[:_SINGLED].set_index("row")),
        "singled_heads": [] if one.records is None else ["row", *_singled(one)],
        "replicas": None if table is None else _cells(table),
        "replica_notes": [] if replicas is None else [f"{replicas.head.partition(': ')[2]}.", *replicas.notes],
        "replica_heads": []
        if table is None
        else ["estimator", *(str(name).replace("_", " ") for name in table.columns)],
    }


def _sizes(fidelity: Fidelity) -> str:
    rows = ", ".join(f"{n:,} {title}" for title, n in fidelity.rows.items())
    return f"{rows}; at most {fidelity.limit:,} of each for measures of whole rows."


def _records(found: RecordRisk) -> list[str]:
    """Leave out warnings, which stand beside the verdict."""
    return [*found.sentences(), *(f"note: {line}" for line in found.notes)]


def _text(one: Extraction) -> str:
    rec, seen = one.reconstruction, one.consistency
    parts = [f"{rec.n_rows:,} rows {one.method}.", f"{rec.provenance.queries:,} model calls."]
    if seen.agreement is not None:
        what = "of its labels are what the model predicts" if rec.schema.target.is_class else "R2 of the predictions"
        share = f"{seen.agreement:.1%}" if rec.schema.target.is_class else f"{seen.agreement:.3f}"
        parts.append(f"Self-consistency: {share} {what}.")
    if isinstance(rec, Rebuilt) and rec.quality.source != "stored rows":
        what = "equation" if rec.quality.solved else "node count"
        met = f"every {what} is met" if rec.quality.met else f"0 is every {what} met"
        head = f"{rec.quality.equations:,} equations" if rec.quality.solved else "Node counts"
        parts.append(
            f"{head}: energy {seen.energy:.4g} ({met}); {seen.confident:,} rows with a confidence of 0.95 or more."
        )
        if seen.determined is not None:
            parts.append(f"{seen.determined:.1%} of the rows are shown to be in every table that meets them.")
        if seen.cells_determined is not None:
            parts.append(f"{seen.cells_determined:.0%} of the cells are the same in every table that was found.")
    return " ".join(parts)


def _cells(frame: pd.DataFrame) -> list[list[str]]:
    return [
        [str(index), *(number(value) for value in line)] for index, line in zip(frame.index, frame.values, strict=True)
    ]


def _singled(one: Extraction) -> list[str]:
    return [] if one.records is None else [str(name) for name in one.records.singled_out.columns if name != "row"]


def _curve(found: AuditResult) -> tuple[tuple[list[str], list[list[str]]] | None, Picture | None]:
    if found.queries is None:
        return None, None
    table = found.queries.summary()
    heads = ["measure", *(f"{calls:,} calls" for calls in table.columns)]
    rows = [
        [", ".join(str(part) for part in index if part), *(number(value) for value in line)]
        for index, line in zip(table.index, table.values, strict=True)
    ]
    return (heads, rows), query_picture(found.queries)


def _provenance(found: AuditResult) -> list[tuple[str, str]]:
    about = found.provenance
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    seconds = ", ".join(f"{what} {value:.1f} s" for what, value in about["seconds"].items())
    return [
        ("model", f"{about['model']['family']}, {about['model']['fingerprint']}"),
        ("likelihood", str(about["model"]["likelihood"])),
        ("prior of extraction by query", found.over),
        ("seed", str(about["seed"])),
        ("versions", versions),
        ("time", seconds),
    ]
