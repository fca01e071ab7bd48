"""Noise of every objective: densities, bounds, draws and scales against independent answers, and broken twins."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from retrodict.models.noise import Gamma, Gaussian, InverseGaussian, Laplace, NegativeBinomial, Poisson, Tweedie

REAL = [Gaussian(0.7), Laplace(0.7), Laplace(0.4, 0.2), Laplace(1.1, 0.95)]
POSITIVE = [Gamma(0.4), Gamma(2.0), InverseGaussian(0.3)]
COUNTS = [Poisson(), NegativeBinomial(0.6), NegativeBinomial(1e-5)]
TWEEDIE = [Tweedie(0.8), Tweedie(0.8, 1.1), Tweedie(0.3, 1.9), Tweedie(3.0, 1.3), Tweedie(1e-3, 1.6)]
ALL: list[Any] = [*REAL, *POSITIVE, *COUNTS, *TWEEDIE]
MEANS = (0.6, 1.7, 12.0)

ids = pytest.mark.parametrize("noise", ALL, ids=repr)


def compound(y: float, noise: Tweedie, mean: float) -> float:
    """Log-density of a Poisson number of gammas, summed over that number."""
    p, scale = noise.power, noise._scale
    j = np.arange(1, 20_000)
    rate = mean ** (2 - p) / (scale * (2 - p))
    each = stats.gamma.logpdf(y, j * (2 - p) / (p - 1), scale=scale * (p - 1) * mean ** (p - 1))
    return float(np.logaddexp.reduce(stats.poisson.logpmf(j, rate) + each))


def stated(noise: Any, y: float, m: float) -> float:
    """Return ``log p(y|m)`` by scipy's distributions."""
    match noise:
        case Gaussian():
            return float(stats.norm.logpdf(y, m, noise.scale))
        case Laplace():
            q, off = noise.quantile, y - m  # the asymmetric one in scipy's parameters
            kappa = np.sqrt(q / (1 - q))
            return float(stats.laplace_asymmetric.logpdf(off, kappa, scale=noise._scale / 2 / np.sqrt(q * (1 - q))))
        case Gamma():
            return float(stats.gamma.logpdf(y, 1 / noise._scale, scale=m * noise._scale))
        case InverseGaussian():
            return float(stats.invgauss.logpdf(y, m * noise._scale, scale=1 / noise._scale))
        case Poisson():
            return float(stats.poisson.logpmf(y, m))
        case NegativeBinomial():
            return float(stats.nbinom.logpmf(y, 1 / noise._scale, 1 / (1 + noise._scale * m)))
        case _:
            p = noise.power
            return compound(y, noise, m) if y else -(m ** (2 - p)) / noise._scale / (2 - p)


@ids
def test_densities_are_those_of_scipy(noise: Any) -> None:
    values = [0.0, 1.0, 2.0, 30.0] if noise.discrete(1.0) else [0.01, 0.7, 1.7, 9.0]
    values += [-2.0] if noise.admits(-2.0) else []
    values += [0.0] if isinstance(noise, Tweedie) else []
    for value in values:
        logs = noise.log_density(value, np.array(MEANS))
        np.testing.assert_allclose(logs, [stated(noise, value, m) for m in MEANS], rtol=1e-7, atol=1e-9)
    pairs = np.array(values * 3), np.repeat(MEANS, len(values))
    one_by_one = [noise.log_density(y, np.array([m]))[0] for y, m in zip(*pairs, strict=True)]
    np.testing.assert_array_equal(noise.log_density(*pairs), one_by_one)


@pytest.mark.parametrize("noise", [*REAL, *POSITIVE, *TWEEDIE], ids=repr)
@pytest.mark.parametrize("mean", MEANS)
def test_densities_integrate_to_one(noise: Any, mean: float) -> None:
    def density(y: float) -> float:
        return float(np.exp(noise.log_density(y, np.array([mean])))[0])

    sd = float(np.std(noise.draw(np.full(4_000, mean), np.random.default_rng(0))))
    lowest = mean - 60 * sd if noise.admits(-1.0) else 0.0
    edges = [lowest, *sorted({max(lowest, mean + k * sd) for k in (-9, -3, -1, 0, 1, 3, 9)} | {lowest + 1e-6}), 1e3]
    total = density(0.0) if noise.discrete(0.0) else 0.0
    total += sum(integrate.quad(density, a, b, limit=200)[0] for a, b in pairwise(edges))
    assert total == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("noise", COUNTS, ids=repr)
@pytest.mark.parametrize("mean", [0.0, *MEANS])
def test_counts_sum_to_one(noise: Any, mean: float) -> None:
    counts = np.arange(2_000.0)
    assert np.exp(noise.log_density(counts, np.full(2_000, mean))).sum() == pytest.approx(1.0, abs=1e-9)
    assert not np.exp(noise.log_density(np.array([0.5, -1.0, np.inf, np.nan]), np.full(4, mean))).any()


@ids
def test_the_bound_is_the_greatest_of_all_means(noise: Any) -> None:
    values = [1.0, 4.0] if noise.discrete(1.0) else [0.3, 2.0]
    for value in [*values, *([0.0] if noise.discrete(0.0) else [])]:
        means = np.unique(np.concatenate([np.geomspace(1e-4, 1e3, 20_001), [0.0, value]]))
        logs = noise.log_density(value, means)
        assert logs.max() <= noise.log_bound(value) + 1e-12
        assert noise.log_density(value, np.array([value]))[0] == pytest.approx(noise.log_bound(value), abs=1e-12)


