"""The label term, the design and the envelope on their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import rel_entr

from retrodict.budget.design import Design
from retrodict.budget.envelope import excess_loss
from retrodict.budget.label import label_term
from retrodict.budget.sources import grid_steps, on_grid
from retrodict.schema import Feature, Schema
from tests.budget import known


@pytest.mark.parametrize("q", [(0.5, 0.5), (0.52, 0.48), (0.7, 0.3)])
def test_label_intervals_hold_the_truth(q: tuple[float, float]) -> None:
    # 400 intervals of at least 95%: fewer than 364 inside have probability below 1e-3
    p, shares = np.array([0.5, 0.5]), np.array(q)
    truth = float(rel_entr(p, shares).sum())
    rng = np.random.default_rng(0)
    found = [label_term(rng.multinomial(500, p), shares[None], ("a", "b"))[0] for _ in range(400)]
    assert sum(one.low <= truth <= one.high for one in found) >= 364
    assert all(one.low <= one.value <= one.high for one in found)


def test_a_label_the_model_never_gives_is_infinite() -> None:
    found, _ = label_term(np.array([5, 5]), np.array([[1.0, 0.0]]), ("a", "b"))
    assert found.value == np.inf
    assert "class b" in str(found.reason)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.booleans())
def test_designs_are_finite_and_as_wide_for_other_rows(seed: int, width: int, gaps: bool) -> None:
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(size=(40, width)), rng.integers(0, 3, 40)])
    if gaps:
        X[rng.random(X.shape) < 0.2] = np.nan
    design = Design.of(X, np.array([0] * width + [3]))
    others = np.column_stack([rng.normal(size=(7, width)), rng.integers(0, 3, 7)])
    for make in (design.curves, design.pairs):
        assert np.isfinite(make(X)).all()
        assert make(X).shape[1] == make(others).shape[1]


def test_draws_take_the_grid_of_the_rows() -> None:
    schema = Schema((Feature("coarse"), Feature("fine")))
    rng = np.random.default_rng(0)
    X = np.column_stack([np.round(rng.normal(size=500), 1), rng.normal(size=500)])
    steps = grid_steps(schema, X)
    assert steps == {0: 1}
    draws = rng.normal(size=(50, 2))
    rounded = on_grid(draws, steps)
    assert (rounded[:, 0] == np.round(draws[:, 0], 1)).all()
    assert (rounded[:, 1] == draws[:, 1]).all()


def test_the_true_model_has_no_excess_and_a_wrong_one_has() -> None:
    frame = known.rows(2_000, 5)
    X = known.SCHEMA.encode(frame)
    y = (frame["y"] == "yes").to_numpy().astype(int)
    none = (np.empty((0, 2)), np.empty(0, dtype=int))
    sizes = np.array([3, 2])
    found = {}
    for name, table in (("true", known.LOG_P_Y), ("wrong", known.LOG_Q_Y)):
        log_q = table[known.place(X)]
        found[name] = excess_loss(X, y, log_q, *none, sizes, ("curves", "boosting"), np.random.default_rng(0))
    se = found["wrong"].rows.std() / np.sqrt(len(y))
    assert abs(found["true"].value) < 3.5 * found["true"].rows.std() / np.sqrt(len(y)) + 0.005
    assert abs(found["wrong"].value - known.truth()["model"]) < 3.5 * se
    assert sum(found["wrong"].weights.values()) == pytest.approx(1.0)
    assert found["wrong"].weights["the model"] < 0.2
