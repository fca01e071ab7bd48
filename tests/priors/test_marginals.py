"""Each marginal: its moments, its monotony, its bounds, its refusals."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtr, ndtri

from retrodict.errors import PriorError
from retrodict.priors.marginals import (
    Discrete,
    FiniteMarginal,
    Marginal,
    Normal,
    Rounded,
    Uniform,
    constant,
    integer_moments,
    integer_range,
    listed,
    moments,
    named,
    quantiles,
    sample_marginal,
)
from retrodict.priors.marginals.inverse import latents_of
from retrodict.priors.marginals.normal_share import normal_share
from retrodict.priors.marginals.sample import SampleQuantiles

GRID = np.linspace(-9, 9, 20_001)
SKEWED = np.random.default_rng(5).gamma(0.7, size=4000)
INFLATED = np.where(np.arange(3000) % 10 < 3, 0.0, np.random.default_rng(6).normal(10, 2, 3000))

CASES: dict[str, tuple[Marginal, float, float]] = {
    "normal": (Normal(3, 2), -np.inf, np.inf),
    "uniform": (Uniform(-1.7, 0.3), -1.7, 0.3),
    "beta": (moments(44.2, 12.1, 17, 90), 17, 90),
    "beta, u-shaped": (moments(0.3, 0.44, 0, 1), 0, 1),
    "gamma": (moments(80, 115, 0), 0, np.inf),
    "gamma, reflected": (moments(80, 15, None, 100), -np.inf, 100),
    "lognormal": (named("lognorm", {"s": 0.5, "scale": 2})[0], 0, np.inf),
    "cauchy": (named("cauchy", {})[0], -np.inf, np.inf),
    "truncated normal": (named("norm", {"loc": 1.0, "scale": 2.0}, 0, 3)[0], 0, 3),
    "truncated on one side": (named("expon", {"scale": 2.0}, 1)[0], 1, np.inf),
    "median and iqr": (quantiles({0.25: 23.0, 0.5: 26.1, 0.75: 30.2}), -np.inf, np.inf),
    "median, iqr, bounds": (quantiles({0.25: 23.0, 0.5: 26.1, 0.75: 30.2}, 10, 60), 10, 60),
    "quantiles with ties": (quantiles({0.1: 0.0, 0.5: 0.0, 0.9: 4.0, 1: 9.0}, 0), 0, 9),
    "median and range": (quantiles({0.5: 54.0}, 18, 90), 18, 90),
    "many quantiles": (quantiles({p / 100: p**2 / 100 for p in range(1, 100)}), -np.inf, np.inf),
    "sample": (sample_marginal(SKEWED), SKEWED.min(), SKEWED.max()),
    "sample, zero-inflated": (sample_marginal(INFLATED), INFLATED.min(), INFLATED.max()),
    "sample of integers": (sample_marginal(np.rint(SKEWED * 5), integer=True), 0, np.rint(SKEWED * 5).max()),
    "listed": (listed([0.2, 0.0, 0.5, 0.3]), 0, 3),
    "integers": (integer_moments(44.2, 12.1, 17, 90), 17, 90),
    "integers, many": (integer_moments(5e5, 2e5, 0, 1_000_000), 0, 1e6),
    "integers, narrow": (integer_moments(3.1, 0.35), -np.inf, np.inf),
    "integer range": (integer_range(-3, 1000), -3, 1000),
    "integer range, wide": (integer_range(0, 10**7), 0, 10**7),
    "poisson": (named("poisson", {"mu": 3.8})[0], 0, np.inf),
    "poisson, large": (named("poisson", {"mu": 1e6})[0], 0, np.inf),
    "binomial, truncated": (named("binom", {"n": 20, "p": 0.3}, 2, 9)[0], 2, 9),
    "zipf, truncated": (named("zipf", {"a": 2.0}, None, 50_000)[0], 1, 50_000),
    "constant": (constant(4.0), 4, 4),
}


def test_the_table_of_the_normal_distribution_function_is_exact_and_never_decreases() -> None:
    ends = [-np.inf, -40.0, -8.5, 8.5, 40.0, np.inf]
    z = np.sort(
        np.concatenate([np.random.default_rng(0).uniform(-9, 9, 200_000), np.linspace(-8.5, 8.5, 16_385), ends])
    )
    p = normal_share(z)
    assert np.abs(p - ndtr(z)).max() < 3e-15
    assert (np.diff(p) >= 0).all()
    assert p[0] >= 0
    assert p[-1] <= 1


@pytest.mark.parametrize("name", CASES)
def test_every_marginal_is_monotone_within_its_bounds_and_leaves_z_alone(name: str) -> None:
    marginal, low, high = CASES[name]
    z = GRID
    kept = z.copy()
    x = marginal.quantile_z(z)
    assert x.dtype == np.float64
    assert np.isfinite(x).all()
    np.testing.assert_array_equal(z, kept)
    assert (np.diff(x) >= -1e-12 * np.abs(x[1:])).all()  # products can round by the last bit
    assert x.min() >= low
    assert x.max() <= high
    np.testing.assert_array_equal(marginal.quantile_z(z), x)


@pytest.mark.parametrize("name", CASES)
def test_every_marginal_travels_to_other_processes_and_describes_itself(name: str) -> None:
    marginal = CASES[name][0]
    copy = pickle.loads(pickle.dumps(marginal))
    np.testing.assert_array_equal(copy.quantile_z(GRID), marginal.quantile_z(GRID))
    assert isinstance(marginal.describe()["kind"], str)
    assert isinstance(marginal, Marginal)


def expectation(marginal: Marginal, power: int = 1) -> float:
    """E[x**power] by quadrature of the latent between the marginal's breaks."""
    edges = np.union1d(np.linspace(-8.5, 8.5, 681), marginal.breaks())
    points, weights = np.polynomial.legendre.leggauss(8)
    half = np.diff(edges) / 2
    z = (edges[:-1, None] + half[:, None] * (1 + points)).ravel()
    w = (half[:, None] * weights).ravel() * stats.norm.pdf(z)
    return float(w @ marginal.quantile_z(z) ** power)


