"""Stated correlations come out of the transport; contradictory ones are repaired and said so."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import kendalltau, spearmanr

from retrodict.errors import PriorError
from retrodict.priors import CopulaPrior, Correlation, IndependentPrior, latent_correlation
from retrodict.priors.hermite import hermite_series, latent_for, pearson_polynomial, pearson_range
from retrodict.priors.marginals import (
    FiniteMarginal,
    Marginal,
    Normal,
    integer_moments,
    listed,
    moments,
    named,
    quantiles,
)
from retrodict.priors.repair import repaired
from retrodict.schema import Feature, Schema

PAIRS: dict[str, tuple[Marginal, Marginal]] = {
    "normal, gamma": (Normal(2, 3), moments(80, 115, 0)),
    "beta, gamma": (moments(44, 12, 17, 90), moments(80, 60, 0)),
    "lognormal, quantiles": (named("lognorm", {"s": 0.8})[0], quantiles({0.25: 23, 0.5: 26.1, 0.75: 30.2}, 10)),
    "binary, beta": (listed([0.7, 0.3]), moments(44, 12, 17, 90)),
    "binary, binary": (listed([0.7, 0.3]), listed([0.5, 0.5])),
    "integer, binary": (integer_moments(3, 2, 0, 9), listed([0.2, 0.8])),
    "normal, normal": (Normal(0, 1), Normal(5, 2)),
}


def schema_of(*marginals: Marginal) -> Schema:
    return Schema(
        tuple(
            Feature(f"f{j}", "ordinal", categories=tuple(range(10))) if hasattr(m, "values") else Feature(f"f{j}")
            for j, m in enumerate(marginals)
        )
    )


def transported_pearson(first: Marginal, second: Marginal, latent: float) -> float:
    """Return the Pearson correlation of two transported features, by another way than the library's series.

    Finite first features: the exact conditional mean given the other latent, over 400,000 strata of that. Others: a
    product of two Gauss-Hermite rules.
    """
    noise = np.sqrt(1 - latent**2)
    if isinstance(first, FiniteMarginal):
        z = ndtri((np.arange(400_000) + 0.5) / 400_000)
        jumps = np.diff(first.values())
        y = second.quantile_z(z)
        x = first.values()[0] + sum(
            j * ndtr((latent * z - t) / noise) for j, t in zip(jumps, first.breaks(), strict=True)
        )
        mean = first.values() @ first.probabilities()
        sd = np.sqrt(first.probabilities() @ (first.values() - mean) ** 2)
        return float(np.mean((x - mean) * (y - y.mean())) / (sd * y.std()))
    z, w = np.polynomial.hermite_e.hermegauss(140)
    w = w / w.sum()
    x = first.quantile_z(z)
    given_first = second.quantile_z((latent * z[:, None] + noise * z[None, :]).ravel()).reshape(140, 140) @ w
    y = second.quantile_z(z)
    mx, my = w @ x, w @ given_first
    return float(w @ ((x - mx) * (given_first - my)) / np.sqrt((w @ (x - mx) ** 2) * (w @ (y - w @ y) ** 2)))


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("share", [-0.8, 0.1, 0.5, 0.9])
def test_the_stated_pearson_correlation_is_recovered(name: str, share: float) -> None:
    first, second = PAIRS[name]
    low, high = pearson_range(pearson_polynomial(hermite_series(first), hermite_series(second)))
    stated = share * (high if share > 0 else -low)
    matrix = latent_correlation(schema_of(first, second), (first, second), [Correlation(("f0", "f1"), stated)])
    # what is left is the check's own quadrature error at the bends of the quantile marginal
    tolerance = 2e-3 if "quantiles" in name else 2e-5
    assert transported_pearson(first, second, matrix[0, 1]) == pytest.approx(stated, abs=tolerance)
    if abs(share) > 0.4 and "gamma" in name:  # taking the stated one for the latent's would fail the same check
        assert abs(transported_pearson(first, second, stated) - stated) > 100 * tolerance


def test_known_closed_forms() -> None:
    """Lognormals and median-split binaries have closed forms, tight enough for eight and five digits."""
    s = 0.8
    lognormal = hermite_series(named("lognorm", {"s": s})[0])
    stated = (np.exp(0.6 * s**2) - 1) / (np.exp(s**2) - 1)
    assert latent_for(stated, pearson_polynomial(lognormal, lognormal)) == pytest.approx(0.6, abs=1e-7)
    half = hermite_series(listed([0.5, 0.5]))
    for latent in (-0.9, -0.3, 0.5, 0.8):
        stated = 2 / np.pi * np.arcsin(latent)
        assert latent_for(stated, pearson_polynomial(half, half)) == pytest.approx(latent, abs=1e-5)
    low, high = pearson_range(pearson_polynomial(hermite_series(listed([0.7, 0.3])), half))
    assert high == pytest.approx(np.sqrt(0.3 / 0.7), abs=1e-9)
    assert low == pytest.approx(-np.sqrt(0.3 / 0.7), abs=1e-9)


def test_draws_have_the_stated_correlations_and_a_prior_that_ignores_them_fails() -> None:
    marginals = (moments(44, 12, 17, 90), moments(80, 115, 0), Normal(0, 1), Normal(3, 2))
    schema = Schema(tuple(Feature(f"f{j}") for j in range(4)))
    stated = [
        Correlation(("f0", "f1"), 0.4),
        Correlation(("f0", "f2"), -0.5, "spearman"),
        Correlation(("f1", "f3"), 0.3, "kendall"),
    ]
    n = 20_000

    def worst(prior: IndependentPrior | CopulaPrior) -> float:
        x = prior.sample(n, np.random.default_rng(0))
        found = [
            np.corrcoef(x[:, 0], x[:, 1])[0, 1],
            spearmanr(x[:, 0], x[:, 2]).statistic,
            kendalltau(x[:4000, 1], x[:4000, 3]).statistic * 1.0,
        ]
        errors = np.abs(np.array(found) - [0.4, -0.5, 0.3])
        # standard errors: about 1/sqrt(n), wider for heavy tails (Pearson of a skewed gamma: twice as wide)
        return float((errors / [2 / np.sqrt(n), 1 / np.sqrt(n), 1 / np.sqrt(4000)]).max())

    assert worst(CopulaPrior.from_stated(schema, marginals, stated)) < 4.5
    assert worst(IndependentPrior(schema, marginals)) > 15


def test_contradictions_are_repaired_and_reported() -> None:
    matrix = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    schema = Schema((Feature("a"), Feature("b"), Feature("c")))
    prior = CopulaPrior(schema, (Normal(0, 1),) * 3, matrix)
    assert len(prior.notes) == 1
    assert "contradict one another (smallest eigenvalue -0.8)" in prior.notes[0]
    assert "at most by 0.4" in prior.notes[0]
    assert np.linalg.eigvalsh(prior.correlation)[0] > 0
    np.testing.assert_allclose(np.diag(prior.correlation), 1)
    assert CopulaPrior(schema, (Normal(0, 1),) * 3, np.eye(3)).notes == ()


def test_singular_matrices_become_positive_definite() -> None:
    near, notes = repaired(np.ones((4, 4)), "abcd")
    np.linalg.cholesky(near)
    assert notes
    np.testing.assert_allclose(near, 1, atol=1e-5)


@pytest.mark.parametrize(
    ("stated", "text"),
    [
        ([Correlation(("f0", "x"), 0.1)], "names 'x', which is no feature; the features are f0, f1, site"),
        ([Correlation(("f0", "site"), 0.1)], "'site', whose 3 categories have no order; declare it ordinal"),
        ([Correlation(("f0", "f1"), 0.1), Correlation(("f1", "f0"), 0.2)], "'f1' and 'f0' stands twice; keep one"),
        ([Correlation(("f0", "f1"), -0.9)], "can't be -0.9: with these marginals it lies between -0."),
    ],
)
def test_refusals_of_stated_correlations(stated: list[Correlation], text: str) -> None:
    schema = Schema((Feature("f0"), Feature("f1"), Feature("site", "categorical", categories=("a", "b", "c"))))
    marginals = (Normal(0, 1), moments(80, 115, 0), listed([1, 1, 1]))
    with pytest.raises(PriorError) as caught:
        latent_correlation(schema, marginals, stated)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Correlation(("a", "a"), 0.1), "a correlation of 'a' with itself"),
        (lambda: Correlation(("a", "b"), 1.1), "must lie in [-1, 1], got 1.1"),
        (lambda: Correlation(("a", "b"), float("nan")), "must lie in [-1, 1], got nan"),
        (lambda: CopulaPrior(Schema((Feature("a"),)), (Normal(0, 1),), np.eye(2)), "of shape (1, 1) was expected"),
        (
            lambda: CopulaPrior(
                Schema((Feature("a"), Feature("b"))), (Normal(0, 1),) * 2, np.array([[1, 0.5], [0, 1]])
            ),
            "must be symmetric",
        ),
        (lambda: hermite_series(listed([1.0, 0.0])), "no Pearson correlation exists"),
    ],
)
def test_refusals(make: object, text: str) -> None:
    with pytest.raises(PriorError) as caught:
        make()  # type: ignore[operator]
    assert text in str(caught.value)


def test_wide_contradictions_are_repaired_without_a_search() -> None:
    rng = np.random.default_rng(0)
    d = 150
    matrix = rng.uniform(-0.9, 0.9, (d, d))
    matrix = (matrix + matrix.T) / 2
    np.fill_diagonal(matrix, 1.0)
    near, notes = repaired(matrix, [f"f{j}" for j in range(d)])
    assert np.linalg.eigvalsh(near)[0] > 0
    np.testing.assert_allclose(np.diag(near), 1.0)
    assert "moved to the nearest possible ones" in notes[0]


def test_fewer_rows_than_features_hardly_move_a_correlation() -> None:
    matrix = np.corrcoef(np.random.default_rng(0).normal(size=(40, 20)))
    near, _ = repaired(matrix, [f"f{j}" for j in range(40)])
    assert np.abs(near - matrix).max() < 1e-6
    assert np.linalg.eigvalsh(near)[0] > 0