def cells(noise: Any, mean: float, inner: np.ndarray) -> np.ndarray:
    """Return the probability of each cell that ends at one of these, and of what lies beyond the last."""
    if noise.discrete(1.0):
        shares = np.exp(noise.log_density(np.arange(inner[-1] + 1), np.full(int(inner[-1]) + 1, mean)))
        shares = np.diff(np.cumsum(shares)[inner.astype(int)], prepend=0.0)
        return np.append(shares, 1 - shares.sum())

    def density(y: float) -> float:
        return float(np.exp(noise.log_density(y, np.array([mean])))[0])

    lowest = inner[0] - 40.0 if noise.admits(-1.0) else 0.0
    ends = np.unique(np.concatenate([[lowest], inner, [mean] if mean < inner[-1] else []]))
    each = [integrate.quad(density, a, b, limit=400)[0] for a, b in pairwise(ends)]
    total = np.concatenate([[0.0], np.cumsum(each)])[np.searchsorted(ends, inner)]
    shares = np.diff(total + (density(0.0) if noise.discrete(0.0) else 0.0), prepend=0.0)
    return np.append(shares, 1 - shares.sum())


def missed(noise: Any, draw: Callable[..., np.ndarray], mean: float, n: int = 40_000) -> float:
    """Return the p-value of draws in the density's own cells, by Pearson's statistic."""
    y = draw(np.full(n, mean), np.random.default_rng(4))
    inner = np.unique(np.quantile(draw(np.full(n, mean), np.random.default_rng(5)), np.arange(1, 20) / 20))
    seen = np.bincount(np.searchsorted(inner, y, side="left"), minlength=len(inner) + 1)
    return float(stats.chisquare(seen, cells(noise, mean, inner) * n, sum_check=False).pvalue)


@ids
def test_draws_follow_the_density(noise: Any) -> None:
    assert missed(noise, noise.draw, 1.7) > 1e-3


BROKEN = {
    Gaussian: lambda noise, m, rng: Gaussian(1.05 * noise.scale).draw(m, rng),
    Laplace: lambda noise, m, rng: Laplace(noise.scale, 1 - noise.quantile).draw(m, rng),
    Gamma: lambda noise, m, rng: m * rng.lognormal(-noise.scale / 2, np.sqrt(noise.scale), len(m)),
    InverseGaussian: lambda noise, m, rng: Gamma(noise.scale * 1.7).draw(m, rng),
    Poisson: lambda noise, m, rng: np.rint(np.maximum(rng.normal(m, np.sqrt(m)), 0)),
    NegativeBinomial: lambda noise, m, rng: Poisson().draw(m, rng),
    Tweedie: lambda noise, m, rng: Gamma(noise.scale * 1.7 ** (noise.power - 2)).draw(m, rng),
}
"""Draws of the right mean, and most of about the right variance, from another distribution."""


@pytest.mark.parametrize("noise", [REAL[0], REAL[2], *POSITIVE, *COUNTS[:2], TWEEDIE[0]], ids=repr)
def test_broken_draws_are_caught(noise: Any) -> None:
    assert missed(noise, lambda m, rng: BROKEN[type(noise)](noise, m, rng), 1.7) < 1e-3


@ids
def test_scales_come_back_from_draws(noise: Any) -> None:
    """Within five standard errors, which are measured from runs apart."""
    if not noise.scaled or noise.scale < 1e-4:
        assert (isinstance(noise, Poisson) and noise.scale_of(np.ones(2), np.ones(2)) is None) or noise.scaled
        return
    found = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        mean = rng.uniform(1, 3, 4_000)
        found.append(noise.scale_of(noise.draw(mean, rng) - mean, mean))
    assert np.mean(found) == pytest.approx(noise.scale, abs=5 * np.std(found) / np.sqrt(30))
    assert noise.with_scale(2.0).scale == 2.0


def test_the_quantile_is_the_prediction() -> None:
    y = Laplace(0.8, 0.9).draw(np.full(100_000, 3.0), np.random.default_rng(0))
    assert (y < 3.0).mean() == pytest.approx(0.9, abs=5 * np.sqrt(0.09 / 100_000))


def test_large_arguments_keep_their_digits() -> None:
    """Near-certain targets are near Gaussian: every digit that is lost shows."""
    for scale in (1e-6, 1e-7, 1e-9, 1e-12):
        normal = -0.5 * np.log(2 * np.pi * scale)
        assert Gamma(scale).log_bound(1.0) == pytest.approx(normal, abs=scale + 1e-9)
        assert Tweedie(scale).log_bound(1.0) == pytest.approx(normal, abs=scale + 1e-7)
    assert Tweedie(1.0).log_bound(1e-300) < 2e3
    assert np.isfinite(Poisson().draw(np.array([1e300, -1.0]), np.random.default_rng(0))).all()


def test_what_can_not_be_is_not_admitted() -> None:
    assert [noise.admits(2.5) for noise in (Poisson(), NegativeBinomial(), Gamma(), Tweedie())] == [0, 0, 1, 1]
    assert [noise.admits(0.0) for noise in (Poisson(), Gamma(), InverseGaussian(), Tweedie())] == [1, 0, 0, 1]
    assert not any(noise.admits(-1.0) for noise in (*COUNTS, *POSITIVE, *TWEEDIE))
    assert not any(noise.admits(value) for noise in ALL for value in (np.nan, np.inf))
    for noise in (*COUNTS, *POSITIVE, *TWEEDIE):  # nor has a mean below zero a target
        assert noise.log_density(1.0, np.array([-1.0]))[0] == -np.inf
        assert noise.draw(np.array([-1.0]), np.random.default_rng(0))[0] == 0.0
    with pytest.raises(ValueError, match="power"):
        Tweedie(1.0, 2.0)
