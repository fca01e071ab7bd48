"""What a file states in sums, hashes and settings becomes findings, each with what can be done about it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from retrodict.auditing import Finding, load_appetite
from retrodict.auditing.finding import worst
from retrodict.auditing.sum_findings import LEAST_DEGREES
from retrodict.disclosures.kinds import (
    CategoryHashes,
    CrossProducts,
    GradientSums,
    NodeSums,
    Thresholds,
    TrainingDate,
    TrainingSettings,
    Values,
)
from tests.auditing.test_findings import found

DEFAULT = load_appetite()
AT: dict[str, Any] = {"features": (), "source": "x"}
TWO = (np.array([1.0, np.nan, 2.0]), np.array([3.0]))
LEAVES = (np.array([False, True, True]), np.array([True]))


def of(*facts: Any, **limits: Any) -> dict[str, Finding]:
    appetite = DEFAULT.model_copy(update={"from_file": DEFAULT.from_file.model_copy(update=limits)})
    return found(*facts, appetite=appetite)


def test_sums_of_nodes_are_what_sanitising_takes_out() -> None:
    one = of(NodeSums(**AT, statistic="hessian", sums=TWO, leaves=LEAVES))["node_sums"]
    assert one.verdict == "review"
    assert "3 of hessian" in one.sentence
    assert "retrodict sanitize" in one.remedy
    assert one.to_dict()["remedy"] == one.remedy
    lenient = of(NodeSums(**AT, statistic="hessian", sums=TWO, leaves=LEAVES), node_sums="release")["node_sums"]
    assert lenient.verdict == "release"


def test_leaf_values_are_not_what_sanitising_takes_out() -> None:
    one = of(GradientSums(**AT, statistic="sum", trees=2, equations=9))["gradient_sums"]
    assert one.verdict == "review"
    assert "replicate" in one.remedy
    assert "sanitize" not in one.remedy


@pytest.mark.parametrize(
    ("n", "personal", "verdict"),
    [
        (2 + LEAST_DEGREES, False, None),
        (1 + LEAST_DEGREES, False, "review"),
        (None, False, "review"),
        (99, True, "review"),
        (99, None, "review"),
    ],
)
def test_cross_products_ask_where_rows_may_follow(n: int | None, personal: bool | None, verdict: str | None) -> None:
    fact = CrossProducts(**AT, matrix=np.eye(2), columns=("a", "b"), n=n, personal=personal)
    assert of(fact)["cross_products"].verdict == verdict


def test_hashes_ask_for_guesses() -> None:
    fact = CategoryHashes(features=("town",), source="x", hashes=(1, 2, 3))
    one = of(fact)["category_hashes"]
    assert one.verdict == "review"
    assert "3 values of town" in one.sentence
    assert "--candidates" in one.remedy
    checked = CategoryHashes(features=("town",), source="x", hashes=(1, 2), counts=np.array([4, 5]), checked=70)
    assert "70 guesses were tried" in of(checked)["category_hashes"].sentence


def test_settings_and_dates_are_reported_and_judged_where_the_appetite_says() -> None:
    facts = (TrainingSettings(**AT, settings={"seed": 7, "eta": 0.1}), TrainingDate(**AT, when="2024-01-05"))
    told = of(*facts)
    assert (told["training_settings"].verdict, told["training_date"].verdict) == (None, None)
    assert told["training_settings"].value == 2
    assert "2024-01-05" in told["training_date"].sentence
    assert worst(told.values()) == "release"
    strict = of(*facts, training_date=DEFAULT.from_file.stored_rows)
    assert strict["training_date"].verdict == "reject"


@pytest.mark.parametrize(
    ("midpoints", "taken", "told"), [(False, [1.0, 3.0], True), (True, [1.0], False), (False, [2.0], False)]
)
def test_split_points_that_are_values_can_be_rounded(midpoints: bool, taken: list[float], told: bool) -> None:
    at: dict[str, Any] = {"features": ("age",), "source": "trees"}
    facts = (
        Thresholds(**at, thresholds=np.array([1.0, 3.0, 4.0]), midpoints=midpoints),
        Values(**at, taken=np.array(taken), personal=None),
    )
    one = of(*facts).get("split_values")
    assert (one is not None) == told
    if one is not None:
        assert one.verdict == "review"
        assert "--round-splits" in one.remedy


def test_nothing_is_said_of_what_is_not_there() -> None:
    names = {
        "gradient_sums",
        "node_sums",
        "split_values",
        "cross_products",
        "category_hashes",
        "training_settings",
        "training_date",
    }
    assert not names & of().keys()
