"""Posteriors with exact answers for the comparison of samplers: finite worlds, and a continuous one in bins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from bench.worlds import GRID, LogisticWorld
from retrodict.inference.enumeration import StateTable
from retrodict.inference.observation import Label
from retrodict.inference.posterior import Posterior
from retrodict.models import Meter

BINS = 20


@dataclass(frozen=True)
class Target:
    """One posterior: how to make it, and the exact probability of each of its cells.

    Parameters
    ----------
    name
        For the table.
    posterior
        Makes it, with a meter of its own.
    truth
        Exact probabilities of the cells, shape (c,).
    estimate
        The shares of draws in the cells, shape (n, d) -> (c,).
    finite
        Whether its states can be enumerated.
    """

    name: str
    posterior: Callable[[], Posterior]
    truth: np.ndarray
    estimate: Callable[[np.ndarray], np.ndarray]
    finite: bool


@cache
def _rows() -> tuple[pd.DataFrame, np.ndarray]:
    """Return a small table of integers and its labels, of which few are 1."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.integers(0, top + 1, 4_000) for name, top in (("a", 9), ("b", 7), ("c", 4))})
    score = 0.9 * frame["a"] + 0.7 * frame["b"] + 0.8 * frame["c"] - 13.0
    return frame, (rng.random(len(frame)) < 1 / (1 + np.exp(-score))).astype(int)


def finite_target(name: str, estimator: object) -> Target:
    """Return the posterior of class 1 under integers whose shares fall off, by a fitted model."""
    frame, labels = _rows()
    schema = rd.Schema(tuple(rd.Feature(c, "integer", 0, int(frame[c].max())) for c in frame))
    marginals = tuple(
        rd.priors.marginals.Discrete(np.arange(f.n_values), 0.75 ** np.arange(f.n_values)) for f in schema.features
    )
    prior = rd.priors.IndependentPrior(schema, marginals)
    model = rd.load_model(estimator.fit(frame, labels))
    model = model.bind(schema.with_target(model.schema.target))
    label = Label(1, model.schema.target.classes[1])
    table = StateTable.of(prior, Meter(model))
    truth, log_evidence = table.posterior(label)
    weights = np.cumprod([1, *(f.n_values for f in schema.features[:0:-1])])[::-1]
    order = np.argsort(table.X @ weights)

    def estimate(X: np.ndarray) -> np.ndarray:
        return np.bincount((X @ weights).astype(np.int64), minlength=len(order)) / max(len(X), 1)

    what = f"{name}: {len(truth)} states, Z = {np.exp(log_evidence):.2g}"
    return Target(what, lambda: Posterior(prior, Meter(model), label), truth[order], estimate, True)


def continuous_target(dim: int, evidence: float) -> Target:
    """Return the logistic world's posterior, in bins of equal probability along the model's direction."""
    world = LogisticWorld(dim, evidence)
    edges = np.interp(np.arange(1, BINS) / BINS, np.cumsum(world.density), GRID)

    def estimate(X: np.ndarray) -> np.ndarray:
        return np.bincount(np.searchsorted(edges, X @ world.direction), minlength=BINS) / max(len(X), 1)

    name = f"logistic in {dim} dimensions, {BINS} bins, Z = {evidence:g}"
    return Target(name, world.posterior, np.full(BINS, 1 / BINS), estimate, False)


TARGETS = (
    finite_target("logistic regression", LogisticRegression(max_iter=1_000)),
    finite_target("gradient boosting", GradientBoostingClassifier(n_estimators=50, random_state=0)),
    continuous_target(5, 1e-1),
    continuous_target(5, 1e-4),
)
"""The posteriors that are compared."""
