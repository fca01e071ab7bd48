"""What can be inferred of known rows, beside the limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from retrodict.auditing import load_appetite
from retrodict.auditing.attribute_findings import attribute_findings, attribute_gaps
from retrodict.evaluation.attributes import AttributeLine, AttributeRisk
from retrodict.results.notes import Note

LINE = AttributeLine(
    column="age\x1b",
    kind="number",
    members=0.5,
    others=0.3,
    prior=0.2,
    other_prior=0.2,
    lift=0.2,
    low=0.1,
    high=0.3,
    coverage=0.9,
    other_coverage=0.9,
    tolerance=1.0,
    rows=100,
    other_rows=90,
    method="quadrature",
    error=0.001,
)
RISK = AttributeRisk((LINE,), 0.1, 0.3, "target", 0.9, (), 100, 0)


@pytest.mark.parametrize(
    ("lift", "low", "verdict", "inconclusive"),
    [
        (0.01, -0.1, "release", True),  # not above a limit, but the interval reaches beyond it
        (0.1, -0.01, "release", True),  # above it by no more than chance
        (0.1, 0.02, "review", False),
        (0.2, 0.16, "reject", False),
    ],
)
def test_the_largest_lift_is_judged_by_an_interval_that_allows_for_the_choice(
    lift: float, low: float, verdict: str, inconclusive: bool
) -> None:
    risk = replace(RISK, lines=(replace(LINE, lift=lift), replace(LINE, lift=lift - 0.1)), low=low)
    (one,) = attribute_findings(risk, load_appetite())
    assert (one.way, one.measure, one.value, one.low, one.harmless) == ("by_query", "attribute_lift", lift, low, 0.0)
    assert (one.verdict, one.inconclusive) == (verdict, inconclusive)
    assert "\x1b" not in one.sentence
    assert one.rows == "100 training and 90 held-out rows"


def test_columns_that_were_not_judged_are_gaps_and_none_is_a_finding() -> None:
    left = (("a", Note("no_time", "no time")), ("b", Note("no_time", "no time")), ("c", Note("constant", "constant")))
    nothing = replace(RISK, lines=(), low=None, high=None, left_out=left)
    assert not list(attribute_findings(nothing, load_appetite()))
    assert [what for what, _ in attribute_gaps(nothing)] == [
        "inferring 2 columns, 'a' among them",
        "inferring column 'c'",
    ]


@pytest.mark.slow
def test_an_audit_says_what_it_inferred(audited: Any) -> None:
    found, _ = audited("forest")
    assert [line["column"] for line in found.to_dict()["attributes"]] == [
        line.column for line in found.attributes.lines
    ]
    (one,) = [one for one in found.findings if one.measure == "attribute_lift"]
    assert one.value == found.attributes.largest.lift
