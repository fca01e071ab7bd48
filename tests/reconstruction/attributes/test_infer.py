"""What is inferred of one column is the posterior, computed by another way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import expit, log_expit
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict import time_limit
from retrodict.errors import RequestError
from retrodict.models import Meter
from retrodict.priors import CopulaPrior, IndependentPrior, law_of
from retrodict.priors.marginals import Normal, integer_range, listed
from retrodict.reconstruction.attributes.posterior import posterior
from retrodict.reconstruction.attributes.seen import TrueLabel
from retrodict.schema import Feature, Schema, Target

RHO = 0.6
NUMBERS = CopulaPrior(
    Schema((Feature("a"), Feature("b"))), (Normal(0, 1), Normal(2, 3)), np.array([[1, RHO], [RHO, 1]])
)
LISTS = IndependentPrior(
    Schema((Feature("site", "categorical", categories=("x", "y", "z"), missing=0.2), Feature("n", "integer", 0, 9))),
    (listed([0.5, 0.3, 0.2]), integer_range(0, 9)),
)


@dataclass(frozen=True)
class ByHand:
    """p(1 | row) = expit(slope . row), a missing value counted as 3."""

    schema: Schema
    slope: tuple[float, float]
    family: str = "by hand"
    likelihood: str = "by hand"
    fingerprint: str = "0"
    asked: list[int] = field(default_factory=list, compare=False)

    def bind(self, schema: Schema) -> Any:
        return replace(self, schema=schema)

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        at = np.nan_to_num(X, nan=3.0) @ np.array(self.slope)
        return np.column_stack([log_expit(-at), log_expit(at)])


def by_hand(prior: Any, slope: tuple[float, float]) -> ByHand:
    return ByHand(prior.schema.with_target(Target("y", (0, 1))), slope)


def test_listed_values_are_weighed_by_prior_and_likelihood() -> None:
    rows = pd.DataFrame({"site": ["x", None], "n": [4, 7], "y": [1, 0]})
    found = rd.infer(by_hand(LISTS, (1.5, -0.5)), rows, "site", LISTS)
    for line, n, y in zip(found.rows, rows.n, rows.y, strict=True):
        shares = np.array([0.5, 0.3, 0.2, 0.25]) * [0.8, 0.8, 0.8, 0.8]  # the last: 0.2 of missing values
        p = expit((1 if y else -1) * (1.5 * np.arange(4) - 0.5 * n))
        exact = shares * p / (shares * p).sum()
        assert line.probability == pytest.approx(exact[:3].max(), abs=1e-12) or line.value is None
        assert line.missing == pytest.approx(exact[3], abs=1e-12)
    assert found.method == "listed"
    assert (found.rows[1].true, found.rows[1].hit) == (None, None)


@pytest.mark.parametrize("y", [0, 1])
def test_integers_are_listed(y: int) -> None:
    rows = pd.DataFrame({"site": ["z"], "n": [9], "y": [y]})
    line = rd.infer(by_hand(LISTS, (0.0, 0.8)), rows, "n", LISTS, tolerance=0.01).rows[0]
    p = expit((1 if y else -1) * 0.8 * np.arange(10))
    upto = np.cumsum(p / p.sum())
    assert (line.low, line.value, line.high) == tuple(np.searchsorted(upto, [0.05, 0.5, 0.95]))
    assert line.probability == pytest.approx((p / p.sum())[line.value])


def exact(b: float, y: int, slope: tuple[float, float], share: float) -> float:
    """Return how much of the posterior of `a` lies below a value, less nothing: by scipy's own integration."""
    mean, sd = RHO * (b - 2) / 3, np.sqrt(1 - RHO**2)

    def density(a: float) -> float:
        return float(norm.pdf(a, mean, sd) * expit((1 if y else -1) * (slope[0] * a + slope[1] * b)))

    return quad(density, -12, share, epsabs=1e-12)[0] / quad(density, -12, 12, epsabs=1e-12)[0]


@pytest.mark.parametrize("slope", [(0.5, 0.0), (6.0, -1.0)])
def test_quadrature_is_scipy_s(slope: tuple[float, float]) -> None:
    rows = pd.DataFrame({"a": [0.0] * 4, "b": [2.0, 5.0, -4.0, 1.0], "y": [0, 1, 1, 0]})
    found = rd.infer(by_hand(NUMBERS, slope), rows, "a", NUMBERS)
    assert found.method == "quadrature"
    assert 0 < found.error < 5e-3
    for line, b, y in zip(found.rows, rows.b, rows.y, strict=True):
        for share, at in ((0.05, line.low), (0.5, line.value), (0.95, line.high)):
            assert exact(b, y, slope, at) == pytest.approx(share, abs=5e-3)


def test_an_integral_without_the_prior_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def unconditioned(prior: Any, X: np.ndarray, column: int) -> Any:
        return law_of(prior, np.full_like(X, np.nan), column)

    monkeypatch.setattr("retrodict.reconstruction.attributes.summary.law_of", unconditioned)
    rows = pd.DataFrame({"a": [0.0], "b": [5.0], "y": [1]})
    line = rd.infer(by_hand(NUMBERS, (0.5, 0.0)), rows, "a", NUMBERS).rows[0]
    assert abs(exact(5.0, 1, (0.5, 0.0), line.value) - 0.5) > 0.05


