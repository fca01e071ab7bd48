"""Worlds whose posteriors are known exactly: enumerated discrete ones and conjugate Gaussian ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from scipy.special import log_softmax
from scipy.stats import multivariate_normal

from retrodict.priors import IndependentPrior
from retrodict.priors.marginals import Normal, listed
from retrodict.schema import Feature, Schema, Target


@dataclass(frozen=True)
class TableModel:
    """A classifier that looks its log-probabilities up by the row's categories."""

    schema: Schema
    table: np.ndarray  # (states, k)
    sizes: tuple[int, ...]
    family: str = "table"
    likelihood: str = "exact (table)"
    fingerprint: str = "table"

    def bind(self, schema: Schema) -> Self:
        return replace(self, schema=schema)

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        return self.table[np.ravel_multi_index(X.astype(np.int64).T, self.sizes)]


@dataclass(frozen=True)
class DiscreteWorld:
    """Independent categorical features, and any table of class probabilities over their states."""

    prior: IndependentPrior
    model: TableModel
    shares: tuple[np.ndarray, ...]

    @classmethod
    def random(cls, sizes: tuple[int, ...] = (3, 2, 4, 3), k: int = 3, seed: int = 0, scale: float = 2.0) -> Self:
        rng = np.random.default_rng(seed)
        features = tuple(Feature(f"f{i}", "categorical", categories=tuple(range(s))) for i, s in enumerate(sizes))
        schema = Schema(features, Target("label", tuple(f"c{i}" for i in range(k))))
        shares = tuple(rng.dirichlet(np.full(s, 2.0)) for s in sizes)
        prior = IndependentPrior(schema, tuple(listed(share) for share in shares))
        logits = scale * rng.standard_normal((int(np.prod(sizes)), k))
        return cls(prior, TableModel(schema, log_softmax(logits, axis=1), sizes), shares)

    @cached_property
    def states(self) -> np.ndarray:
        return np.indices(self.model.sizes).reshape(len(self.model.sizes), -1).T

    @cached_property
    def log_prior(self) -> np.ndarray:
        """Log-probability of each state, from the shares and not from the prior's own listing."""
        return np.sum([np.log(share[self.states[:, j]]) for j, share in enumerate(self.shares)], axis=0)

    def posterior(self, observation: Any) -> tuple[np.ndarray, float]:
        joint = np.exp(self.log_prior + observation.log_likelihood(self.model.table))
        return joint / joint.sum(), float(joint.sum())

    def frequencies(self, X: np.ndarray) -> np.ndarray:
        code = np.ravel_multi_index(X.astype(np.int64).T, self.model.sizes)
        return np.bincount(code, minlength=len(self.states)) / max(len(X), 1)


@dataclass(frozen=True)
class LinearModel:
    """A regressor ``y = x a`` with known noise."""

    schema: Schema
    weights: np.ndarray
    noise_scale: float = 0.5
    noise_source: str = "stated"
    family: str = "linear"
    likelihood: str = "Gaussian noise"
    fingerprint: str = "linear"

    def bind(self, schema: Schema) -> Self:
        return replace(self, schema=schema)

    def with_noise(self, scale: float, source: str) -> Self:
        return replace(self, noise_scale=scale, noise_source=source)

    def predict(self, X: np.ndarray) -> np.ndarray:
        return X @ self.weights

    def gradient(self) -> Any:
        return lambda X: (X @ self.weights, lambda weight: weight[:, None] * self.weights)


@dataclass(frozen=True)
class GaussianWorld:
    """Normal features and a linear regressor: the posterior given a value is Gaussian."""

    prior: IndependentPrior
    model: LinearModel

    @classmethod
    def random(cls, d: int = 4, seed: int = 0) -> Self:
        rng = np.random.default_rng(seed)
        schema = Schema(tuple(Feature(f"x{i}") for i in range(d)), Target("y"))
        marginals = tuple(Normal(mean, sd) for mean, sd in zip(rng.normal(size=d), rng.uniform(0.5, 2, d), strict=True))
        return cls(IndependentPrior(schema, marginals), LinearModel(schema, rng.normal(size=d)))

    def posterior(self, value: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Mean (d,), covariance (d, d) and evidence of one observed value."""
        mean = np.array([m.mean for m in self.prior.marginals])
        covariance = np.diag([m.sd**2 for m in self.prior.marginals])
        a, noise = self.model.weights, self.model.noise_scale
        variance = a @ covariance @ a + noise**2
        gain = covariance @ a / variance
        evidence = multivariate_normal.pdf(value, a @ mean, variance)
        return mean + gain * (value - a @ mean), covariance - np.outer(gain, a @ covariance), float(evidence)
