"""What a model gives away of single columns of training rows, beside the limits; and what could not be tried."""

from __future__ import annotations

from collections.abc import Iterator

from retrodict.auditing.appetite import Appetite
from retrodict.auditing.finding import Finding, judge
from retrodict.evaluation.attributes import AttributeRisk
from retrodict.plain_text import shown
from retrodict.results.notes import Note


def attribute_findings(found: AttributeRisk, appetite: Appetite) -> Iterator[Finding]:
    """Yield by how much the output helps more with training rows than with others, of the column where it does most."""
    one = found.largest
    if one is None or found.low is None or found.high is None:
        return
    words = (
        f"column '{shown(one.column)}' is told right of {one.members:.1%} of the training rows and {one.others:.1%} of "
        f"the held-out rows, by their other columns and the {found.output}; without the latter of {one.prior:.1%} and "
        f"{one.other_prior:.1%}: a lift of {one.lift:+.3f} ({found.low:.3f} to {found.high:.3f}; 0 by chance)"
    )
    rows = f"{one.rows:,} training and {one.other_rows:,} held-out rows"
    limits = appetite.by_query.attribute_lift
    # the largest of several columns: a lift whose interval, which allows for that, holds 0 may be chance
    chance = one.lift - found.low
    yield judge(
        "by_query",
        "attribute_lift",
        limits,
        one.lift,
        words,
        found.low,
        found.high,
        rows,
        harmless=0.0,
        chance=chance,
    )


def attribute_gaps(found: AttributeRisk) -> Iterator[tuple[str, Note]]:
    """Yield the columns that were not judged: those of one reason in one line."""
    groups: dict[str, list[tuple[str, Note]]] = {}
    for name, why in found.left_out:
        groups.setdefault(why.code, []).append((name, why))
    for alike in groups.values():
        name, why = alike[0]
        if len(alike) == 1:
            yield f"inferring column '{shown(name)}'", why
        else:
            yield f"inferring {len(alike):,} columns, '{shown(name)}' among them", why


def unjudged_columns(found: AttributeRisk | None, appetite: Appetite) -> Iterator[str]:
    """Yield what of columns was not judged though it has a limit: all of them, or those that no time was left for."""
    limits = appetite.by_query.attribute_lift
    if limits.review is None and limits.reject is None:
        return
    if found is None or not found.lines:
        yield "what can be inferred of known rows"
    elif late := sum(why.code == "no_time" for _, why in found.left_out):
        yield f"what can be inferred of {late:,} of the columns"
