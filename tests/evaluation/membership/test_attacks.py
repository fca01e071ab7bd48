"""Membership by a model's own outputs: exact where it can be worked out, chance where nothing was seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mean_poisson_deviance
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.evaluation.membership.signals import of_labels, of_values
from retrodict.models.noise import Gamma, Gaussian, Poisson
from retrodict.schema import Feature, Schema, Target
from retrodict.time_limit import within


def noise(n: int, seed: int) -> pd.DataFrame:
    """Return rows whose labels know nothing of their features."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n), "y": rng.integers(0, 2, n)})


def test_signals_by_hand() -> None:
    p = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0]])
    with np.errstate(divide="ignore"):
        found = of_labels(np.log(p), np.array([1, 1]))
    assert found["probability"] == pytest.approx([0.2, 1.0])
    assert found["loss"] == pytest.approx([np.log(0.2), 0.0])
    assert found["entropy"] == pytest.approx([(p[0] * np.log(p[0])).sum(), 0.0])
    assert found["margin"] == pytest.approx([-0.5, 1.0])
    wrong = 0.7 * np.log(0.3) + 0.1 * np.log(0.9)
    assert found["modified entropy"] == pytest.approx([0.8 * np.log(0.2) + wrong, 0.0])


def test_being_sure_of_a_wrong_label_is_the_least_of_signals() -> None:
    with np.errstate(divide="ignore"):
        found = of_labels(np.log([[1.0, 0.0]]), np.array([1]))
    assert found["modified entropy"][0] == found["loss"][0] == -np.inf
    assert found["margin"][0] == -1.0


def test_one_neighbour_gives_members_away_as_often_as_it_errs_on_others() -> None:
    """It is sure of all; of members rightly: each error on others is an ordered pair, each hit a tie."""
    train, other = noise(150, 0), noise(200, 1)
    model = KNeighborsClassifier(1).fit(train[["a", "b"]], train["y"])
    wrong = (model.predict(other[["a", "b"]]) != other["y"]).mean()
    found = rd.membership_attacks(model, train, other, target="y")
    assert wrong > 0.4
    by_name = {one.attack: one for one in found.attacks}
    sure = by_name["probability"]
    assert sure.auc == pytest.approx(0.5 + wrong / 2)
    assert sure.low < sure.auc < sure.high
    assert by_name["stored rows"].auc == 1.0  # the file holds every training row
    assert found.worst.attack == "stored rows"
    assert found.low < found.worst.low  # corrected for several
    assert by_name["entropy"].auc == 0.5  # it is as sure of others
    assert (found.worst.members, found.worst.others, found.queries) == (150, 200, 350)


def test_rows_that_a_model_never_saw_are_all_others() -> None:
    seen, one, other = noise(200, 0), noise(150, 1), noise(150, 2)
    model = RandomForestClassifier(20, random_state=0).fit(seen[["a", "b"]], seen["y"])
    found = rd.membership_attacks(model, one, other, target="y")
    assert found.low < 0.5 < found.high


def test_half_of_a_real_table() -> None:
    frame = load_breast_cancer(as_frame=True).frame.sample(frac=1, random_state=2)
    train, other = frame[:284], frame[284:]
    model = RandomForestClassifier(random_state=0).fit(train.drop(columns="target"), train["target"])
    found = rd.membership_attacks(model, train, other)
    by_name = {one.attack: one for one in found.attacks}
    assert by_name["loss"].auc == pytest.approx(0.60, abs=0.02)
    assert by_name["quantile regression"].auc == pytest.approx(0.64, abs=0.03)
    assert found.low > 0.55
    assert found.distinct == 5  # of two classes all thresholds but the entropy order rows alike
    assert "largest AUC" in repr(found)
    assert found.to_dict()["attacks"][0]["shadows"] == 0


def test_values_are_told_by_their_error() -> None:
    train, other = noise(60, 0), noise(60, 1)
    model = KNeighborsRegressor(1).fit(train[["a"]], train["b"])
    found = rd.membership_attacks(model, train[["a", "b"]], other[["a", "b"]], target="b")
    error = found.attacks[0]
    assert error.attack == "absolute error"
    assert error.auc == 1.0  # none of the others is met exactly
    assert error.low < 1.0


