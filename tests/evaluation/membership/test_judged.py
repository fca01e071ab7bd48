"""The worst of several attacks, subgroups, curves: intervals that allow for the choice, numbers by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import trapezoid
from scipy.stats import norm

from retrodict.errors import RequestError
from retrodict.evaluation.membership.asked import Scores
from retrodict.evaluation.membership.judged import confidence_of, distinct, judged, largest, of_fewer
from retrodict.evaluation.membership.roc import auc, chance_auc, chance_rate, curve, rate_at
from retrodict.evaluation.membership.subgroups import in_parts, outlyingness, parts_of
from tests.evaluation.membership.worlds import asked_of, public, rows

SEED = np.random.SeedSequence(0)


def scores(seed: int, apart: float = 0.0, name: str = "loss", m: int = 80, n: int = 100) -> Scores:
    rng = np.random.default_rng(seed)
    return Scores(name, "by_query", rng.normal(apart, 1, m), rng.normal(0, 1, n))


def test_attacks_that_order_rows_alike_are_one() -> None:
    one = scores(0)
    same = Scores("probability", "by_query", np.exp(one.members), np.exp(one.others))
    assert distinct([one, same, scores(1)]) == 2


def test_the_largest_has_an_interval_for_the_number_of_attacks() -> None:
    found = [scores(i, apart) for i, apart in enumerate((0.0, 0.4, 0.2))]
    areas = [auc(one.members, one.others).value for one in found]
    top = next(one for one in largest(found, (), 0) if one.measure == "auc")
    assert top.value == max(areas)
    expected = auc(found[1].members, found[1].others, 1 - 0.05 / 3)
    assert (top.low, top.high) == (expected.low, expected.high)
    assert top.harmless == pytest.approx(0.5 + norm.ppf(1 - 0.05 / 3) * np.sqrt(181 / (12 * 80 * 100)))


def test_an_attack_that_learned_from_members_is_the_less_sure() -> None:
    one = scores(0, 1.0)
    learned = Scores("worst case", "by_query", one.members, one.others, learned=True)
    assert norm.ppf(0.5 + confidence_of(learned) / 2) == pytest.approx(np.sqrt(2) * 1.959963985)
    narrow, wide = (judged(each, SEED) for each in (one, learned))
    logit = [np.log(x / (1 - x)) for x in (narrow.low, narrow.auc, wide.low)]
    assert logit[1] - logit[2] == pytest.approx(np.sqrt(2) * (logit[1] - logit[0]))


def test_what_chance_reaches_is_exceeded_as_seldom_as_said() -> None:
    rng, tries = np.random.default_rng(0), 800
    m, n = 150, 250
    pairs = [(rng.random(m), rng.random(n)) for _ in range(tries)]
    error = 4 * np.sqrt(0.05 * 0.95 / tries)
    over = np.mean([np.mean(a[:, None] > b) > chance_auc(m, n) for a, b in pairs])
    assert over == pytest.approx(0.05, abs=error)
    over = np.mean([rate_at(a, b).value > chance_rate(m, n) for a, b in pairs])
    assert over <= 0.05 + error
    over = np.mean([rate_at(a, b).value >= chance_rate(m, n) for a, b in pairs])  # the least such number
    assert over >= 0.05 - error


def test_a_curve_has_both_ends_and_few_points() -> None:
    false, true = curve(np.array([3.0, 1.0]), np.array([2.0, 1.0]))
    assert list(zip(false.tolist(), true.tolist(), strict=True)) == [(0, 0), (0, 0.5), (0.5, 0.5), (1, 1)]
    one = scores(0, 1.0, m=3_000, n=3_000)
    false, true = curve(one.members, one.others)
    assert len(false) <= 200
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
    assert (false[1:4] < 0.005).all()  # the corner of few false alarms is seen
    assert trapezoid(true, false) == pytest.approx(auc(one.members, one.others).value, abs=0.005)


def test_fewer_shadows_are_judged_apart() -> None:
    few = Scores("rmia", "by_query", np.arange(10.0), np.arange(10.0), shadows=2)
    all_of = Scores("rmia", "by_query", np.arange(10.0) + 10, np.arange(10.0), shadows=4, fewer=(few,))
    assert [(one.shadows, one.auc) for one in of_fewer([scores(0), all_of])] == [(2, 0.5), (4, 1.0)]


def test_rows_are_divided_by_class_feature_and_how_outlying_they_are() -> None:
    rng = np.random.default_rng(0)
    sides = [rows(rng.normal(size=n), rng.integers(0, 3, n), rng.integers(0, 2, n)) for n in (200, 300)]
    asked = asked_of(*sides)
    parts = {(one.kind, one.feature, one.value): one for one in parts_of(asked, None)}
    assert {key[:2] for key in parts} == {("class", "y"), ("feature", "a"), ("outlyingness", "")}
    assert (parts["feature", "a", "2"].others == (sides[1]["a"] == 2)).all()
    assert (parts["class", "y", "1"].members == (sides[0]["y"] == 1)).all()
    named = [one for one in parts_of(asked, ["key"]) if one.kind == "feature"]
    assert [one.value for one in named] == ["lowest quarter", "second quarter", "third quarter", "highest quarter"]
    assert sum(int(one.members.sum()) for one in named) == 200
    with pytest.raises(RequestError, match=r"no feature is called z.* the features are a, key"):
        parts_of(asked, ["z"])


def test_few_rows_are_no_part() -> None:
    asked = asked_of(rows(np.arange(40.0), [0] * 10 + [1] * 30), rows(np.arange(41.0), [0] * 10 + [1] * 31))
    assert [one.value for one in parts_of(asked, ["a"]) if one.kind == "feature"] == ["1"]


def test_outlying_rows_are_rare_on_either_side_or_in_their_list() -> None:
    X = np.column_stack([np.arange(10.0), [0.0] * 9 + [1.0]])
    far = outlyingness(X, np.array([False, True]))
    assert far[0] == pytest.approx(-np.log(0.2) - np.log(0.9))
    assert far[9] == pytest.approx(-np.log(0.2) - np.log(0.1))
    assert far[4] == pytest.approx(-np.log(0.9))  # half of the rows are as far out: no more than all
    assert np.isfinite(outlyingness(np.array([[np.nan], [1.0], [2.0]]), np.array([False]))).all()


def test_the_worst_part_has_an_interval_for_all_that_were_looked_at() -> None:
    asked = public(np.random.default_rng(0), 100, 120)
    weak = np.where(asked.members.rows.y == 1, 1.5, 0.0)
    rng = np.random.default_rng(1)
    attack = Scores("loss", "by_query", rng.normal(weak), rng.normal(size=120))
    parts = parts_of(asked, ())
    found = list(in_parts([attack, scores(3, m=100, n=120, name="entropy")], parts))
    top = max(found, key=lambda one: one.auc)
    assert (top.words, top.attack) == ("class 1", "loss")
    part = next(one for one in parts if one.value == "1")
    sure = 1 - 0.05 / (2 * len(parts))
    expected = auc(attack.members[part.members], attack.others[part.others], sure)
    assert (top.auc, top.low, top.high) == (expected.value, expected.low, expected.high)
    assert pd.DataFrame([one.to_dict() for one in found])["members"].max() <= 100
