"""The tables that a whole search draws, against all tables that meet the counts, weighted by the prior."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from retrodict.matching import Matching, Problem
from tests.inference.oracle import passes
from tests.matching.enumerated import Listed, listed
from tests.matching.tied_worlds import world_of

TABLES = 12
"""Of each search, of four chains."""


@cache
def exact() -> Listed:
    """Return the tables of a world at no temperature: those that meet all counts."""
    given = world_of("counts met")
    return listed(given.problem, 1e-3, given.labels)


def kinds(codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return a number for each table, shape (s,), that is the same in whatever order it has its rows."""
    own = exact()
    rows = np.ravel_multi_index(np.moveaxis(codes, -1, 0), tuple(own.problem.table.sizes))
    many = own.problem.targets.size * len(own.rows)
    ordered = np.sort(labels * len(own.rows) + rows, axis=1)
    return np.ravel_multi_index(tuple(ordered.T), (many,) * ordered.shape[1])


def found(problem: Problem, seed: int) -> np.ndarray:
    """Return the shares of kinds of tables among those drawn by one search."""
    given = world_of("counts met")
    settings = Matching(tables=TABLES, sweeps=20, restarts=0, workers=1)
    drawn = settings.solve(problem, np.random.SeedSequence(seed), labels=given.labels).drawn
    assert len(drawn) == TABLES
    assert all(one.energy == pytest.approx(0.0, abs=1e-6) for one in drawn)
    own = kinds(np.stack([one.codes for one in drawn]), np.stack([one.labels for one in drawn]))
    return (own[:, None] == _kinds_there()).mean(axis=0)


@cache
def _kinds_there() -> np.ndarray:
    return np.unique(_kinds_listed()[exact().chances > 1e-9])


@cache
def _kinds_listed() -> np.ndarray:
    return kinds(exact().rows[exact().which], exact().labels)


def truth() -> np.ndarray:
    own = exact()
    return np.array([own.chances[_kinds_listed() == kind].sum() for kind in _kinds_there()])


@pytest.mark.slow
def test_tables_are_drawn_as_often_as_the_prior_has_them_among_those_that_meet_the_counts() -> None:
    common = truth() > 0.02
    assert common.sum() > 5
    assert passes(lambda seed: found(exact().problem, seed)[common], truth()[common])


@pytest.mark.slow
def test_a_search_that_forgets_the_prior_is_caught() -> None:
    common = truth() > 0.02
    free = replace(exact().problem, prior=None)
    assert not passes(lambda seed: found(free, seed)[common], truth()[common])
