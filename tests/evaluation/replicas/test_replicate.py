"""Replicas against what is known: copies of the training rows, labels at random, the base model's own labels."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

import retrodict as rd
from retrodict.evaluation.replicas.questions import Question
from retrodict.evaluation.replicas.result import COLUMNS
from tests.evaluation.replicas.conftest import FAST, World, base_of, people

TARGET = {"target": "ill"}


def judged(world: World, **settings: object) -> rd.Replicas:
    given = {"holdout": world.test, "model": world.base, "prior": world.prior, "target": "ill"} | settings
    return rd.replicate(world.rec, given.pop("estimators", FAST), **given)  # type: ignore[arg-type]


def test_replicas_stand_beside_their_controls(world: World) -> None:
    found = judged(world, train=world.train)
    lr = "logistic_regression"
    base = found.score("base model", "accuracy", "base model")
    replica = found.score(lr, "accuracy")
    assert base.value == pytest.approx((_said(world) == world.test.ill).mean())
    assert replica.gap == pytest.approx(base.value - replica.value)
    assert replica.gap_low < 0.02
    assert found.score(lr, "agreement").value > 0.9
    assert found.score(lr, "agreement", rows="prior draws").value > 0.9
    assert found.score(lr, "accuracy", "real rows").gap == pytest.approx(0.0, abs=0.02)  # the same kind of model
    assert found.score(lr, "accuracy", "prior, labelled by the model").gap_low < 0.02
    # labels that know nothing of the features are right as often as the two classes' shares say: about a half
    assert found.score(lr, "AUC", "prior, labels at random").value < 0.75
    assert found.score(lr, "accuracy", "prior, labels at random").high < replica.low
    assert found.rows["held-out rows"] == 500
    assert found.rows["prior draws"] == 5_000
    assert found.queries == 500 + 5_000 + 600


def _said(world: World) -> np.ndarray:
    estimator = world.base.estimator  # type: ignore[attr-defined]
    return np.asarray(estimator.predict(world.test.drop(columns="ill")))


def test_a_planted_copy_of_the_training_rows_does_as_they_do(world: World) -> None:
    copy = world.train.sample(frac=1, random_state=0, ignore_index=True)
    found = rd.replicate(
        copy, FAST, holdout=world.test, model=world.base, train=world.train, prior=world.prior, **TARGET
    )
    for name in FAST:
        for measure in ("accuracy", "AUC", "log-loss", "Brier score"):
            real = found.score(name, measure, "real rows").value
            assert found.score(name, measure).value == pytest.approx(real, abs=1e-3)


@pytest.mark.slow
def test_the_base_model_of_shuffled_labels_hands_on_nothing(world: World) -> None:
    """Replicas' AUC is then that of chance on average over ten shuffles, while they still agree with their base.

    With labels that are not shuffled, the very same test fails.
    """

    def chance(shuffled: bool) -> bool:
        rng, aucs = np.random.default_rng(0), []
        for seed in range(10):
            train = people(300, seed + 10)
            base = base_of(train.assign(ill=rng.permutation(train.ill)) if shuffled else train)
            rec = rd.reconstruct(base, world.prior, 500, seed=seed, class_shares="equal", progress=False)
            found = rd.replicate(
                rec, FAST[0], holdout=world.test, model=base, prior=world.prior, soft_labels=True, **TARGET
            )
            aucs.append(found.score(FAST[0], "AUC").value)
            assert found.score(FAST[0], "agreement", rows="prior draws").value > 0.85
        return bool(abs(np.mean(aucs) - 0.5) < t.ppf(0.995, 9) * np.std(aucs, ddof=1) / np.sqrt(10))

    assert chance(shuffled=True)
    assert not chance(shuffled=False)


def test_soft_labels_agree_more_and_cold_labels_are_the_base_models_own(world: World) -> None:
    hard, soft = (judged(world, soft_labels=soft).score(FAST[0], "agreement") for soft in (False, True))
    assert soft.low > hard.high
    cold = judged(world, temperature=1e-6, estimators=_Keeping())
    kept = cold.models["_Keeping"][-1]
    said = world.base.estimator.predict(world.rec.frame.drop(columns=world.rec.schema.target.name))  # type: ignore
    assert (kept.y == said).all()


class _Keeping(LogisticRegression):
    """A classifier that keeps the labels it was given."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> _Keeping:
        self.y = y
        return super().fit(X, y)


