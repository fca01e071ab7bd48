"""Cases whose error budget is known: Gaussian rows with logistic labels, and discrete worlds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import log_softmax, logsumexp, rel_entr, softmax

import retrodict as rd
from retrodict.priors.marginals import Normal, listed
from retrodict.schema import Feature, Schema, Target

EXACT_DRAWS = 2_000_000


@dataclass(frozen=True, eq=False)
class KnownModel:
    """A classifier given by a function of encoded rows; it serves as a retrodict model."""

    schema: Schema
    score: Callable[[np.ndarray], np.ndarray]

    family = "known model"
    likelihood = "exact"
    fingerprint = "known model"

    def bind(self, schema: Schema) -> Self:
        """Return itself: it has no other columns."""
        return self

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        """Return log-probabilities, shape (n, k)."""
        return self.score(X)


@dataclass(frozen=True, eq=False)
class Case:
    """A population, a prior and a model, with the exact budget.

    Parameters
    ----------
    model, prior
        What is judged.
    draw
        `n` encoded rows of P(x) from a generator.
    labels
        log P(y|x) of encoded rows.
    exact
        Computes the terms.
    """

    model: KnownModel
    prior: Any
    draw: Callable[[int, np.random.Generator], np.ndarray]
    labels: Callable[[np.ndarray], np.ndarray]
    exact: Callable[[], dict[str, float]] = field(repr=False)

    def rows(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        """Return labelled rows."""
        X = self.draw(n, rng)
        p = np.exp(self.labels(X)).cumsum(axis=1)
        y = np.minimum((rng.random((n, 1)) > p).sum(axis=1), p.shape[1] - 1)
        return self.model.schema.decode(X).assign(target=y)

    @cached_property
    def truth(self) -> dict[str, float]:
        """The terms, with `total` and `posterior`, which are equal."""
        terms = self.exact()
        total = terms["prior"] + terms["model"] - terms["label"]
        return {**terms, "total": total, "posterior": total}


def gaussian(d: int, scale: float = 1.2, shift: float = 0.5, wrong: float = 0.5) -> Case:
    """Return P = N(mu, I), Q = N(0, scale^2 I), logistic labels in two directions, a model with slopes too flat.

    The prior term is in closed form; the others are integrals over the two directions that labels look along, taken
    over two million exact draws (standard error below 1e-3).
    """
    mu = np.zeros(d)
    mu[0] = shift
    features = tuple(Feature(f"x{j}") for j in range(d))
    schema = Schema(features, Target("target", (0, 1)))

    def labels(slope: float, X: np.ndarray) -> np.ndarray:
        z = slope * (X[:, 0] - X[:, 1]) + 0.2
        return log_softmax(np.column_stack([np.zeros(len(X)), z]), axis=1)

    truth, assumed = partial(labels, 1.5), partial(labels, 1.5 * wrong)

    def exact() -> dict[str, float]:
        rng = np.random.default_rng(12345)
        X = rng.standard_normal((EXACT_DRAWS, 2))
        p, q = truth(X + mu[:2]), assumed(X + mu[:2])
        label_p, label_q = np.exp(p).mean(axis=0), np.exp(assumed(X * scale)).mean(axis=0)
        prior = 0.5 * (d / scale**2 + shift**2 / scale**2 - d + 2 * d * np.log(scale))
        return {
            "prior": float(prior),
            "model": float((np.exp(p) * (p - q)).sum(axis=1).mean()),
            "label": float(rel_entr(label_p, label_q).sum()),
        }

    prior = rd.priors.IndependentPrior(schema, (Normal(0.0, scale),) * d)
    return Case(KnownModel(schema, assumed), prior, lambda n, rng: rng.standard_normal((n, d)) + mu, truth, exact)


def world(sizes: tuple[int, ...], classes: int, strength: float, seed: int) -> Case:
    """Return a discrete world over the product of features, its prior independent, its truth tied by a smooth tilt."""
    rng = np.random.default_rng(seed)
    features = tuple(Feature(f"f{j}", "categorical", categories=tuple(range(m))) for j, m in enumerate(sizes))
    schema = Schema(features, Target("target", tuple(range(classes))))
    states = np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), axis=-1).reshape(-1, len(sizes)).astype(float)
    margins = [rng.dirichlet(np.full(m, 3.0)) for m in sizes]
    log_q = sum(np.log(margin)[states[:, j].astype(int)] for j, margin in enumerate(margins))
    tilt = sum(strength * rng.standard_normal(m)[states[:, j].astype(int)] for j, m in enumerate(sizes))
    tied = strength * rng.standard_normal((sizes[0], sizes[1]))[states[:, 0].astype(int), states[:, 1].astype(int)]
    log_p = log_q + tilt + tied
    log_p -= logsumexp(log_p)
    scores = sum(rng.standard_normal((m, classes))[states[:, j].astype(int)] for j, m in enumerate(sizes))
    log_py = log_softmax(scores, axis=1)
    log_qy = log_softmax(0.6 * scores + 0.3 * rng.standard_normal(classes), axis=1)
    place = np.array([int(np.prod(sizes[j + 1 :])) for j in range(len(sizes))])

    def at(table: np.ndarray, X: np.ndarray) -> np.ndarray:
        return table[(X @ place).astype(int)]

    def exact() -> dict[str, float]:
        p, q = np.exp(log_p), np.exp(log_q)
        py, qy = p @ np.exp(log_py), q @ np.exp(log_qy)
        return {
            "prior": float(rel_entr(p, q).sum()),
            "model": float(p @ rel_entr(np.exp(log_py), np.exp(log_qy)).sum(axis=1)),
            "label": float(rel_entr(py, qy).sum()),
        }

    prior = rd.priors.IndependentPrior(schema, tuple(listed(margin) for margin in margins))
    return Case(
        KnownModel(schema, partial(at, log_qy)),
        prior,
        lambda n, rng: states[rng.choice(len(states), n, p=softmax(log_p))],
        partial(at, log_py),
        exact,
    )


CASES: dict[str, Callable[[], Case]] = {
    "gaussian, 2 features": partial(gaussian, 2),
    "gaussian, 5 features": partial(gaussian, 5),
    "gaussian, 10 features": partial(gaussian, 10),
    "gaussian, 20 features": partial(gaussian, 20),
    "world, 12 states": partial(world, (4, 3), 2, 0.4, 1),
    "world, 60 states, 3 classes": partial(world, (5, 4, 3), 3, 0.4, 2),
    "world, the truth assumed": partial(world, (4, 3, 2), 2, 0.0, 3),
}
