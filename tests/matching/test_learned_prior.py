"""Draws of tables whose prior is itself unknown, against all tables under Dirichlet laws, summed over components."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from scipy.special import gammaln

from retrodict.matching import Matching, Problem
from tests.inference.oracle import passes
from tests.matching.enumerated import listed
from tests.matching.tied_worlds import noisy, planted, tied

SWEEPS, TABLES = 4_000, 2_000
"""Of one search, of a single chain; components that come to hold no row come back seldom."""


@cache
def learning() -> Problem:
    """Return a problem of three rows in two components, whose class counts are stated with noise."""
    given = tied(planted(2, 3), components=2, untied=(0, 1))
    return replace(noisy(given, "geometric", 1.0), learned=True)


def log_dirichlet(weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the log-chance of a sequence of draws with such counts, their shares from a Dirichlet law; last axis."""
    inside = weights > 0
    each = np.where(
        inside, gammaln(np.where(inside, weights + counts, 1.0)) - gammaln(np.where(inside, weights, 1.0)), 0
    )
    return each.sum(axis=-1) + gammaln(weights.sum(axis=-1)) - gammaln((weights + counts).sum(axis=-1))


def shares(codes: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the shares of each row's codes with its label."""
    kind = np.ravel_multi_index((*np.moveaxis(codes, -1, 0), labels), (2, 3, 2))
    return np.concatenate([np.bincount(kind[:, i], weights, minlength=12) for i in range(codes.shape[1])])


@cache
def truth() -> np.ndarray:
    problem = learning()
    own = listed(replace(problem, prior=None, learned=False), 1.0)
    prior, n = problem.prior, problem.table.n
    assert prior is not None
    codes, labels = own.rows[own.which], own.labels
    stated = prior.shares.T * problem.targets.chances  # of components and labels together
    total = np.zeros(len(codes))
    for components in product(range(2), repeat=n):
        log = log_dirichlet(stated.sum(axis=1), np.bincount(components, minlength=2).astype(float))
        for k in range(2):
            here = np.array(components) == k
            many = [(labels[:, here] == c).sum(axis=1) for c in range(2)]
            log = log + log_dirichlet(stated[k] / stated[k].sum(), np.stack(many, axis=1))
            for f in range(2):
                many = [(codes[:, here, f] == c).sum(axis=1) for c in range(3)]
                log = log + log_dirichlet(prior.chances[k, f], np.stack(many, axis=1))
        total += np.exp(log)
    weights = total * np.exp(-own.energies)
    return shares(codes, labels, weights / weights.sum())


def drawn(problem: Problem, seed: int) -> np.ndarray:
    search = Matching(chains=1, sweeps=SWEEPS, tables=TABLES, workers=1)
    tables = search.solve(problem, np.random.SeedSequence(seed)).drawn
    codes, labels = np.stack([one.codes for one in tables]), np.stack([one.labels for one in tables])
    return shares(codes, labels, np.full(len(codes), 1 / len(codes)))


def right(problem: Problem) -> bool:
    kept = truth() > 0.02
    assert kept.sum() > 10
    return passes(lambda seed: drawn(problem, seed)[kept], truth()[kept])


@pytest.mark.slow
def test_tables_are_drawn_as_often_as_unknown_priors_make_them() -> None:
    assert right(learning())


@pytest.mark.slow
def test_a_search_that_takes_the_prior_as_stated_is_caught() -> None:
    assert not right(replace(learning(), learned=False))