def test_an_estimator_without_weights_is_said(world: World) -> None:
    notes = judged(world, soft_labels=True, estimators=["k_neighbours"], controls=False).notes
    assert "'k_neighbours' takes no weights: instead of soft labels it got labels drawn from them" in notes


def test_more_and_fewer_rows(world: World) -> None:
    more = judged(world, rows=2_000, estimators=FAST[0])
    assert more.rows["reconstruction"] == 2_000
    assert any(line.startswith("1,400 rows more are drawn") for line in more.notes)
    assert more.queries > 1_400
    assert judged(world, rows=100, estimators=FAST[0], controls=False).rows["reconstruction"] == 100
    with pytest.raises(rd.errors.RequestError, match="more need the base model and a prior"):
        rd.replicate(world.rec, FAST, holdout=world.test, rows=2_000, **TARGET)


def test_a_regressor_is_judged_by_values(world: World) -> None:
    rng = np.random.default_rng(0)
    frames = [pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300)}) for _ in range(2)]
    train, test = (one.assign(y=2 * one.a - one.b + 0.5 * rng.normal(size=300)) for one in frames)
    base = rd.load_model(LinearRegression().fit(train[["a", "b"]], train.y), noise_scale=0.5)
    prior = rd.fit_prior(train[["a", "b"]], kind="independent")
    rec = rd.reconstruct(base, prior, 500, progress=False)
    noisy, clean = (
        rd.replicate(rec, "linear_regression", holdout=test, model=base, prior=prior, target="y", soft_labels=soft)
        for soft in (False, True)
    )
    assert noisy.measures == ("R2", "MAE", "RMSE", "agreement")
    assert noisy.score("linear_regression", "R2").value > 0.9
    assert clean.score("linear_regression", "agreement").value == pytest.approx(1.0)
    assert clean.score("linear_regression", "RMSE").gap == pytest.approx(0.0, abs=1e-9)
    assert noisy.score("linear_regression", "agreement", "prior, labels at random").value < 0.2
    with pytest.raises(rd.errors.RequestError, match="a temperature is for labels"):
        rd.replicate(rec, holdout=test, model=base, target="y", temperature=2)


def test_no_row_is_asked_of_that_a_replica_was_trained_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[np.ndarray] = []
    true = Question.of

    def spy(title: str, X: np.ndarray, *rest: object) -> Question:
        asked.append(X[:, 0])
        return true(title, X, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Question, "of", spy)
    judged(world, estimators=FAST[0])
    trained = set(world.rec.frame.age)
    assert len(asked) == 2
    assert not any(trained & set(ages) for ages in asked)


def test_one_seed_gives_one_result_and_it_is_strict_json(world: World) -> None:
    one, other = judged(world), judged(world)
    pd.testing.assert_frame_equal(one.frame, other.frame)
    data = json.loads(json.dumps(one.to_dict(), allow_nan=False))
    assert set(data["measures"][0]) == set(COLUMNS)
    assert data["classes"] == ["no", "yes"]
    assert "logistic_regression" in repr(one)
    assert "accuracy" in repr(one)
    assert "<table" in one._repr_html_()
    with pytest.raises(KeyError, match="no zork of 'mlp'"):
        one.score("mlp", "zork")


def test_without_probabilities_labels_alone_are_judged(world: World) -> None:
    found = judged(world, estimators=LinearSVC(), controls=False)
    own = found.frame[found.frame.estimator == "LinearSVC"]
    assert set(own.measure) == {"accuracy", "balanced accuracy", "agreement"}


def test_an_estimator_that_fails_is_noted_and_the_others_go_on(world: World) -> None:
    broken = LogisticRegression(C=-1)
    found = judged(world, estimators={"broken": broken, "fine": LogisticRegression()}, controls=False)
    assert found.estimators == ("fine",)
    assert "'broken' could not be trained on reconstruction" in found.notes[0]
    with pytest.raises(rd.errors.RunError, match="no estimator could be trained"):
        judged(world, estimators=broken, controls=False)