@pytest.mark.parametrize(
    ("mean", "sd", "low", "high"),
    [
        (44.2, 12.1, 17, 90),
        (0.5, 0.28, 0, 1),
        (80, 115, 0, None),
        (80, 15, None, 100),
        (1.5, 9, None, None),
        (9.5, 1.0, 0, 10),
    ],
)
def test_moments_are_matched(mean: float, sd: float, low: float | None, high: float | None) -> None:
    marginal = moments(mean, sd, low, high)
    assert expectation(marginal) == pytest.approx(mean, rel=1e-7)
    assert expectation(marginal, 2) - mean**2 == pytest.approx(sd**2, rel=1e-6)


@pytest.mark.parametrize(
    ("mean", "sd", "low", "high"),
    [
        (44.2, 12.1, 17, 90),
        (0.3, 0.6, 0, None),
        (3.1, 0.35, 0, 9),
        (3.1, 3.0, None, 9),
        (1.5, 9.0, None, None),
        (0.4, np.sqrt(0.24), 0, 1),
        (2.25, np.sqrt(0.1875), 0, 9),
        (5.0, 4.9, 0, 10),
    ],
)
def test_integer_moments_are_matched_exactly(mean: float, sd: float, low: float | None, high: float | None) -> None:
    marginal = integer_moments(mean, sd, low, high)
    assert isinstance(marginal, FiniteMarginal)
    x, p = marginal.values(), marginal.probabilities()
    assert (x == np.rint(x)).all()
    assert p.sum() == pytest.approx(1, abs=1e-12)
    assert p @ x == pytest.approx(mean, abs=1e-7 * max(1, abs(mean)))
    assert p @ (x - mean) ** 2 == pytest.approx(sd**2, rel=1e-6)
    assert low is None or x.min() >= low
    assert high is None or x.max() <= high


def test_many_integers_keep_their_moments_to_a_fraction_of_a_unit() -> None:
    marginal = integer_moments(5e4, 2e4, 0, 100_000)
    assert isinstance(marginal, Rounded)
    u = (np.arange(200_000) + 0.5) / 200_000  # strata of equal probability: the error is of order 1/n
    x = marginal.quantile_z(ndtri(u))
    assert x.mean() == pytest.approx(5e4, abs=1)
    assert x.std() == pytest.approx(2e4, rel=1e-4)


