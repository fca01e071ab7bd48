"""The posteriors that are compared, each with exact answers: finite worlds, and smooth ones known by quadrature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from bench.samplers.cells import Bins, along, equal_bins, shares, truth
from bench.samplers.networks import NETWORKS, network_posterior, reference
from bench.samplers.two_sided import TwoSidedWorld
from bench.worlds import GRID, LogisticWorld
from retrodict.inference.enumeration import StateTable
from retrodict.inference.observation import Label
from retrodict.inference.posterior import Posterior
from retrodict.models import Meter

BINS = 20


@dataclass(frozen=True)
class Target:
    """One posterior with its answers.

    Parameters
    ----------
    name
        For the table.
    posterior
        Makes it, with a meter of its own.
    log_evidence
        The exact evidence.
    cells
        What draws are judged by.
    """

    name: str
    posterior: Callable[[], Posterior]
    log_evidence: float
    cells: tuple[Bins, ...]

    @property
    def truth(self) -> np.ndarray:
        """The cells' exact probabilities."""
        return truth(self.cells)

    def estimate(self, X: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the shares of weighted draws in the cells."""
        return shares(self.cells, X, weight)


@cache
def _rows() -> tuple[pd.DataFrame, np.ndarray]:
    """Return a small table of integers and its labels, of which few are 1."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.integers(0, top + 1, 4_000) for name, top in (("a", 9), ("b", 7), ("c", 4))})
    score = 0.9 * frame["a"] + 0.7 * frame["b"] + 0.8 * frame["c"] - 13.0
    return frame, (rng.random(len(frame)) < 1 / (1 + np.exp(-score))).astype(int)


def finite(name: str, estimator: object) -> Target:
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
    probability, log_evidence = table.posterior(label)
    weights = np.cumprod([1, *(f.n_values for f in schema.features[:0:-1])])[::-1]
    order = np.argsort(table.X @ weights)
    states = Bins(along(weights), np.arange(len(order) - 1) + 0.5, probability[order])
    what = f"{name}, {len(order)} states, Z = {np.exp(log_evidence):.2g}"
    return Target(what, lambda: Posterior(prior, Meter(model), label), float(log_evidence), (states,))


def _across(world: LogisticWorld) -> Bins:
    """Return cells of a coordinate that the model does not see: there the posterior is the prior."""
    across = np.zeros(world.dim)
    across[0], across[1] = world.direction[1], -world.direction[0]
    edges = norm.ppf(np.arange(1, BINS) / BINS)
    return Bins(along(across / np.linalg.norm(across)), edges, np.full(BINS, 1 / BINS))


def smooth(dim: int, evidence: float) -> Target:
    """Return the logistic world's posterior, in cells along the model's direction and across it."""
    world = LogisticWorld(dim, evidence)
    cells = (equal_bins(along(world.direction), GRID, world.density, BINS), _across(world))
    return Target(f"logistic, {dim} dimensions, Z = {evidence:g}", world.posterior, float(np.log(evidence)), cells)


def two_modes(dim: int, evidence: float) -> Target:
    """Return the two-sided world's posterior, in cells along the model's direction and across it."""
    world = TwoSidedWorld(dim, evidence)
    cells = (equal_bins(along(world.direction), world.grid, world.density, BINS), _across(world))
    return Target(f"two modes, {dim} dimensions, Z = {evidence:g}", world.posterior, float(np.log(evidence)), cells)


def network(seed: int, klass: int) -> Target:
    """Return the posterior of a class of digits' network, in cells that a long run of importance sampling found."""
    known = reference(seed, klass, BINS)
    name = f"digits' network {seed}, class {klass}, 64 dimensions, Z = {np.exp(known.log_evidence):.1g}"
    return Target(name, lambda: network_posterior(seed, klass), known.log_evidence, known.cells)


TARGETS: dict[str, Callable[[], Target]] = {
    "states-logistic": lambda: finite("logistic regression", LogisticRegression(max_iter=1_000)),
    "states-boosting": lambda: finite("gradient boosting", GradientBoostingClassifier(n_estimators=50, random_state=0)),
    "2-1e-1": lambda: smooth(2, 1e-1),
    "2-1e-5": lambda: smooth(2, 1e-5),
    "5-1e-3": lambda: smooth(5, 1e-3),
    "10-1e-3": lambda: smooth(10, 1e-3),
    "10-1e-5": lambda: smooth(10, 1e-5),
    "10-1e-7": lambda: smooth(10, 1e-7),
    "30-1e-5": lambda: smooth(30, 1e-5),
    "64-1e-3": lambda: smooth(64, 1e-3),
    "64-1e-7": lambda: smooth(64, 1e-7),
    "modes-5-1e-5": lambda: two_modes(5, 1e-5),
    **{f"network-{seed}-{klass}": (lambda s=seed, k=klass: network(s, k)) for seed, klass in NETWORKS},
}
"""By the word that a command names them with. Each is made when it is wanted: networks are trained first."""