def test_what_is_doubtful_is_said(world: World) -> None:
    odd = world.test.assign(site=np.where(np.arange(500) < 7, "elsewhere", world.test.site))
    tolerant = judged(world, holdout=odd, train=world.train, estimators=FAST[0], controls=False)
    assert any("'site' of the held-out rows holds 'elsewhere'" in line for line in tolerant.warnings)
    assert tolerant.rows["held-out rows"] == 500
    strict = judged(world, holdout=odd, model=base_of(world.train, strict=True), estimators=FAST[0], controls=False)
    assert any("7 of the held-out rows hold a category that the base model refuses" in line for line in strict.warnings)
    assert strict.rows["held-out rows"] == 493
    both = pd.concat([world.test, world.train[:100]])
    lapped = judged(world, holdout=both, train=world.train, estimators=FAST[0], controls=False)
    assert any("100 of 600 held-out rows" in line and "the parts overlap" in line for line in lapped.warnings)
    copied = rd.replicate(world.train, FAST[0], holdout=both, **TARGET)
    assert any("100 of 600 held-out rows (16.7%) equal a row of the reconstruction" in line for line in copied.warnings)
    single = judged(world, holdout=world.test[world.test.ill == "yes"], estimators=FAST[0], controls=False)
    assert any("one class only" in line for line in single.warnings)
    assert "AUC" not in single.measures
    constant = rd.replicate(world.train.assign(site="a"), FAST[0], holdout=world.test, **TARGET)
    assert any("column 'site' of the reconstruction is constant" in line for line in constant.warnings)


def test_labels_may_be_written_otherwise(world: World) -> None:
    train = world.train.assign(ill=(world.train.ill == "yes").astype(int))
    text = world.test.assign(ill=np.where(world.test.ill == "yes", "1", "0"))
    numbers = world.test.assign(ill=(world.test.ill == "yes").astype(int))
    one, other = (rd.replicate(train, FAST[0], holdout=test, **TARGET) for test in (text, numbers))
    pd.testing.assert_frame_equal(one.frame, other.frame)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"holdout": people(50, 5).drop(columns="ill")}, "the held-out rows: there is no target column 'ill'"),
        ({"holdout": people(50, 5).drop(columns="site")}, "the held-out rows: features are absent: site"),
        ({"holdout": people(50, 5).assign(ill="maybe")}, "holds 'maybe', none of the classes 'no', 'yes'"),
        ({"holdout": people(50, 5).assign(ill=None)}, "the held-out rows: no row has a target"),
        ({"holdout": people(50, 5)[:0]}, "the held-out rows: there are no rows"),
        ({"holdout": [1, 2]}, "the held-out rows must be a pandas DataFrame, got list"),
        ({"holdout": people(50, 5).assign(age="old")}, "the held-out rows: column 'age' should hold numbers"),
        ({"train": people(50, 5).assign(ill="no")}, "the training rows: there is one class only"),
        ({"holdout": None, "model": None}, "there is nothing to compare replicas with"),
        ({"model": None, "soft_labels": True}, "soft labels and a temperature need the base model"),
        ({"temperature": 0}, "the temperature must be a positive number, got 0"),
        ({"rows": 0}, "the number of rows must be a whole number of at least 1"),
        ({"seed": -1}, "the seed must be a whole number of at least 0"),
    ],
)
def test_bad_input_is_one_clear_line(world: World, change: dict[str, object], text: str) -> None:
    with pytest.raises(rd.errors.RetrodictError) as caught:
        judged(world, **change)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bare_table_needs_its_target_and_two_classes(world: World) -> None:
    with pytest.raises(rd.errors.RequestError, match="name its target column"):
        rd.replicate(world.train, holdout=world.test)
    with pytest.raises(rd.errors.SchemaError, match="no target column 'sick'"):
        rd.replicate(world.train, holdout=world.test, target="sick")
    with pytest.raises(rd.errors.RequestError, match="there is one class only"):
        rd.replicate(world.train.assign(ill="no"), holdout=world.test.assign(ill="no"), **TARGET)
    with pytest.raises(rd.errors.RequestError, match="a Reconstruction, a Rebuilt or a DataFrame is needed"):
        rd.replicate("rec", holdout=world.test)  # type: ignore[arg-type]
