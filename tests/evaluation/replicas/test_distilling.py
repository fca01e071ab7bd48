"""Distilled replicas: asked of the right rows, within their calls, nearer to the base model than draws make them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.evaluation.replicas.distilling.between import between_classes
from retrodict.evaluation.replicas.distilling.pool import learned_from, pool_of
from retrodict.evaluation.replicas.distilling.sure import sure_rows
from retrodict.evaluation.replicas.distilling.teacher import Teacher, agreement, said
from retrodict.evaluation.replicas.result import DISTILLED, ON_HOLDOUT, REPLICA

from .conftest import FAST, World

D = 30


def _far_from_draws(X: np.ndarray) -> np.ndarray:
    """A class whose chance is high only where most entries are large, which hardly any uniform draw is."""
    p = 1.0 / (1.0 + np.exp(-2.0 * (X.sum(axis=1) - 0.75 * D)))
    return np.column_stack([1 - p, p])


def _teacher() -> Teacher:
    return Teacher(_far_from_draws, np.zeros(D, dtype=bool))


def test_sure_rows_climb_to_a_class_that_draws_do_not_reach() -> None:
    rng = np.random.default_rng(0)
    X = rng.random((300, D))
    teacher = _teacher()
    p = teacher.ask(X)
    assert p[:, 1].max() < 0.5  # else the test shows nothing
    rows, found = sure_rows(teacher, X, p, 50, 20, rng)
    assert rows.shape == (100, D)
    np.testing.assert_allclose(found, _far_from_draws(rows))
    assert found[50:, 1].min() > 0.9
    assert found[:50, 0].min() > 0.9
    assert teacher.queries == 300 + 20 * 100
    for j in range(D):  # nothing outside what the prior drew
        assert np.isin(rows[:, j], X[:, j]).all()
    none, unclimbed = sure_rows(teacher, X, p, 50, 0, rng)  # a twin that makes no children stays where draws are
    assert len(none) == 100
    assert unclimbed[:, 1].max() < 0.5


def test_rows_between_classes_close_in_on_the_boundary() -> None:
    rng = np.random.default_rng(1)
    X = rng.random((200, 2))
    teacher = Teacher(lambda X: np.column_stack([X[:, 0] <= 0.3, X[:, 0] > 0.3]).astype(float), np.zeros(2, dtype=bool))
    rows, out = between_classes(teacher, X, said(teacher.ask(X)), 600, rng)
    assert len(rows) == len(out) == 600
    assert teacher.queries == 800
    last = rows[-200:, 0]  # halved three times: within an eighth of the pair's distance
    assert np.abs(last - 0.3).max() < 1 / 4
    assert np.abs(last - 0.3).mean() < 0.5 * np.abs(X[:, 0] - 0.3).mean()
    whole, _ = between_classes(Teacher(teacher.output, np.array([False, True])), X, said(teacher.ask(X)), 60, rng)
    assert np.isin(whole[:, 1], X[:, 1]).all()
    assert len(between_classes(teacher, X, np.zeros(200), 60, rng)[0]) == 0


def test_a_pool_keeps_to_its_calls_and_judges_by_other_rows() -> None:
    teacher = _teacher()
    pool = pool_of(teacher, "prior", lambda n, rng: rng.random((n, D)), 1_500, np.random.default_rng(2))
    assert 1_400 < teacher.queries <= 1_500
    draws, sure = pool.parts
    assert len(draws.held) == 100
    assert not {row.tobytes() for row in draws.X} & {row.tobytes() for row in draws.held}
    X, output = learned_from([pool], 100, np.random.default_rng(3))
    assert len(X) == 100
    np.testing.assert_allclose(output, _far_from_draws(X))
    assert len(sure.X) == 160


def test_agreement_of_values_is_the_r2_and_bounded_below() -> None:
    y = np.array([0.0, 1.0, 2.0, 3.0])
    assert agreement(y + 0.5, y, classes=False) == pytest.approx(1 - 0.25 / y.var())
    assert agreement(y + 100, y, classes=False) == -1
    assert agreement(np.ones(3), np.ones(3), classes=False) == 1
    assert agreement(np.array([0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0]), classes=True) == pytest.approx(2 / 3)


def test_distilled_replicas_stand_beside_plain_ones(world: World) -> None:
    asked = {
        "holdout": world.test,
        "model": world.base,
        "prior": world.prior,
        "method": "distil",
        "rounds": 2,
        "rows": 200,
    }
    found = rd.replicate(world.rec, FAST, controls=False, **asked)  # type: ignore[arg-type]
    assert found.rounds is not None
    assert list(found.rounds.estimator.unique()) == FAST
    assert list(found.rounds["round"]) == [1, 2, 1, 2]
    assert found.rounds.queries.max() <= 4 * 200
    assert found.trained_on == DISTILLED
    plain = found.score("logistic_regression", "agreement", REPLICA, ON_HOLDOUT).value
    distilled = found.score("logistic_regression", "agreement", DISTILLED, ON_HOLDOUT).value
    assert distilled >= plain  # labels of the plain one are drawn
    assert distilled > 0.95
    assert "distilled with" in repr(found)
    assert {note.code for note in found.notes} >= {"file_asked"}
    alike = rd.replicate(world.rec, FAST[:1], controls=False, **asked)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found.rounds[:2], alike.rounds)


def test_numbers_of_a_file_become_categories_where_a_column_lists_them() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=300), "b": rng.integers(0, 2, 300)})
    line = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, np.where(X.a + X.b > 0.5, "yes", "no"))
    prior = rd.fit_prior(X, kind="uniform")  # lists zero and one; the file states their mean and variance alone
    rec = rd.reconstruct(line, prior, 100, progress=False)
    found = rd.replicate(rec, "logistic_regression", model=line, prior=prior, method="distil", controls=False)
    assert found.rounds is not None
    assert not {note.code for note in found.notes} & {"source_left_out", "not_trained"}
    assert found.rounds.queries.max() > 350  # half of 400 calls, had the file's rows been refused


def test_migration_saves_the_distilled_model() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd"))
    forest = RandomForestClassifier(20, random_state=0).fit(X, np.where(X.a + X.b > 0, "yes", "no"))
    found = rd.migrate(forest, "decision_tree", rows=300, method="distil", progress=False)
    assert found.replicas.rounds is not None
    assert (found.lines().table == DISTILLED).all()
    held = pd.DataFrame(rng.normal(size=(500, 4)), columns=list("abcd"))
    assert (found.estimator.predict(held) == forest.predict(held)).mean() > 0.85


def test_values_are_distilled_too() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 3)), columns=list("abc"))
    line = LinearRegression().fit(X, X.a - 2 * X.b + 0.1 * rng.normal(size=200))
    prior = rd.fit_prior(X, kind="independent")
    rec = rd.reconstruct(line, prior, 200, progress=False)
    found = rd.replicate(rec, "linear_regression", model=line, prior=prior, method="distil", rounds=2, controls=False)
    assert found.rounds is not None
    assert found.rounds.agreement.min() > 0.999


def test_a_source_of_one_class_gives_way_to_the_file() -> None:
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 2)), columns=list("ab"))
    forest = RandomForestClassifier(5, random_state=0).fit(X, np.where(X.a > 0, "yes", "no"))
    prior = rd.fit_prior(X[X.a > 0.5], kind="uniform")  # where it says yes of every row
    rec = X.assign(target=np.where(X.a > 0, "yes", "no"))
    asked = {"model": forest, "prior": prior, "target": "target", "method": "distil", "controls": False}
    found = rd.replicate(rec, "decision_tree", **asked)  # type: ignore[arg-type]
    assert found.rounds is not None
    assert found.rounds.learned_from.iloc[0] in ("file", "all")
    assert (found.models["decision_tree"].predict(X) == rec.target).mean() > 0.9


@pytest.mark.parametrize(
    ("wrong", "said_of"),
    [
        ({"method": "soft"}, "unknown method 'soft'; use one of plain, distil"),
        ({"queries": 5_000}, "queries= is for distilling; add method='distil', or leave it out"),
        ({"rounds": 3}, "rounds= is for distilling; add method='distil', or leave it out"),
        (
            {"method": "distil", "queries": 50},
            "distilling takes at least 300 queries a round, 300 in all, got 50; raise queries= (--queries)",
        ),
        ({"method": "distil", "model": None}, "distilling asks the base model; give it (model=)"),
    ],
)
def test_wrong_requests(world: World, wrong: dict[str, object], said_of: str) -> None:
    given: dict[str, object] = {"holdout": world.test, "model": world.base, "prior": world.prior, **wrong}
    with pytest.raises(RequestError) as caught:
        rd.replicate(world.rec, FAST, **given)  # type: ignore[arg-type]
    assert str(caught.value) == said_of


def test_a_migration_of_no_number_of_rows_is_refused_whatever_the_method(world: World) -> None:
    for method in ("plain", "distil"):
        with pytest.raises(RequestError, match="the number of rows must be a whole number of at least 1, got 'many'"):
            rd.migrate(world.base, "decision_tree", world.prior, rows="many", method=method)  # type: ignore[arg-type]


def test_a_migration_that_learned_from_rows_of_the_file_says_so() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(80, 2)), columns=list("ab"))
    near = KNeighborsClassifier().fit(X, np.where(X.a > 0, "yes", "no"))
    asked = {"rows": 400, "progress": False}

    def warned(model: object, **more: object) -> bool:
        found = rd.migrate(model, "k_neighbours", **asked, **more)  # type: ignore[arg-type]
        codes = {note.code for note in found.replicas.warnings}
        held = {tuple(row) for row in np.round(found.estimator[-1]._fit_X, 6)}
        rows = np.round(np.asarray(found.estimator[:-1].transform(X)), 6)
        kept = any(tuple(row) in held for row in rows)  # training rows that stand in the new model, digit by digit
        assert kept == ("learned_from_stored_rows" in codes)
        return kept

    other = rd.fit_prior(X, kind="uniform")
    assert warned(near)
    assert not warned(near, prior=other)
    assert not warned(near, prior=other, method="distil")  # it learned from the prior alone
    assert warned(near, prior=other, method="distil", rounds=2)  # the second draws from the file as well
    assert not warned(LogisticRegression().fit(X, np.where(X.a > 0, "yes", "no")), prior=other, method="distil")
