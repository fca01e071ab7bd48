"""Plain sentences and next actions: what they say, of which files, and that nothing unknown is passed over."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest

from retrodict.auditing.asked_command import AskedCommand
from retrodict.auditing.finding import Finding
from retrodict.auditing.plain_words import TOPICS, plain_summary
from retrodict.disclosures import Unread
from retrodict.results.notes import Note


def finding(way: Any, measure: str, verdict: Any, value: float | None = None, low: float | None = None) -> Finding:
    return Finding(way, measure, value, low, None, None, None, verdict, f"{measure} was found")


def test_the_gravest_is_told_first_and_what_is_unknown_keeps_a_place() -> None:
    found = [
        finding("from_file", "unread", "review"),
        finding("by_query", "shadow_models", "review"),
        finding("by_query", "attribute_lift", "reject", 0.2, 0.1),
        finding("by_query", "membership_auc", "reject", 0.9, 0.85),
        finding("from_file", "stored_rows", "reject", 40),
        finding("from_file", "near_rows", "reject", 0.5, 0.4),
    ]
    told = plain_summary(found, untested=True, rows=True)
    assert len(told) == 3
    assert "stored as they were" in told[0]
    assert "nearly always" in told[1]
    assert "could not be read" in told[2]


@pytest.mark.parametrize(("low", "said"), [(0.55, "can tell"), (0.45, "may be able to tell")])
def test_an_interval_that_holds_chance_is_no_certainty(low: float, said: str) -> None:
    (told,) = plain_summary([finding("by_query", "membership_auc", "review", 0.57, low)], untested=False, rows=True)
    assert said in told


def test_a_release_promises_no_more_than_was_tested() -> None:
    found = [finding("by_query", "membership_auc", "release", 0.51, 0.48)]
    assert "for what was tested only" in plain_summary(found, untested=True, rows=True)[-1]
    assert len(plain_summary([], untested=True, rows=False)) == 2


def test_a_measure_that_no_topic_knows_is_told_all_the_same() -> None:
    assert plain_summary([finding("by_query", "new_measure", "reject", 1.0)], False, True) == (
        "New_measure was found.",
    )


def test_every_line_of_the_appetite_has_a_topic() -> None:
    from retrodict.auditing.appetite import ByQuery, FromFile

    known = {(topic.way, measure) for topic in TOPICS for measure in topic.measures}
    named = [("from_file", name) for name in FromFile.model_fields] + [
        ("by_query", name) for name in ByQuery.model_fields
    ]
    assert not [pair for pair in named if pair not in known]


def test_a_command_is_taken_apart_and_made_again() -> None:
    line = "retrodict audit 'my models/a b.skops' --train t.csv --trust x.A --trust x.B --quick --trust-pickle --out o"
    asked = AskedCommand.of(line)
    assert (asked.model, asked.out, asked.has("quick")) == ("my models/a b.skops", "o", True)
    assert asked.beside("stripped") == "my models/a b.stripped.skops"
    words = shlex.split(asked.of_model("inspect"))
    assert words == [
        "retrodict",
        "inspect",
        "my models/a b.skops",
        "--trust",
        "x.A",
        "--trust",
        "x.B",
        "--trust-pickle",
    ]
    assert "--quick" not in asked.again("o2", without=("quick",))
    assert asked.again("o2", more={"holdout": "h.csv"}).endswith("--holdout h.csv --out o2")


def test_a_call_and_other_text_name_what_is_known() -> None:
    asked = AskedCommand.of("retrodict.audit('m.skops', train=train, target='y', quick=True, out='o', seed=0)")
    assert (asked.model, asked.out, asked.options["train"]) == ("m.skops", "o", ("TRAIN.csv",))
    assert AskedCommand.of("retrodict.audit(model, out='o')").model == "MODEL"
    for text in ("", "'", "rm -rf /", "audit(" * 200, "\x00"):
        assert AskedCommand.of(text) == AskedCommand()


def test_the_copy_of_a_comparison_is_named_itself() -> None:
    line = "retrodict sanitize m.skops --train t.csv --out c.skops --audit d"
    assert [AskedCommand.of(line, copy).model for copy in (False, True)] == ["m.skops", "c.skops"]
    assert AskedCommand.of(line).again("e") == "retrodict audit m.skops --train t.csv --out e"


def actions(found: Any) -> dict[str, str | None]:
    return {one.action: one.command for one in found.next_actions}


def test_a_model_alone_is_asked_for_rows_and_time(alone: Any) -> None:
    told = actions(replace(alone[0], provenance={**alone[0].provenance, "command": "retrodict audit m.skops --out o"}))
    assert told["give_train"] == "retrodict audit m.skops --train TRAIN.csv --holdout HOLDOUT.csv --out o-with-rows"
    assert told["longer"] == "retrodict audit m.skops --out o-full"
    assert "sign" not in told
    assert "read" not in told


def test_what_was_not_read_is_to_be_read_by_a_person(alone: Any) -> None:
    unread = (Unread("[0]", "lib.Step", "unknown", "no reader knows it"),)
    found = replace(
        alone[0],
        disclosures=replace(alone[0].disclosures, unread=unread),
        findings=(*alone[0].findings, finding("from_file", "unread", "review")),
    )
    assert found.next_actions[0].action == "read"


@pytest.mark.slow
def test_stripping_is_advised_only_where_something_would_go(audited: Any) -> None:
    forest, neighbours = audited("forest")[0], audited("neighbours")[0]
    assert forest.removable
    assert "strip" in actions(forest)
    assert "strip" not in actions(neighbours)
    assert {"refit", "serve_by_query"} <= set(actions(neighbours))
    assert "keeps no records" in next(one.sentence for one in neighbours.next_actions if one.action == "refit")


def test_stripping_needs_a_fact_that_would_go(alone: Any) -> None:
    against = (finding("from_file", "personal_facts", "review", 3), finding("from_file", "stored_rows", "reject", 9))
    found = replace(alone[0], findings=against)
    assert "strip" not in actions(found)
    assert "strip" in actions(replace(found, removable=("estimators_[*].tree_.n_node_samples",)))


def test_training_again_comes_first_where_predictions_give_too_much_away(alone: Any) -> None:
    both = (
        finding("from_file", "personal_facts", "review", 3),
        finding("by_query", "membership_auc", "reject", 0.9, 0.8),
    )
    found = replace(alone[0], findings=both, removable=("tree_",))
    assert [one.action for one in found.next_actions][:2] == ["refit", "strip"]
    assert "serve_by_query" not in actions(found)


def test_ranges_are_asked_for_where_nothing_could_be_drawn(alone: Any) -> None:
    found = alone[0]
    gaps = (("extraction from the file", Note("refused", "no ranges", error="PriorError")),)
    line = "retrodict audit m.skops --out o"
    wanting = replace(found, not_tested=gaps, provenance={**found.provenance, "command": line})
    assert actions(wanting)["give_ranges"] == "retrodict audit m.skops --schema SCHEMA.yaml --out o-with-ranges"
    assert "give_ranges" not in actions(replace(wanting, not_tested=()))
    given = {**found.provenance, "command": f"{line} --schema s.yaml"}
    assert "give_ranges" not in actions(replace(wanting, provenance=given))


def test_a_cut_short_audit_is_to_be_made_again(alone: Any) -> None:
    cut = (("lift", Note("cut_short", "cut short")),)
    slow = {**alone[0].provenance, "request": {**alone[0].provenance["request"], "quick": False}}
    assert "longer" not in actions(replace(alone[0], provenance=slow, not_tested=()))
    assert "longer" in actions(replace(alone[0], provenance=slow, not_tested=cut))


def test_other_tables_are_asked_for_first_where_these_are_not_what_they_were_given_as(alone: Any) -> None:
    command = "retrodict audit m.skops --train t.csv --holdout h.csv --out o"
    provenance = {**alone[0].provenance, "command": command, "real_rows": {"train": 60, "holdout": 60}}
    found = replace(alone[0], provenance=provenance, findings=(finding("audit", "tables", "review"),))
    first = found.next_actions[0]
    assert first.action == "give_holdout"
    assert first.command == "retrodict audit m.skops --train t.csv --holdout HOLDOUT.csv --out o-with-rows"