def test_trees_are_level_between_their_split_points() -> None:
    X = NUMBERS.sample(300, np.random.default_rng(0))
    frame = pd.DataFrame(X, columns=["a", "b"])
    y = (X[:, 0] + np.random.default_rng(1).normal(size=300) > 0).astype(int)
    tree = DecisionTreeClassifier(max_depth=4, random_state=0).fit(frame, y)
    found = rd.infer(tree, frame[:20].assign(target=y[:20]), "a", NUMBERS)
    assert (found.method, found.error) == ("between split points", 0.0)
    for line in found.rows[:6]:
        b = X[line.row, 1]
        u = (np.arange(40_000) + 0.5) / 40_000
        a = RHO * (b - 2) / 3 + np.sqrt(1 - RHO**2) * norm.ppf(u)
        p = tree.predict_proba(pd.DataFrame({"a": a, "b": b}))[:, y[line.row]]
        assert (p * (a <= line.value)).sum() / p.sum() == pytest.approx(0.5, abs=6e-3)


def test_probabilities_single_out_the_value_of_a_smooth_model() -> None:
    X = pd.DataFrame(NUMBERS.sample(200, np.random.default_rng(2)), columns=["a", "b"])
    model = LogisticRegression().fit(X, (X.a > 0).astype(int))
    found = rd.infer(model, X[:40], "a", NUMBERS, output="probabilities", digits=6)
    near = np.array([abs(line.value - line.true) for line in found.rows])
    assert all(line.found for line in found.rows)
    assert np.median(near) < 1e-4
    assert found.coverage > 0.8  # at 90% of the few values that the digits leave
    label = rd.infer(model, X[:40], "a", NUMBERS, output="label")
    assert label.hits < found.hits


def test_outputs_may_be_given_and_the_column_left_out() -> None:
    X = pd.DataFrame(NUMBERS.sample(200, np.random.default_rng(2)), columns=["a", "b"])
    model = LogisticRegression().fit(X, (X.a > 0).astype(int))
    own = rd.infer(model, X[:10], "a", NUMBERS, output="label")
    given = rd.infer(model, X[:10][["b"]], "a", NUMBERS, output="label", outputs=model.predict(X[:10]))
    assert [line.value for line in given.rows] == [line.value for line in own.rows]
    assert given.hits is None
    with pytest.raises(RequestError, match="lack column 'a'; give what was observed as outputs"):
        rd.infer(model, X[:10][["b"]], "a", NUMBERS, output="label")


def test_a_regressor_needs_its_noise() -> None:
    X = pd.DataFrame(NUMBERS.sample(100, np.random.default_rng(2)), columns=["a", "b"])
    model, rows = Ridge().fit(X, X.a), X[:5].assign(target=X.a[:5])
    with pytest.raises(RequestError, match="state a noise scale"):
        rd.infer(model, rows, "a", NUMBERS)
    known = rd.load_model(model).with_noise(0.1, "stated")
    assert rd.infer(known, rows, "a", NUMBERS).hits == 1.0
    assert rd.infer(model, rows, "a", NUMBERS, output="prediction", digits=5).hits == 1.0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"column": "c"}, "'c' is no feature of the model; its features are a, b"),
        ({"output": "guess"}, "unknown output 'guess'"),
        ({"confidence": 1.0}, "the confidence must be a share"),
        ({"output": "prediction"}, "a classifier has no output 'prediction'"),
        ({"output": "label", "outputs": [1]}, "1 outputs were given for 2 rows"),
    ],
)
def test_bad_requests_are_refused_in_one_line(wrong: dict[str, Any], told: str) -> None:
    rows = pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, 2.0], "y": [0, 1]})
    with pytest.raises(RequestError, match=told):
        rd.infer(by_hand(NUMBERS, (1.0, 1.0)), rows, **{"column": "a", "prior": NUMBERS, **wrong})


def test_rows_that_were_not_reached_are_said() -> None:
    rows = pd.DataFrame({"a": 0.0, "b": np.arange(5.0), "y": 1}, index=range(5))
    with time_limit.within(0.0), pytest.raises(RequestError, match="left no row"):
        rd.infer(by_hand(NUMBERS, (1.0, 1.0)), rows, "a", NUMBERS)


def test_parts_of_a_law_are_added_up() -> None:
    mixed = rd.priors.MixturePrior(
        (NUMBERS, IndependentPrior(NUMBERS.schema, (Normal(4, 0.5), Normal(2, 3)))), (0.5, 0.5)
    )
    model = by_hand(NUMBERS, (0.0, 0.0))
    X = np.array([[0.0, 2.0]])
    told = posterior(Meter(model), X, 0, law_of(mixed, X, 0), TrueLabel(np.array([1])))
    # at b = 2 both components expect b alike: half the law is N(0, 0.8), half N(4, 0.5)
    assert told.points.quantile(told.points.posterior, 0.25)[0] == pytest.approx(0.0, abs=0.02)
    assert told.points.quantile(told.points.posterior, 0.75)[0] == pytest.approx(4.0, abs=0.02)
