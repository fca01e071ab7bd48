"""What a file states and what of it was not read, as findings; what small samples can't exclude."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

import retrodict as rd
from retrodict.auditing import Appetite, AuditComparison, Finding, load_appetite
from retrodict.auditing.appetite import Threshold
from retrodict.auditing.attribute_findings import unjudged_columns
from retrodict.auditing.extraction import Consistency, Extraction
from retrodict.auditing.file_findings import file_findings, unread_gaps, unread_sentences
from retrodict.auditing.finding import cautions, judge, worst
from retrodict.auditing.findings import rebuilt_findings
from retrodict.auditing.membership_findings import (
    membership_findings,
    membership_gaps,
    shadow_findings,
    table_findings,
    unmade,
)
from retrodict.auditing.plain_words import plain_summary
from retrodict.disclosures import Disclosures, GradientSums, Moments, PossibleRows, Range, Rows, Unread
from retrodict.evaluation.attributes import AttributeRisk
from retrodict.evaluation.membership import Attack, MembershipAttacks
from retrodict.evaluation.membership.result import WORDS, Largest
from retrodict.matching import Matching
from retrodict.results.notes import Note

DEFAULT = load_appetite()


def found(*facts: Any, unread: tuple[Unread, ...] = (), appetite: Appetite = DEFAULT) -> dict[str, Finding]:
    read = Disclosures.sorted(iter(facts), ("a", "b"), unread)
    return {one.measure: one for one in file_findings(read, appetite)}


def step(path: str, why: Any = "unknown", kind: str = "lib.Step") -> Unread:
    return Unread(path, kind, why, "no reader knows it")


def test_absence_is_claimed_only_where_all_was_read() -> None:
    clean = found(Range(features=("a",), source="x", low=0.0, high=1.0))
    assert clean["stored_rows"].sentence == "it stores no whole training row"
    assert clean["personal_facts"].sentence == "no other fact is of one row"
    assert {one.verdict for one in clean.values()} == {"release"}
    for part in (step("[0]"),), ():
        possible = () if part else (PossibleRows(features=(), source="y", n=50, width=2),)
        seen = found(*possible, unread=part)
        assert seen["stored_rows"].sentence == "no whole training row was found in what was read"
        assert seen["stored_rows"].verdict is None
        assert seen["personal_facts"].verdict is None
        assert worst(seen.values()) == "review"


def test_unread_parts_are_named_by_type_and_place() -> None:
    one = found(unread=(step("steps[0]"),))["unread"]
    assert one.reason == "from the file: not read: lib.Step at steps[0]: no reader knows it"
    assert one.verdict == "review"
    many = (*(step(f"trees[{i}]") for i in range(21)), step("", "overrides", "lib.Forest"))
    lines = unread_sentences(many)
    assert len(lines) == 2
    assert lines[0].startswith("not read: lib.Step at trees[0], trees[1], trees[2] and 18 more (21 in all)")
    assert lines[1].startswith("not read: lib.Forest at the model itself")
    assert dict(unread_gaps(Disclosures((), (), many))) == {
        "what the unread parts of the file state": "22 parts were not read: what was not found may be there"
    }
    assert not list(unread_gaps(Disclosures(())))


def test_rows_that_the_net_finds_are_stored_rows() -> None:
    held = found(PossibleRows(features=(), source="[1].memory", n=150, width=2, known_rows=120))
    assert held["stored_rows"].value == 120
    assert held["stored_rows"].verdict == "reject"
    assert held["stored_rows"].sentence == "it stores 120 whole training rows ([1].memory)"
    stored = Rows(features=("a", "b"), source="rows", rows=np.zeros((7, 2), dtype=object), personal=True)
    assert found(stored)["stored_rows"].value == 7
    assert found(PossibleRows(features=(), source="y", n=9, width=1, known_rows=0))["possible_rows"].verdict == "review"


def test_leaf_values_of_boosted_trees_ask_for_a_person_unless_accepted() -> None:
    sums = GradientSums(features=(), source="_predictors", statistic="sum", trees=10, equations=300)
    one = found(sums)["gradient_sums"]
    assert one.verdict == "review"
    assert "300 leaves of 10 trees" in one.reason
    accepting = DEFAULT.model_copy(
        update={"from_file": DEFAULT.from_file.model_copy(update={"gradient_sums": "release"})}
    )
    accepted = found(sums, appetite=accepting)["gradient_sums"]
    assert accepted.verdict == "release"
    assert accepted.sentence.endswith("the risk appetite accepts that (gradient_sums)")


def test_facts_of_an_unknown_count_are_neither_personal_nor_harmless() -> None:
    facts = [
        Moments(features=("a",), source=f"m{i}", mean=0.0, personal=personal)
        for i, personal in enumerate([True, None, None, False])
    ]
    both = found(*facts)
    assert both["personal_facts"].value == 1
    assert both["facts_of_unknown_count"].value == 2
    assert both["facts_of_unknown_count"].verdict == "review"
    assert both["facts_of_unknown_count"].sentence == (
        "of 2 facts it is not known of how many rows they are: 2 Moments"
    )
    unknown = found(*facts[1:])
    assert unknown["personal_facts"].verdict is None
    assert "no other fact is of one row" not in unknown["personal_facts"].sentence


@pytest.mark.parametrize(
    ("value", "high", "inconclusive"), [(0.02, 0.09, False), (0.02, 0.11, True), (0.2, 0.5, False)]
)
def test_a_release_whose_interval_crosses_a_limit_says_so(value: float, high: float, inconclusive: bool) -> None:
    limits = Threshold(review=0.1, reject=0.6)
    one = judge("by_query", "exact_rows", limits, value, "x", 0.0, high, "20 training and 30 held-out rows")
    assert one.inconclusive is inconclusive
    assert one.to_dict()["inconclusive"] is inconclusive
    said = (
        "by query alone: 20 training and 30 held-out rows can't exclude exact rows above 0.1 (found 0.02, up to 0.11)"
    )
    assert cautions([one]) == ([said] if inconclusive else [])


def attacks(*largest: Largest, shadows: int = 0, left_out: Any = ()) -> MembershipAttacks:
    """Return attacks of which these are the largest."""
    numbers = (0.5, 0.45, 0.55, 0.05, 0.0, 0.1, 0.005, 0.0, 0.1, 0.1, 0.0, 0.2)
    one = Attack("probability", "by_query", *numbers, shadows, 100, 90, 0.1)
    return MembershipAttacks((one,), 0.4, 0.6, 2, 190, 0, largest=largest, left_out=left_out)


@pytest.mark.parametrize(
    ("auc", "low", "verdict"),
    [(0.52, 0.45, "release"), (0.58, 0.45, "review"), (0.8, 0.59, "review"), (0.8, 0.61, "reject")],
)
def test_membership_rejects_by_its_whole_interval(auc: float, low: float, verdict: str) -> None:
    found = attacks(Largest("by_query", "auc", "probability", "", auc, low, 0.9, 100, 90, 0.6))
    (one,) = membership_findings(found, DEFAULT)
    assert (one.way, one.measure, one.value, one.low) == ("by_query", "membership_auc", auc, low)
    assert (one.verdict, one.harmless) == (verdict, 0.5)
    assert one.rows == "100 training and 90 held-out rows"
    assert one.sentence.startswith("the probability of the true label tells training rows from held-out rows")


@pytest.mark.parametrize(
    ("measure", "value", "low", "usual", "verdict", "inconclusive"),
    [
        ("subgroup_auc", 0.66, 0.48, 0.7, "release", True),  # the largest of many small groups: no more than chance
        ("subgroup_auc", 0.66, 0.51, 0.6, "review", False),
        ("subgroup_auc", 0.66, 0.61, 0.6, "reject", False),
        ("tpr_at_fpr_01", 0.04, 0.0, 0.05, "release", True),
        ("tpr_at_fpr_01", 0.04, 0.015, 0.03, "review", False),
        ("tpr_at_fpr_001", 0.2, 0.06, 0.1, "reject", False),
    ],
)
def test_the_largest_of_many_is_above_a_limit_only_beyond_chance(
    measure: str, value: float, low: float, usual: float, verdict: str, inconclusive: bool
) -> None:
    where = "class 1" if measure == "subgroup_auc" else ""
    found = attacks(Largest("from_file", measure, "single-row leaves", where, value, low, 0.9, 100, 90, usual))
    (one,) = membership_findings(found, DEFAULT)
    assert (one.way, one.verdict, one.inconclusive) == ("from_file", verdict, inconclusive)
    assert ("of class 1" in one.sentence) is bool(where)
    if inconclusive:
        assert one.reason.endswith("by no more than chance)")


def test_a_comparison_counts_what_is_and_what_may_be_of_single_rows(alone: Any) -> None:
    result = alone[0]
    facts = [Moments(features=("a",), source="m", mean=0.0, personal=one) for one in (True, None, None, False)]
    after = replace(result, disclosures=Disclosures.sorted(iter(facts), ("a",)))
    both = AuditComparison(replace(result, disclosures=Disclosures(())), after)
    assert both.facts.to_dict(orient="records") == [
        {
            "kind": "Moments",
            **{"before": 0, "of single rows before": 0, "count not known before": 0},
            **{"after": 4, "of single rows after": 1, "count not known after": 2},
        }
    ]
    personal = [line["personal"] for line in after.report.plain()["disclosures"]]
    assert personal == [True, None, None, False]  # worst first


def test_shadow_models_that_were_not_run_keep_the_verdict_at_review_and_say_why() -> None:
    why = Note("refused", "it can't be trained again")
    (one,) = shadow_findings(attacks(left_out=(("shadow models", why),)), None, DEFAULT)
    assert one.reason.startswith("by query alone: shadow models: not run: it can't be trained again")
    assert one.verdict == "review"
    (bare,) = shadow_findings(None, Note("no_train", "no training rows were given"), DEFAULT)
    assert "not run: no training rows were given" in bare.reason
    assert not list(shadow_findings(attacks(shadows=4), None, DEFAULT))
    (few,) = shadow_findings(attacks(shadows=2), None, DEFAULT)  # RMIA alone
    assert "only 2 trained" in few.reason
    assert few.verdict == "review"


def test_attacks_that_were_left_out_are_gaps_but_not_those_that_a_file_read_whole_has_nothing_for() -> None:
    left = (
        ("stored rows", Note("nothing_in_file", "no row is stored")),
        ("file values", Note("nothing_in_what_was_read", "parts were not read")),
        ("shadow models", Note("refused", "no")),
    )
    assert [what for what, _ in membership_gaps(attacks(left_out=left))] == [
        "membership by how many of the row's values the file states as those of training rows",
        "shadow models",
    ]
    cut = replace(attacks(), notes=(Note("fewer_shadows", "2 of 16"), Note("no_time", "not all subgroups")))
    assert [what for what, _ in membership_gaps(cut)] == ["shadow models", "membership in parts"]


def test_what_was_not_made_of_membership_and_columns_is_named_so_that_it_is_no_all_clear() -> None:
    late, refused = Note("no_time", "no time was left"), Note("refused", "too few rows")
    left = (("worst case", refused), ("stored rows", Note("nothing_in_file", "none")), ("shadow models", refused))
    cut = replace(attacks(left_out=left), notes=(late,))
    assert list(unmade(cut)) == [f"membership by {WORDS['worst case']}", "membership of some subgroups"]
    assert not list(unmade(attacks()))
    risk = AttributeRisk((), None, None, "target", 0.9, (("a", late),), 0, 0)
    assert list(unjudged_columns(risk, DEFAULT)) == ["what can be inferred of known rows"]
    assert list(unjudged_columns(None, DEFAULT)) == ["what can be inferred of known rows"]
    one: Any = replace(risk, lines=(object(),))
    assert list(unjudged_columns(one, DEFAULT)) == ["what can be inferred of 1 of the columns"]
    unlimited = DEFAULT.model_copy(
        update={"by_query": DEFAULT.by_query.model_copy(update={"attribute_lift": Threshold()})}
    )
    assert not list(unjudged_columns(None, unlimited))


def test_a_table_that_is_not_what_it_was_given_as_asks_for_a_person() -> None:
    (one,) = table_findings(replace(attacks(), notes=(Note("holdout_seen", "as sure of the held-out rows"),)))
    assert (one.way, one.measure, one.verdict) == ("audit", "tables", "review")
    assert plain_summary([one], untested=False, rows=True)[0].startswith("The records given do not seem to be")
    assert not list(table_findings(attacks()))


def test_rows_that_chains_agree_on_and_that_are_right_less_often_are_no_all_clear() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.integers(0, 2, (20, 3)), columns=list("abc"))
    forest = RandomForestClassifier(4, random_state=0).fit(X, rng.integers(0, 2, 20))
    made = rd.rebuild(forest, calibrate=0, search=Matching(sweeps=2, chains=2, restarts=0))
    quality, one = replace(made.quality, energy=0.0, synthetic=1), pd.DataFrame(np.ones((20, 4)))
    seen = Consistency(None, 0.0, 0, 0.0)

    def verdict(agreement: float) -> str | None:
        rec = replace(made, quality=quality, _agreement=agreement * one)
        (found,) = rebuilt_findings(Extraction("from_file", rec, Note("made", "made"), seen), DEFAULT)
        return found.verdict

    assert verdict(0.8) == "release"
    assert verdict(1.0) is None
