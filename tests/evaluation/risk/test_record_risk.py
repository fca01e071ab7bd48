"""Record risk against known truth: identical, independent and planted rows, and what must not pass for them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import RequestError, SchemaError
from retrodict.evaluation.assignment import assign
from retrodict.evaluation.risk.hits import alone, hit_by
from retrodict.evaluation.risk.membership import Advantage, Nearer, by_distance
from retrodict.evaluation.risk.nearest import joined, nearest
from retrodict.evaluation.risk.pairing import paired
from retrodict.tables.cells import row_errors


def table(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ill = rng.random(n) < 0.4
    return pd.DataFrame(
        {
            "age": rng.normal(45 + 8 * ill, 10, n),
            "dose": np.where(rng.random(n) < 0.1, np.nan, rng.gamma(2.0, 3.0, n)),
            "bmi": rng.normal(26, 4, n),
            "site": rng.choice(["a", "b", "c"], n),
            "ill": np.where(ill, "yes", "no"),
        }
    )


def risk(rec: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame | None = None, **settings) -> rd.RecordRisk:
    found = rd.record_risk(rec, train, holdout, target="ill", **settings)
    json.dumps(found.to_dict(), allow_nan=False)
    return found


def planted(train: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    fresh = table(len(train), 1_000 + seed)
    copies = rng.permutation(len(train))[: round(share * len(train))]
    return pd.concat([train.iloc[copies], fresh.iloc[len(copies) :]]).sample(
        frac=1, random_state=seed, ignore_index=True
    )


def covers(found: Advantage | Nearer, value: float) -> bool:
    return found.low <= value <= found.high


def test_identical_tables() -> None:
    train, holdout = table(400, 0), table(400, 1)
    found = risk(train.sample(frac=1, random_state=0), train, holdout)
    assert found.matched.error == 0
    assert found.exact_rows == 1
    assert found.closest.max() == 0
    assert found.nearer.share == 1
    assert found.membership.value == pytest.approx(1.0)
    assert found.hits.members == 1
    assert found.hits.others < 0.02  # numbers seldom agree by chance
    assert len(found.singled_out) == len(train)
    assert found.singled_out.exact.all()
    assert found.singled_out.label.all()
    assert found.singled_out_control == 0
    held = found.attributes.groupby("tolerance")[["train", "holdout"]].mean()
    assert (held.train == 1).all()
    assert (held.holdout < 1).all()


def test_independent_tables_tell_nothing() -> None:
    """Of 20 intervals of 95%, five or more miss 0 (or a half) with probability below 0.003 (binomial)."""
    found = [risk(table(300, 3 * i), table(300, 3 * i + 1), table(300, 3 * i + 2)) for i in range(20)]
    assert sum(not covers(one.membership, 0.0) for one in found) < 5
    assert sum(not covers(one.hits, 0.0) for one in found) < 5
    assert sum(not one.nearer.low <= 0.5 <= one.nearer.high for one in found) < 5
    assert np.mean([one.matched.error - one.control.error for one in found]) == pytest.approx(0.0, abs=0.005)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7])
def test_planted_copies_are_found(share: float) -> None:
    """Of 10 intervals of 95%, four or more miss with probability 0.001."""
    missed = np.zeros(3)
    for i in range(10):
        train, holdout = table(500, 5 * i), table(500, 5 * i + 1)
        found = risk(planted(train, share, i), train, holdout)
        wins = 0.5 + share / 2  # copies always are nearest to their original, other rows half of the time
        known = [(found.hits, share), (found.membership, share), (found.nearer, wins)]
        missed += [not covers(*pair) for pair in known]
        exact = found.singled_out[found.singled_out.exact]
        assert len(exact) == round(share * 500)  # numbers never agree by chance
        assert exact.label.all()
        assert found.exact_rows == pytest.approx(share)
    assert (missed < 4).all()


def test_a_rule_judged_on_the_rows_that_it_was_learned_on_is_caught() -> None:
    """The broken twin: without halves, the best cut of two equal samples always is better than nothing."""

    def greedy(members: np.ndarray, others: np.ndarray) -> Advantage:
        cuts = np.unique(np.concatenate([members, others]))
        gain = [(members <= cut).mean() - (others <= cut).mean() for cut in cuts]
        cut = cuts[int(np.argmax(gain))]
        return Advantage.of(members <= cut, others <= cut)

    rng = np.random.default_rng(0)
    samples = [(rng.random(200), rng.random(200)) for _ in range(200)]
    honest = [by_distance(*pair, rng) for pair in samples]
    assert sum(not covers(one, 0.0) for one in honest) <= 22  # of 200 at 5%: mean 10, sd 3.1
    assert abs(np.mean([one.value for one in honest])) < 4 * 0.05 / np.sqrt(200)
    assert sum(not covers(greedy(*pair), 0.0) for pair in samples) > 22


def test_held_out_rows_that_were_trained_on_are_said() -> None:
    train = table(200, 0)
    found = risk(table(200, 1), train, train[:100])
    assert any("overlap" in line for line in found.warnings)


def test_without_held_out_rows_nothing_is_claimed_of_chance() -> None:
    train = table(150, 0)
    found = risk(planted(train, 0.5, 0), train)
    assert found.membership is None
    assert found.nearer is None
    assert found.singled_out_control is None
    assert len(found.singled_out) >= 75
    assert "holdout" not in found.attributes
    assert any("what chance reaches is not known" in line for line in found.notes)


def test_fewer_held_out_rows_stand_beside_as_many_training_rows() -> None:
    train, holdout = table(300, 0), table(120, 1)
    found = risk(table(300, 2), train, holdout)
    assert len(found.closest_holdout) == 300
    assert found.nearer.rows == 120
    assert found.nearer.low <= 0.5 <= found.nearer.high
    assert found.rows["held-out rows"] == 120


def test_a_row_that_is_not_alone_is_not_singled_out() -> None:
    train, holdout = table(60, 0), table(60, 1)
    train.iloc[1, :4] = train.iloc[0, :4]
    holdout.iloc[0, :4] = train.iloc[2, :4]
    rec = table(60, 2)
    rec.iloc[:4] = train.iloc[[0, 1, 2, 3]].to_numpy()
    found = risk(rec.astype(train.dtypes), train, holdout)
    assert found.singled_out.row.tolist() == [3]
    assert found.hits.members == pytest.approx(4 / 60)
    assert found.hits.others == pytest.approx(1 / 60)


def test_near_rows_are_hits_within_the_tolerance_and_no_further() -> None:
    train, holdout = table(80, 0), table(80, 1)
    step = 0.02 * (train.age.max() - train.age.min())
    rec = train.assign(age=train.age + step)
    assert len(risk(rec, train, holdout).singled_out) == 0
    found = risk(rec, train, holdout, tolerance=0.021).singled_out
    assert len(found) > 60
    assert not found.exact.any()
    assert found.difference.to_numpy() == pytest.approx(0.02)


def test_confidence_is_listed_surest_first() -> None:
    train, holdout = table(50, 0), table(50, 1)
    rec = train.assign(confidence=np.linspace(0, 1, 50))
    found = risk(rec, train, holdout).singled_out
    assert found.confidence.tolist() == sorted(np.linspace(0, 1, 50), reverse=True)
    assert found.row.tolist() == list(range(49, -1, -1))


def test_a_rebuilt_table_gives_its_own_confidence() -> None:
    from sklearn.neighbors import KNeighborsClassifier

    train, holdout = (table(60, seed).drop(columns=["site", "dose"]) for seed in (0, 1))
    model = KNeighborsClassifier(3).fit(train[["age", "bmi"]], train.ill)
    rec = rd.rebuild(model, progress=False)
    found = rd.record_risk(rec, train, holdout, target="ill")
    assert len(found.singled_out) == 60
    assert found.singled_out.exact.all()
    assert found.singled_out.confidence.notna().all()


def test_the_same_seed_gives_the_same_result() -> None:
    tables = [table(90, seed) for seed in range(3)]
    one, other = (json.dumps(risk(*tables, seed=4).to_dict()) for _ in range(2))
    assert one == other


def cells(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.random((n, 4)), rng.integers(0, 3, (n, 2)), rng.choice([0.2, -2.0], n)])


def test_nearest_rows_are_those_of_all_pairs() -> None:
    a, b = cells(700, 0), cells(900, 1)
    cost = row_errors(a, b)
    found = nearest(a, b)
    np.testing.assert_allclose(found.error, cost.min(axis=1), rtol=1e-5)
    np.testing.assert_allclose(found.back, cost.min(axis=0), rtol=1e-5)
    np.testing.assert_allclose(cost[np.arange(700), found.at], found.error, rtol=1e-12)
    parts = np.split(np.random.default_rng(0).permutation(900), [300])
    whole = joined([(part, nearest(a, b[part])) for part in parts])
    np.testing.assert_allclose(whole.error, found.error, rtol=1e-6)
    np.testing.assert_allclose(whole.back, found.back, rtol=1e-6)


def test_rows_that_agree_are_those_of_all_pairs() -> None:
    a, b = cells(300, 0)[:, 4:], cells(300, 1)[:, 4:]
    a, b = np.column_stack([a, np.linspace(0, 1, 300)]), np.column_stack([b, np.linspace(0.004, 1, 300)])
    largest = np.abs(a[:, None] - b[None]).max(axis=2)
    by = hit_by(a, b, 0.05)
    assert ((by >= 0) == (largest <= 0.05).any(axis=1)).all()
    own = np.abs(a[:, None] - a[None]).max(axis=2) + np.eye(300)
    assert (alone(a, 0.01) == ~(own <= 0.01).any(axis=1)).all()


@pytest.mark.parametrize(("n", "m"), [(400, 400), (300, 420), (420, 300)])
def test_many_rows_are_matched_between_two_bounds(n: int, m: int) -> None:
    a, b = cells(n, 0), cells(m, 1)
    a[:50] = b[:50]
    labels = (np.zeros((n, 1)), np.zeros((m, 1)))
    names = [str(j) for j in range(a.shape[1])]
    close = nearest(a, b)
    best, low = paired(a, b, labels, names, 1e-9, close)
    assert best.pairing == "least"
    assert low == best.error
    found, low = paired(a, b, labels, names, 1e-9, close, limit=100)
    assert found.pairing == "near"
    assert low <= best.error <= found.error <= 1.35 * best.error
    assert len(np.unique(found.pairs[:, 0])) == len(np.unique(found.pairs[:, 1])) == found.n == min(n, m)
    assert found.exact_rows == best.exact_rows
    pairs, _ = assign(a, b)
    assert row_errors(a, b)[tuple(pairs.T)].mean() == pytest.approx(best.error)


def test_what_can_not_be_judged_is_one_line() -> None:
    train = table(50, 0)
    with pytest.raises(RequestError, match="tolerance must be a share from 1e-09 to below 1, got 2"):
        risk(train, train, tolerance=2)
    with pytest.raises(SchemaError, match="no target column 'ill'"):
        risk(train, train.drop(columns="ill"))
    with pytest.raises(RequestError, match="name its target"):
        rd.record_risk(train, train)
    with pytest.raises(SchemaError, match="infinite"):
        risk(train, train.assign(age=np.inf))


def test_it_prints_itself() -> None:
    found = risk(table(60, 0), table(60, 1), table(60, 2))
    assert "membership advantage by distance" in repr(found)
    assert "singled out: " in repr(found)
    assert "<p>matched error" in found._repr_html_()


def test_exact_is_equal_and_a_hit_is_near() -> None:
    train, holdout = table(100, 0), table(100, 1)
    rng = np.random.default_rng(0)
    near = train.assign(age=train["age"] + np.ptp(train["age"]) * rng.uniform(0.001, 0.009, len(train)))
    both = risk(pd.concat([train[:20], near[20:]], ignore_index=True), train, holdout)
    assert both.hits.members == 1.0
    assert both.exact_hits.members == 0.2
    assert both.exact_hits.others == 0.0
    assert both.singled_out.exact.sum() == 20
    assert "exact rows among the pairs 20.0%" in repr(both)
    assert "singled out: 100 of 100 training rows, within 0.01 of each range, 20 of them exactly" in repr(both)
    assert both.to_dict()["exact_hits"]["members"] == 0.2


def test_chance_counts_of_fewer_held_out_rows_are_scaled() -> None:
    train, holdout = table(90, 0), table(30, 1)
    found = risk(pd.concat([holdout[:6], table(60, 2)], ignore_index=True), train, holdout)
    assert found.singled_out_control == 6
    assert found.singled_out_chance == 18.0  # three times as many training rows
    assert "(by chance: about 18, from 6 of 30 held-out rows)" in repr(found)
    assert found.to_dict()["singled_out"] | {"control": 6, "chance": 18.0} == found.to_dict()["singled_out"]
    as_many = risk(holdout[:25], train, table(200, 3))  # of more held-out rows as many as training rows are taken
    assert as_many.singled_out_chance == as_many.singled_out_control
    assert risk(holdout[:25], train).singled_out_chance is None