@pytest.mark.parametrize(
    "name", ["beta", "beta, u-shaped", "gamma", "gamma, reflected", "lognormal", "truncated normal", "cauchy"]
)
def test_tables_are_as_exact_as_they_say(name: str) -> None:
    marginal = CASES[name][0]
    z = np.random.default_rng(1).uniform(-8, 8, 20_000)
    exact = marginal.exact(z)  # type: ignore[attr-defined]
    middle, low, high = (float(marginal.exact(np.array([at]))[0]) for at in (0.0, -1.0, 1.0))  # type: ignore[attr-defined]
    scale = np.maximum((high - low) / 2, np.abs(exact - middle))
    assert (np.abs(marginal.quantile_z(z) - exact) / scale).max() < 1e-8


def test_tables_give_way_to_exact_calls_far_out() -> None:
    marginal = moments(80, 115, 0)
    z = np.array([-8.25, 8.25, 0.3])
    np.testing.assert_allclose(marginal.quantile_z(z), marginal.exact(z), rtol=1e-9)  # type: ignore[attr-defined]


def test_quantiles_pass_through_their_knots_with_a_smooth_approach_to_bounds() -> None:
    points = {0.05: 80.0, 0.5: 117.0, 0.95: 181.0}
    marginal = quantiles(points, 40, 400)
    np.testing.assert_allclose(marginal.quantile_z(ndtri(list(points))), list(points.values()), rtol=1e-14)
    for p in (0.05, 0.95):
        z, h = ndtri(p), 1e-5
        left, at, right = marginal.quantile_z(np.array([z - h, z, z + h]))
        assert (at - left) / (right - at) == pytest.approx(1, abs=1e-4)
    split = quantiles({0.25: 23, 0.5: 26.1, 0.75: 30.2})
    assert split.quantile_z(np.array([-3.0]))[0] == pytest.approx(26.1 - 3 * (26.1 - 23) / ndtri(0.75))


def test_samples_keep_atoms_shares_and_range() -> None:
    marginal = sample_marginal(INFLATED)
    u = (np.arange(100_000) + 0.5) / 100_000
    x = marginal.quantile_z(ndtri(u))
    assert (x == 0).mean() == pytest.approx(0.3, abs=2 / 1000)  # one knot in a thousand either way
    assert x.mean() == pytest.approx(INFLATED.mean(), rel=2e-3)
    assert x.std() == pytest.approx(INFLATED.std(), rel=2e-3)
    integers = sample_marginal(np.array([1.0, 1, 1, 4, 9]), integer=True)
    assert isinstance(integers, Discrete)
    np.testing.assert_allclose(integers.probabilities(), [0.6, 0.2, 0.2])


def test_samples_say_the_latents_of_a_value_that_a_search_finds() -> None:
    marginal = SampleQuantiles(np.array([0.0, 1, 1, 1, 2, 3, 5, 5]))
    values = np.array([-1.0, 0, 0.5, 1, 1.5, 2.999, 4, 5, 6, np.nan])

    class Searched:
        quantile_z = staticmethod(marginal.quantile_z)

    for said, found in zip(latents_of(marginal, values), latents_of(Searched, values), strict=True):
        np.testing.assert_allclose(said, found, atol=1e-12)


@pytest.mark.parametrize("mu", [0.3, 3.8, 500.0])
def test_discrete_scipy_distributions_are_exact(mu: float) -> None:
    z = np.random.default_rng(2).standard_normal(20_000)
    np.testing.assert_array_equal(
        named("poisson", {"mu": mu})[0].quantile_z(z), stats.poisson(mu).ppf(ndtr(z)).astype(float)
    )


def test_discrete_truncation_keeps_the_lower_end() -> None:
    marginal = named("binom", {"n": 20, "p": 0.3}, 2, 9)[0]
    assert isinstance(marginal, Discrete)
    pmf = stats.binom(20, 0.3).pmf(np.arange(2, 10))
    np.testing.assert_array_equal(marginal.values(), np.arange(2, 10))
    np.testing.assert_allclose(marginal.probabilities(), pmf / pmf.sum())


@given(
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=60).filter(lambda p: sum(p) > 0.01),
    seed=st.integers(0, 2**32 - 1),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_listed_thresholds_agree_with_the_definition(shares: list[float], seed: int, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(shares))))
    marginal = listed(shares, order)
    p = np.array(shares)[order] / np.sum(shares)
    z = np.random.default_rng(seed).standard_normal(300)
    x = marginal.quantile_z(z)
    place = np.argsort(order)[x.astype(int)]
    cumulated = np.concatenate([[0], np.cumsum(p)])
    u = ndtr(z)
    assert (cumulated[place] <= u + 1e-12).all()
    assert (u <= cumulated[place + 1] + 1e-12).all()
    assert p[place].min() > 0
    assert marginal.probabilities().sum() == pytest.approx(1)


