"""What each kind of prior promises beyond what all share (see tests/conformance)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pytest

from retrodict.errors import PriorError
from retrodict.priors import (
    CopulaPrior,
    EmpiricalPrior,
    IndependentPrior,
    MixturePrior,
    Prior,
    fit_prior,
    uniform_prior,
)
from retrodict.priors.marginals import Marginal, Normal, Uniform, integer_range, listed, moments, sample_marginal
from retrodict.schema import Feature, Schema
from tests.conformance.priors import FINITE, LATENT, MARGINALS, SCHEMA, rows


@pytest.mark.parametrize("kind", [IndependentPrior, partial(CopulaPrior, correlation=LATENT)])
def test_whether_a_value_is_missing_depends_on_nothing(kind: Callable[..., Prior]) -> None:
    n = 40_000
    x = kind(SCHEMA, MARGINALS).sample(n, np.random.default_rng(1))
    age, gone = x[:, 0], np.isnan(x[:, 1])  # age goes with bmi in the copula; whether bmi is missing must not
    difference = age[gone].mean() - age[~gone].mean()
    assert abs(difference) <= 4.5 * age.std() / np.sqrt(0.1 * 0.9 * n)


def test_n_states_counts_missing_as_a_state() -> None:
    assert FINITE.n_states() == 3 * 3 * 4
    assert len(FINITE.states()[0]) == 36
    assert IndependentPrior(SCHEMA, MARGINALS).n_states() is None
    with pytest.raises(PriorError, match="not finitely many"):
        IndependentPrior(SCHEMA, MARGINALS).states()
    with pytest.raises(PriorError, match="bandwidth=0"):
        EmpiricalPrior(SCHEMA, rows()).states()


def test_mixture_weights_hold_and_latents_are_shared() -> None:
    schema = Schema((Feature("a"),))
    prior = MixturePrior(
        (IndependentPrior(schema, (Normal(-100, 1),)), IndependentPrior(schema, (Normal(100, 2),))), (1, 3)
    )
    assert prior.latent_dim == 2
    assert prior.weights == (0.25, 0.75)
    n = 40_000
    low = (prior.sample(n, np.random.default_rng(0)) < 0).mean()
    assert abs(low - 0.25) <= 4.5 * np.sqrt(0.25 * 0.75 / n)
    np.testing.assert_allclose(prior.transport(np.array([[-3.0, 1.5], [3.0, 1.5]]))[:, 0], [-98.5, 103])


def test_mixture_unites_bounds_and_names_what_differs() -> None:
    a = IndependentPrior(Schema((Feature("a", low=0, high=1),)), (Uniform(0, 1),), class_shares={"x": 0.2, "y": 0.8})
    b = IndependentPrior(Schema((Feature("a", low=-1, high=0.5),)), (Uniform(-1, 0.5),), class_shares={"x": 1.0})
    mixture = MixturePrior((a, b), (1, 1))
    assert (mixture.schema["a"].low, mixture.schema["a"].high) == (-1, 1)
    assert mixture.class_shares == pytest.approx({"x": 0.6, "y": 0.4})
    other = IndependentPrior(Schema((Feature("b"),)), (Normal(0, 1),))
    with pytest.raises(PriorError, match="only some have a, b"):
        MixturePrior((a, other), (1, 1))
    kinds = IndependentPrior(Schema((Feature("a", "integer", 0, 1),)), (integer_range(0, 1),))
    with pytest.raises(PriorError, match="differ in kind or categories of a"):
        MixturePrior((a, kinds), (1, 1))
    with pytest.raises(PriorError, match="got 1 weights"):
        MixturePrior((a, b), (1,))
    with pytest.raises(PriorError, match="not negative"):
        MixturePrior((a, b), (1, -1))


def _smoothed(prior: EmpiricalPrior, n: int = 60_000) -> np.ndarray:
    """Draws over equally many rows each, so that only the kernel's own noise is left."""
    rng = np.random.default_rng(9)
    z = rng.standard_normal((n, prior.latent_dim))
    from scipy.special import ndtri

    z[:, 0] = ndtri((np.arange(n) + 0.5) / n)
    return prior.transport(z)


def test_smoothing_keeps_means_and_covariances() -> None:
    rng = np.random.default_rng(0)
    rows = rng.multivariate_normal([1, -2], [[1, 0.8], [0.8, 4]], size=300)
    schema = Schema((Feature("a"), Feature("b")))
    truth = np.cov(rows.T, bias=True)

    def misses(prior: EmpiricalPrior) -> float:
        x = _smoothed(prior)
        # the kernel's share h**2/(1 + h**2) of the variance is all that is random; its relative error is sqrt(2/n)
        assert prior.bandwidth is not None
        share = prior.bandwidth**2 / (1 + prior.bandwidth**2) + 2 * prior.bandwidth
        return float(np.abs(np.cov(x.T, bias=True) / truth - 1).max() / (share * np.sqrt(2 / len(x))))

    assert misses(EmpiricalPrior(schema, rows, bandwidth=0.5)) < 5

    class Unshrunk(EmpiricalPrior):
        """Adds the kernel without the shrinkage: variances grow."""

        def transport(self, z: np.ndarray) -> np.ndarray:
            x = super().transport(z)
            return self._mean + (x - self._mean) * np.sqrt(1 + float(self.bandwidth or 0) ** 2)

    assert misses(Unshrunk(schema, rows, bandwidth=0.5)) > 20