def test_labels_as_text_columns_in_another_order_and_values_that_the_model_refuses() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"target": rng.normal(size=80), "place": rng.choice(["x", "y"], 80)})
    frame["ill"] = np.where(frame["target"] + rng.normal(size=80) > 0, "yes, very", "no")
    train, other = frame[:40], frame[40:].reset_index(drop=True)
    shape = make_column_transformer((OneHotEncoder(), ["place"]), remainder="passthrough")
    model = make_pipeline(shape, LogisticRegression()).fit(train[["target", "place"]], train["ill"])
    other.loc[:4, "place"] = "z"
    found = rd.membership_attacks(model, train[["ill", "place", "target"]], other.assign(more=1), target="ill")
    assert found.worst.others == 35
    assert "5 of the held-out rows hold a category that the model refuses" in found.notes[0]
    p = dict(zip(model.classes_, model.predict_proba(train[["target", "place"]]).T, strict=True))
    own = np.where(train["ill"] == "no", p["no"], p["yes, very"])
    clean = other[5:]
    q = model.predict_proba(clean[["target", "place"]])[np.arange(35), (clean["ill"] == "yes, very").astype(int)]
    expected = np.mean((own[:, None] > q).astype(float) + 0.5 * (own[:, None] == q))
    assert next(one for one in found.attacks if one.attack == "probability").auc == pytest.approx(expected)


SCHEMA = Schema((Feature("a", "continuous"), Feature("b", "continuous")), Target("y", (0, 1)))


@dataclass(frozen=True)
class Memory:
    """A hand-made model that is sure of the rows it holds, and of nothing else."""

    rows: Any
    schema: Schema = SCHEMA
    family: str = "memory"
    likelihood: str = "memory"
    fingerprint: str = "none"

    def bind(self, schema: Schema) -> Self:
        return replace(self, schema=schema)

    def log_proba(self, X: Any) -> Any:
        held = dict(zip(map(tuple, self.rows[["a", "b"]].to_numpy()), self.rows["y"], strict=True))
        p = [[0.5, 0.5] if (y := held.get(tuple(row))) is None else [1.0 - y, float(y)] for row in X]
        with np.errstate(divide="ignore"):
            return np.log(p)


def test_any_model_can_be_asked() -> None:
    train, other = noise(30, 0), noise(30, 1)
    found = rd.membership_attacks(Memory(train), train, other)
    assert all(one.auc == 1.0 for one in found.attacks)
    assert all(one.tpr_at_fpr_01 == 1.0 for one in found.attacks)
    reasons = {name: why.code for name, why in found.left_out}
    assert reasons["stored rows"] == "nothing_in_what_was_read"  # a class that no reader knows
    assert reasons["worst case"] == "refused"  # too few rows
    assert reasons["shadow models"] == "no_shadows_asked"


def test_too_few_rows_and_no_target_are_one_line() -> None:
    train = noise(30, 0)
    model = Memory(train)
    with pytest.raises(RequestError, match="the held-out rows: 5 rows say nothing"):
        rd.membership_attacks(model, train, train[:5])
    with pytest.raises(rd.errors.SchemaError, match="target"):
        rd.membership_attacks(model, train.drop(columns="y"), train)


def test_more_rows_than_the_limit_are_sampled_and_said() -> None:
    train, other = noise(60, 0), noise(60, 1)
    found = rd.membership_attacks(Memory(train), train, other, limit=40, seed=3)
    assert (found.worst.members, found.worst.others) == (40, 40)
    assert "40 of 60 of the training rows are asked for, taken at random" in found.notes
    assert found == rd.membership_attacks(Memory(train), train, other, limit=40, seed=3)


def test_counts_are_told_by_their_loss_too() -> None:
    rng = np.random.default_rng(0)
    predicted, values = rng.uniform(0.5, 9, 50), rng.poisson(4, 50).astype(float)
    found = of_values(predicted, values, Poisson())
    deviance = [mean_poisson_deviance([y], [m]) for y, m in zip(values, predicted, strict=True)]
    np.testing.assert_allclose(found["loss"], -0.5 * np.array(deviance), atol=1e-9)
    known, unknown = (of_values(predicted + 0.1, values + 1, noise)["loss"] for noise in (Gamma(0.3), Gamma()))
    assert np.array_equal(np.argsort(known), np.argsort(unknown))
    assert list(of_values(predicted, values, Gaussian(1.0))) == ["absolute error"]
    assert of_values(np.ones(2), np.array([0.5, 1.0]), Poisson())["loss"].tolist() == [-np.inf, 0.0]


