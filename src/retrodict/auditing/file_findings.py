"""What the file states of single rows, and what of it was not read, as findings.

That something is not in the file speaks for release only where all of it was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrodict.auditing.appetite import Appetite, FromFile
from retrodict.auditing.finding import Finding, judge, measured, stated
from retrodict.auditing.sum_findings import sum_findings
from retrodict.disclosures import Disclosure, Disclosures, PossibleRows, Rows, Unread
from retrodict.plain_text import few
from retrodict.results.notes import Note

_NAMED = 3
"""Paths of one type that are named; of more the number."""


def file_findings(found: Disclosures, appetite: Appetite) -> Iterator[Finding]:
    """Yield what the file states of single rows, beside the limits, and what was not read of it."""
    limits = appetite.from_file
    complete = not found.unread and not _possible(found)
    for sentence in unread_sentences(found.unread):
        yield stated("from_file", "unread", "review", sentence)
    yield _stored(found, limits, complete)
    for fact in _possible(found):
        yield stated("from_file", "possible_rows", "review", _possible_words(fact))
    yield from _personal(found, limits, complete)
    yield from sum_findings(found, limits)


def unread_gaps(found: Disclosures) -> Iterator[tuple[str, Note]]:
    """Yield what can't be said of the file since parts of it were not read."""
    if found.unread:
        n = len(found.unread)
        said = f"{n:,} {'part was' if n == 1 else 'parts were'} not read: what was not found may be there"
        yield "what the unread parts of the file state", Note("unread", said, parts=n)


def unread_sentences(unread: Sequence[Unread]) -> list[str]:
    """Return one line for each type and reason, which names the first few of its places and counts the others."""
    groups: dict[tuple[str, str], list[Unread]] = {}
    for one in unread:
        groups.setdefault((one.type, one.why), []).append(one)
    lines = []
    for (kind, _), members in groups.items():
        if len(members) == 1:
            lines.append(members[0].sentence)
            continue
        places = few([one.path or "the model itself" for one in members], _NAMED)
        reasons = list(dict.fromkeys(one.reason for one in members))
        others = " (other reasons at other places)" if len(reasons) > 1 else ""
        lines.append(f"not read: {kind} at {places} ({len(members):,} in all): {reasons[0]}{others}")
    return lines


def _possible(found: Disclosures) -> list[PossibleRows]:
    """Return arrays that may hold training rows; those that do are stored rows."""
    return [fact for fact in found.of(PossibleRows) if not fact.known_rows]


def _stored(found: Disclosures, limits: FromFile, complete: bool) -> Finding:
    held: list[tuple[int, Disclosure]] = [(fact.n, fact) for fact in found.of(Rows)]
    held += [(fact.known_rows, fact) for fact in found.of(PossibleRows) if fact.known_rows]
    if held:
        n, most = max(held, key=lambda one: one[0])
        said = f"it stores {n:,} whole training rows ({most.source})"
        return judge("from_file", "stored_rows", limits.stored_rows, n, said, harmless=0.0)
    if complete:
        return judge("from_file", "stored_rows", limits.stored_rows, 0, "it stores no whole training row", harmless=0.0)
    said = "no whole training row was found in what was read"
    return measured("from_file", "stored_rows", limits.stored_rows, 0, said)


def _possible_words(fact: PossibleRows) -> str:
    size = f"{fact.n:,} x {fact.width:,}" if fact.width > 1 else f"{fact.n:,}"
    known = "" if fact.known_rows is None else "; no training row stands in it unchanged"
    return (
        f"an array of {size} that no reader knows may hold training rows, or something of each ({fact.source}){known}"
    )


def _personal(found: Disclosures, limits: FromFile, complete: bool) -> Iterator[Finding]:
    others = [fact for fact in found if not isinstance(fact, Rows | PossibleRows)]
    single = [fact for fact in others if fact.personal]
    unknown = [fact for fact in others if fact.personal is None]
    if single:
        said = f"{len(single):,} of its facts concern single rows: {_kinds(single)}"
        yield judge("from_file", "personal_facts", limits.personal_facts, len(single), said, harmless=0.0)
    elif complete and not unknown:
        yield judge(
            "from_file", "personal_facts", limits.personal_facts, 0, "no other fact is of one row", harmless=0.0
        )
    else:
        said = "none of the facts that were read is known to be of one row"
        yield measured("from_file", "personal_facts", limits.personal_facts, 0, said)
    if unknown:
        n = len(unknown)
        what, they = ("fact", "it is") if n == 1 else ("facts", "they are")
        said = f"of {n:,} {what} it is not known of how many rows {they}: {_kinds(unknown)}"
        threshold = limits.facts_of_unknown_count
        yield judge("from_file", "facts_of_unknown_count", threshold, len(unknown), said)


def _kinds(facts: Sequence[Disclosure]) -> str:
    return ", ".join(
        f"{sum(fact.kind == kind for fact in facts):,} {kind}" for kind in dict.fromkeys(fact.kind for fact in facts)
    )