def test_the_row_latent_is_locally_meaningful() -> None:
    rng = np.random.default_rng(0)
    t = rng.standard_normal(500)
    rows = np.column_stack([t, 2 * t + 0.1 * rng.standard_normal(500)])
    prior = EmpiricalPrior(Schema((Feature("a"), Feature("b"))), rows, bandwidth=0)
    x = prior.transport(np.linspace(-2, 2, 1000)[:, None])
    assert np.abs(np.corrcoef(np.arange(1000), x[:, 0])[0, 1]) > 0.95


def test_listed_features_are_redrawn_as_often_as_asked() -> None:
    schema = Schema((Feature("a", "categorical", categories=("x", "y", "z"), missing=0.2),))
    rows = np.array([[0.0], [0.0], [0.0], [1.0], [np.nan]])
    prior = EmpiricalPrior(schema, rows, redraw=0.4)
    n = 40_000
    z = np.random.default_rng(0).standard_normal((n, 2))
    z[:, 0] = 9.0  # always the last row
    x = prior.transport(z)[:, 0]
    kept = prior.transport(np.array([[9.0, 9.0]]))[0, 0]
    if np.isnan(kept):
        assert np.isnan(x).all()
    else:
        share = 0.75 if kept == 0 else 0.25
        expected = 0.4 * (1 - share)
        assert abs((x != kept).mean() - expected) <= 4.5 * np.sqrt(expected * (1 - expected) / n)
    whole = prior.sample(n, np.random.default_rng(1))[:, 0]
    assert abs(np.isnan(whole).mean() - 0.2) <= 4.5 * np.sqrt(0.16 / n)
    assert abs((whole == 0).mean() - 0.6) <= 4.5 * np.sqrt(0.24 / n)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"bandwidth": -1.0}, "bandwidth must be a finite number and not negative, got -1.0"),
        ({"redraw": 2.0}, "redraw must be a probability"),
        ({"weights": np.ones(3)}, "400 rows need as many finite weights"),
        ({"rows": np.ones((3, 2))}, "rows of shape (n, 5) were expected"),
        ({"rows": np.empty((0, 5))}, "n at least 1, got (0, 5)"),
        ({"rows": np.array([[20, 30, 7, 0, 0]])}, "'site' holds codes outside its 3 categories"),
        ({"rows": np.array([[20, 3, 1, 0, 0]])}, "'bmi' holds rows outside its bounds"),
        ({"rows": np.array([[20, np.inf, 1, 0, 0]])}, "'bmi' holds infinite values"),
    ],
)
def test_empirical_refusals(settings: dict[str, object], text: str) -> None:
    with pytest.raises(PriorError) as caught:
        EmpiricalPrior(**{"schema": SCHEMA, "rows": rows(), **settings})  # type: ignore[arg-type]
    assert text in str(caught.value)


def test_uniform_names_every_feature_without_bounds() -> None:
    schema = Schema((Feature("a"), Feature("b", low=0, high=1), Feature("c", "integer", low=0)))
    with pytest.raises(PriorError) as caught:
        uniform_prior(schema)
    text = "a uniform prior needs min and max of a, c; give them in the schema or in a prior file"
    assert str(caught.value) == text


def test_marginals_must_fit_the_schema() -> None:
    with pytest.raises(PriorError, match="2 features have 1 marginals"):
        IndependentPrior(Schema((Feature("a"), Feature("b"))), (Normal(0, 1),))
    with pytest.raises(PriorError, match="past min 0"):
        IndependentPrior(Schema((Feature("a", low=0),)), (Normal(0, 1),))
    with pytest.raises(PriorError, match="must give indices of its 2 categories"):
        IndependentPrior(Schema((Feature("a", "binary", categories=(0, 1)),)), (listed([1, 1, 1]),))
    with pytest.raises(PriorError, match="must give indices"):
        IndependentPrior(Schema((Feature("a", "binary", categories=(0, 1)),)), (Uniform(0, 1),))


