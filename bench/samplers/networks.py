"""Digits' multilayer perceptrons as targets, with answers by a long run of importance sampling.

A normal distribution is fitted to a long tempered run's draws, and a million draws of it are weighted by the posterior:
unbiased whatever the run's draws are worth, and better than any run that is compared with it (`Reference.effective`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtri
from scipy.stats import multivariate_normal
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from bench.samplers.cells import Bins, along, equal_bins
from retrodict.inference.observation import Label
from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.engine import TemperedSMC
from retrodict.models import Meter

NETWORKS = ((0, 1), (1, 0))
"""Network and class: one that prior draws show now and then, and one that they hardly ever do."""

LEVELS = 16.0
"""Pixels lie from 0 to this."""

FITTED, ROUNDS, PROPOSED = 8_000, 2, 400_000
"""Draws of the tempered run, rounds of fitting a normal distribution to weighted draws, and draws of each."""
WIDER = 1.15
"""Times the fitted covariance: a proposal must reach further than its target."""


@cache
def _network(seed: int) -> tuple[rd.Schema, object]:
    data, labels = load_digits(return_X_y=True, as_frame=True)
    schema = rd.Schema(tuple(rd.Feature(name, low=0.0, high=LEVELS) for name in data.columns))
    net = make_pipeline(StandardScaler(), MLPClassifier((100,), max_iter=1_000, random_state=seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = rd.load_model(net.fit(data, labels))
    return schema, model.bind(schema.with_target(model.schema.target))


def network_posterior(seed: int, klass: int) -> Posterior:
    """Return the posterior of a class with every pixel uniform, with a meter of its own."""
    schema, model = _network(seed)
    return Posterior(rd.uniform_prior(schema), Meter(model), Label(klass, model.schema.target.classes[klass]))


@dataclass(frozen=True)
class Reference:
    """The answers, and how many exact draws they are worth."""

    log_evidence: float
    cells: tuple[Bins, ...]
    effective: float


@cache
def reference(seed: int, klass: int, bins: int) -> Reference:
    """Return the evidence, and cells along the rows' shift, across it, and of the class's own probability."""
    posterior, rng = network_posterior(seed, klass), np.random.default_rng(7)
    X = TemperedSMC().draw(posterior, FITTED, rng).X
    z, weight = _latents(X), np.ones(len(X))
    for _ in range(ROUNDS):
        mean = np.average(z, axis=0, weights=weight)
        law = multivariate_normal(mean, WIDER * np.cov(z.T, aweights=weight))
        z = law.rvs(PROPOSED, random_state=rng)
        X, log_likelihood = posterior.evaluate(z)
        weight = np.exp(log_likelihood + multivariate_normal(np.zeros(z.shape[1])).logpdf(z) - law.logpdf(z))
    shift = np.average(X, axis=0, weights=weight) - LEVELS / 2
    shift /= np.linalg.norm(shift)
    across = rng.standard_normal(len(shift))
    across -= (across @ shift) * shift
    of = [along(shift), along(across / np.linalg.norm(across)), _probability(posterior)]
    cells = tuple(equal_bins(each, each(X), weight, bins) for each in of)
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    return Reference(float(np.log(weight.mean())), cells, effective)


def _probability(posterior: Posterior) -> Callable[[np.ndarray], np.ndarray]:
    """Return the class's log-probability of rows, by a meter that nobody reads."""
    meter, index = Meter(posterior.meter.model), posterior.observation.index
    return lambda X: meter.output(X)[:, index]


def _latents(X: np.ndarray) -> np.ndarray:

    return ndtri(np.clip(X / LEVELS, 1e-9, 1 - 1e-9))