def test_each_row_has_a_line_that_is_kept_out_of_what_is_saved(tmp_path: Path) -> None:
    train, other = noise(60, 0), noise(70, 1)
    train = train.astype({"y": float})
    train.loc[5, "y"] = np.nan  # a row without a target is left out, and the others keep their places
    train.index = pd.Index(range(100, 160))
    model = KNeighborsClassifier(1).fit(noise(60, 0)[["a", "b"]], noise(60, 0)["y"])
    found = rd.membership_attacks(model, train, other, target="y")
    assert found.records is not None
    assert found.records["table"].value_counts().to_dict() == {"holdout": 70, "train": 59}
    places = found.records.loc[found.records["table"] == "train", "row"]
    assert places.tolist() == [i for i in range(60) if i != 5]
    assert found.records.loc[:58, "stored rows"].tolist() == [1.0] * 59
    assert "records" not in found.to_dict()
    read = rd.MembershipAttacks.load(found.save(tmp_path / "kept.json"))
    assert read == found
    assert read.records is None


def test_one_attack_that_is_out_of_time_leaves_the_others() -> None:
    train, other = noise(60, 0), noise(70, 1)
    model = RandomForestClassifier(5, random_state=0).fit(train[["a", "b"]], train["y"])
    with within(0.0):
        found = rd.membership_attacks(model, train, other, target="y", shadows=4)
    assert {one.attack for one in found.attacks} >= {"loss", "margin"}
    late = {name for name, why in found.left_out if why.code == "no_time"}
    assert late == {"quantile regression", "worst case", "single-row leaves", "shadow models"}
    assert found.subgroups == ()
    assert any(note.code == "no_time" for note in found.notes)


def test_rows_that_are_given_are_judged_by_nearness() -> None:
    pytest.importorskip("numba")
    train, other = noise(60, 0), noise(70, 1)
    model = KNeighborsClassifier(5).fit(train[["a", "b"]], train["y"])
    found = rd.membership_attacks(model, train, other, target="y", reconstruction=train[:30], drawn=noise(50, 9))
    areas = {one.attack: (one.way, one.auc) for one in found.attacks}
    assert areas["rebuilt rows"][0] == "from_file"
    assert areas["rebuilt rows"][1] > 0.6
    assert areas["drawn rows"][0] == "by_query"
    assert {(one.way, one.measure) for one in found.largest} == {
        (way, measure)
        for way in ("by_query", "from_file")
        for measure in ("auc", "tpr_at_fpr_01", "tpr_at_fpr_001", "subgroup_auc")
    }
    by_file = next(one for one in found.largest if (one.way, one.measure) == ("from_file", "auc"))
    assert (by_file.attack, by_file.value) == ("stored rows", 1.0)


@pytest.mark.parametrize(
    ("asked", "line"),
    [({"subgroups": ["z"]}, "no feature is called z"), ({"shadows": -1}, "shadow models"), ({"limit": 0}, "limit")],
)
def test_bad_requests_are_one_line(asked: dict[str, Any], line: str) -> None:
    train = noise(30, 0)
    with pytest.raises(RequestError, match=line) as caught:
        rd.membership_attacks(Memory(train), train, noise(30, 1), **asked)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_the_worst_of_all_attacks_on_a_public_model_is_chance() -> None:
    """The interval of the largest AUC, and that of the worst group of rows, hold 0.5 as often as they say."""
    seen = noise(150, 0)
    model = RandomForestClassifier(20, random_state=0).fit(seen[["a", "b"]], seen["y"])
    tries, held = 40, []
    for i in range(tries):
        found = rd.membership_attacks(model, noise(90, 100 + i), noise(110, 500 + i), target="y", seed=i)
        tops = [one for one in found.largest if one.way == "by_query" and one.measure.endswith("auc")]
        held.append([found.low <= 0.5 <= found.high, *(one.low <= 0.5 and one.value <= one.harmless for one in tops)])
    least = 0.95 - 3 * np.sqrt(0.95 * 0.05 / tries)
    assert (np.mean(held, axis=0) >= least).all()