@given(
    low=st.floats(-1e3, 1e3),
    width=st.floats(0.1, 1e3),
    place=st.floats(0.05, 0.95),
    spread=st.floats(0.05, 0.9),
)
@settings(max_examples=25, deadline=None)
def test_any_possible_beta_has_its_moments(low: float, width: float, place: float, spread: float) -> None:
    high, mean = low + width, low + place * width
    sd = spread * np.sqrt((mean - low) * (high - mean))
    marginal = moments(mean, sd, low, high)
    x = marginal.quantile_z(GRID)
    assert (np.diff(x) >= 0).all()
    assert x.min() >= low
    assert x.max() <= high
    assert expectation(marginal) == pytest.approx(mean, abs=1e-5 * width)
    assert expectation(marginal, 2) - expectation(marginal) ** 2 == pytest.approx(sd**2, abs=1e-5 * (low**2 + width**2))


REFUSALS = [
    (lambda: moments(26, 30, 10, 50, feature="bmi"), "sd 30 is impossible with mean 26, min 10 and max 50; it must be"),
    (lambda: moments(5, 1, 10, None, feature="bmi"), "'bmi': mean 5 lies outside min 10"),
    (lambda: moments(5, -1, feature="bmi"), "sd must not be negative, got -1"),
    (lambda: moments(float("nan"), 1, feature="bmi"), "mean must be a finite number, got nan"),
    (lambda: moments(0, 1, 0, None, feature="bmi"), "mean 0 lies on a bound of min 0, which only sd 0 allows"),
    (lambda: integer_moments(2.5, 0.1, feature="n"), "sd 0.1 is impossible for integers with mean 2.5; it must be at"),
    (lambda: integer_moments(0.5, 0.9, 0, 1, feature="n"), "it must be at most 0.5"),
    (lambda: integer_range(1.2, 1.8), "no integer lies between min 1.2 and max 1.8"),
    (lambda: Uniform(2, 1), "the lower one first, got 2 and 1"),
    (lambda: Normal(0, 0), "a positive sd, got 0 and 0"),
    (lambda: named("normal", {}, feature="a"), "unknown distribution 'normal'; did you mean norm"),
    (lambda: named("lognorm", {"scale": 2}, feature="a"), "lognorm needs s; add it"),
    (lambda: named("gamma", {"a": 2, "scal": 1}, feature="a"), "no parameter 'scal'; did you mean scale?"),
    (lambda: named("poisson", {"mu": float("nan")}), "poisson's mu must be a finite number, got nan"),
    (lambda: named("norm", {"scale": -1}), "norm does not exist with scale -1"),
    (lambda: named("expon", {}, -3, -1), "expon has no mass between 0 and -1"),
    (lambda: named("zipf", {"a": 2.0}), "zipf spreads over more than 65,536 values; give min and max, or use a"),
    (lambda: named("poisson", {"mu": 3}, 500, 600), "poisson has no mass between 500 and 600; widen min and max"),
    (lambda: quantiles({0.25: 3, 0.75: 2}), "quantiles must not decrease, got 3 at 0.25 and 2 at 0.75"),
    (lambda: quantiles({0.5: 3}), "give at least two quantiles"),
    (lambda: quantiles({0.5: 3, 1.5: 4}), "must lie in [0, 1], got 1.5"),
    (lambda: quantiles({0.25: 3, 0.75: 5}, 4), "quantiles 3 to 5 pass min 4"),
    (lambda: listed([0.5, -0.1]), "shares must be finite, not negative"),
    (lambda: listed([0.5, 0.5], [0, 0]), "order must list the indices of all 2 categories once"),
    (lambda: sample_marginal(np.array([1.0, np.nan])), "a sample needs finite values"),
]


@pytest.mark.parametrize(("make", "text"), REFUSALS)
def test_refusals_say_what_to_do(make: object, text: str) -> None:
    with pytest.raises(PriorError) as caught:
        make()  # type: ignore[operator]
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