class TestFit:
    """Priors from a sample."""

    frame = SCHEMA.decode(rows(800)).assign(y=lambda f: np.where(f["age"] > 50, "old", "young"))

    @pytest.mark.parametrize("kind", ["uniform", "independent", "copula", "empirical"])
    def test_every_kind_leaves_the_target_out_and_keeps_its_shares(self, kind: str) -> None:
        prior = fit_prior(self.frame, kind, target="y")  # type: ignore[arg-type]
        assert prior.schema.names == SCHEMA.names
        shares = self.frame["y"].value_counts(normalize=True)
        assert prior.class_shares == pytest.approx(dict(shares))
        x = prior.sample(500, np.random.default_rng(0))
        np.testing.assert_array_equal(prior.schema.encode(prior.schema.decode(x)), x)

    def test_the_copula_recovers_the_latent_correlation_through_ties(self) -> None:
        n = 6000
        truth = CopulaPrior(SCHEMA, MARGINALS, LATENT)
        fitted = fit_prior(SCHEMA.decode(truth.sample(n, np.random.default_rng(0))))
        assert isinstance(fitted, CopulaPrior)
        # sex is binary, the worst case: a tetrachoric estimate's standard error is at most about 1.6 / sqrt(n)
        ordered = [0, 1, 3, 4]
        error = np.abs(fitted.correlation - LATENT)[np.ix_(ordered, ordered)]
        assert error.max() < 4.5 * 1.6 / np.sqrt(0.6 * n)

    def test_nominal_categories_are_ordered_by_what_goes_with_them(self) -> None:
        rng = np.random.default_rng(0)
        site = rng.integers(0, 3, 2000)
        centre = np.array([5.0, -5.0, 0.0])[site]
        frame = pd.DataFrame(
            {"site": np.array(["a", "b", "c"])[site], "u": centre + rng.normal(size=2000), "v": rng.normal(size=2000)}
        )
        prior = fit_prior(frame)
        y = prior.schema.decode(prior.sample(20_000, rng)).groupby("site", observed=True)["u"].mean()
        assert y["b"] < -3
        assert y["a"] > 3
        assert abs(y["c"]) < 1.5

    @pytest.mark.parametrize(
        ("frame", "options", "text"),
        [
            (pd.DataFrame(), {}, "can't be fitted to 0 rows; give at least 2"),
            (pd.DataFrame({"a": [1.0]}), {}, "can't be fitted to 1 row; give at least 2"),
            (pd.DataFrame({"a": [np.nan, np.nan]}), {}, "column 'a' holds no values; drop it"),
            (pd.DataFrame({"a": [1.0, np.inf]}), {}, "column 'a' holds infinite values"),
            (pd.DataFrame({"a": [1.0, 2.0]}), {"target": "y"}, "target 'y' is no column"),
            (pd.DataFrame({"a": [1.0, 2.0]}), {"kind": "vine"}, "unknown kind of prior 'vine'"),
            (pd.DataFrame({"a": [1.0, 2.0]}), {"bandwidth": 1.0}, "bandwidth belongs to kind empirical"),
            (
                pd.DataFrame({"a": [np.nan, np.nan]}),
                {"schema": Schema((Feature("a"),))},
                "the sample holds no values of a; drop the columns or fill them",
            ),
        ],
    )
    def test_refusals(self, frame: pd.DataFrame, options: dict[str, object], text: str) -> None:
        with pytest.raises(PriorError) as caught:
            fit_prior(frame, **options)  # type: ignore[arg-type]
        assert text in str(caught.value)

    def test_constant_and_never_jointly_present_columns_are_survived(self) -> None:
        n = np.nan
        frame = pd.DataFrame({"a": [1.5, 2.5, 3.5, n, n, n], "b": [n, n, n, 1.1, 2.2, 3.4], "c": [7.0] * 6})
        prior = fit_prior(frame)
        assert "too few rows hold both of 'a' and 'b'" in prior.notes[0]
        x = prior.sample(100, np.random.default_rng(0))
        assert (x[:, 2] == 7).all()


def test_moments_through_a_prior_survive_a_grid() -> None:
    prior = IndependentPrior(Schema((Feature("a", low=0),)), (moments(80, 115, 0),))
    from scipy.special import ndtri

    x = prior.transport(ndtri((np.arange(100_000) + 0.5) / 100_000)[:, None])
    assert x.mean() == pytest.approx(80, rel=1e-4)
    assert x.std() == pytest.approx(115, rel=1e-3)


def test_a_prior_prints_itself_briefly() -> None:
    frame = pd.DataFrame({f"x{i}": np.random.default_rng(i).normal(size=50) for i in range(12)})
    shown = repr(fit_prior(frame, "copula"))
    assert shown.startswith("CopulaPrior: 12 features from 12 latents")
    assert "... 4 more" in shown
    assert len(shown) < 400


@pytest.mark.parametrize("kind", ["uniform", "copula of a sample", "beta"])
@pytest.mark.parametrize("rows", [0, 1, 20_000])
def test_rows_are_what_each_marginal_makes_of_its_own_latents(kind: str, rows: int) -> None:
    sample = np.random.default_rng(1).gamma(2.0, size=300)
    made: dict[str, list[Marginal]] = {
        "uniform": [Uniform(-0.3 * j - 1, 1.7 * j) for j in range(1, 8)],
        "copula of a sample": [sample_marginal(sample * j) for j in range(1, 8)],
        "beta": [moments(0.5, 0.1 + 0.02 * j, 0, 1) for j in range(7)],
    }
    schema = Schema(tuple(Feature(f"x{j}") for j in range(7)))
    z = np.random.default_rng(0).standard_normal((rows, 7))
    z[:2] = np.array([[9.0], [-9.0]])[:rows]
    found = IndependentPrior(schema, tuple(made[kind])).transport(z)
    assert found.shape == z.shape
    for j, marginal in enumerate(made[kind]):
        np.testing.assert_array_equal(found[:, j], marginal.quantile_z(np.ascontiguousarray(z[:, j])))
