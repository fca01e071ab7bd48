"""The numbers that come with the package bear out what rules and remedies say."""

from __future__ import annotations

import pytest

import retrodict as rd
from retrodict.checking.evidence import Evidence, made_with, of_rule
from retrodict.checking.rules import FILE_MEASURES, OUTPUTS, Rule
from tests.checking.trained import FAMILIES

RULES = [
    pytest.param(family, rule, id=f"{family} {rule.code}")
    for family, advice in FAMILIES.items()
    for rule in advice.RULES
    if of_rule(family, rule.code)
]
HARDLY = {"few_rows_a_column"}
"""Rules whose remedy says itself that the setting hardly helps."""


def faults(rule: Rule, found: tuple[Evidence, ...]) -> list[str]:
    """Return where numbers speak against a rule or its remedy."""
    said = []
    for one in found:
        lowered = one.lowered
        if rule.measure == "from_file.stored_rows" and not one.as_is.stored_rows:
            said.append(f"{one.table}: no stored rows")
        if lowered is None or rule.code in HARDLY:
            continue
        if rule.measure == "from_file.stored_rows" and lowered.stored_rows:
            said.append(f"{one.table}: stored rows stay")
        if rule.measure == "from_file.personal_facts" and lowered.single_row_facts:
            said.append(f"{one.table}: facts of one row stay")
        if rule.measure == OUTPUTS and lowered.auc >= one.as_is.high:
            said.append(f"{one.table}: members are told as well as before")
    return said


@pytest.mark.parametrize(("family", "rule"), RULES)
def test_numbers_bear_a_rule_out(family: str, rule: Rule) -> None:
    found = of_rule(family, rule.code)
    assert faults(rule, found) == []
    noisy = [one for one in found if one.table.startswith("noisy") and one.lowered is not None]
    if rule.measure == OUTPUTS and rule.code not in HARDLY:
        # what is learned by heart shows there: the remedy is below the interval of what it mends
        assert all(one.lowered is not None and one.lowered.auc < one.as_is.low for one in noisy)


def test_numbers_against_a_rule_are_seen() -> None:
    (rule,) = (one for one in FAMILIES["sklearn"].RULES if one.code == "one_row_leaves")
    (one,) = of_rule("sklearn", "one_row_leaves")
    swapped = Evidence(**{**vars(one), "as_is": one.lowered, "lowered": one.as_is})
    assert faults(rule, (swapped,)) == ["breast_cancer: facts of one row stay"]


def test_every_family_that_can_be_trained_was_measured_and_releases_are_told() -> None:
    assert {"scikit-learn", "date"} <= set(made_with())
    for family, advice in FAMILIES.items():
        if family != "statsmodels":
            assert sum(bool(of_rule(family, one.code)) for one in advice.RULES) >= 5, family
    shown = [one for one in rd.check("SVC").fired if one.measure in FILE_MEASURES]
    assert shown[0].evidence[0].as_is.stored_rows > 0
