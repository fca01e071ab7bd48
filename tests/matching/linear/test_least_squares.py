"""Non-negative least squares against those of scipy, in one go and column by column."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

pytest.importorskip("numba")

from retrodict.matching.linear.columns import Columns, explained
from retrodict.matching.linear.least_squares import Pool

BLOCKS, CELLS, WIDTH = 12, 5, 2


def drawn(rng: np.random.Generator, many: int) -> Columns:
    """Return columns with one site in each block."""
    sites = rng.integers(0, CELLS, (BLOCKS, many)) + CELLS * np.arange(BLOCKS)[:, None]
    return Columns(sites.astype(np.int32), rng.normal(size=(BLOCKS, WIDTH, many)))


def dense(columns: Columns) -> np.ndarray:
    many = columns.sites.shape[1]
    return np.stack([explained(columns, np.eye(many)[j], BLOCKS * CELLS).ravel() for j in range(many)], axis=1)


@pytest.mark.parametrize("seed", range(5))
def test_the_solution_is_that_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns, totals = drawn(rng, 200), rng.normal(size=(BLOCKS * CELLS, WIDTH))
    pool = Pool(totals, BLOCKS)
    pool.add(columns)
    pool.solve(1_000, 0.0)
    x, length = nnls(dense(columns), totals.ravel())
    assert pool.misfit == pytest.approx(length**2, rel=1e-9)
    assert pool.x == pytest.approx(x, abs=1e-6)
    # a broken twin: the plain least squares, negative ones cut off, fit far worse
    cut = np.maximum(np.linalg.lstsq(dense(columns), totals.ravel(), rcond=None)[0], 0.0)
    assert ((dense(columns) @ cut - totals.ravel()) ** 2).sum() > 1.1 * length**2


def test_columns_that_come_later_and_leave_make_no_difference() -> None:
    rng = np.random.default_rng(9)
    columns, totals = drawn(rng, 150), rng.normal(size=(BLOCKS * CELLS, WIDTH))
    pool = Pool(totals, BLOCKS)
    for first in range(0, 150, 30):
        part = slice(first, first + 30)
        pool.add(Columns(columns.sites[:, part], columns.entries[:, :, part]))
        pool.solve(3, 0.0)
    pool.solve(1_000, 0.0)
    before = pool.misfit
    assert before == pytest.approx(nnls(dense(columns), totals.ravel())[1] ** 2, rel=1e-9)
    pool.keep(pool.x > 0)
    assert pool.solve(10, 0.0) == 0
    assert pool.misfit == pytest.approx(before, rel=1e-12)


def test_equal_columns_do_not_enter_twice() -> None:
    columns = drawn(np.random.default_rng(1), 8)
    twice = Columns(np.tile(columns.sites, 2), np.tile(columns.entries, 2))
    pool = Pool(explained(columns, np.arange(8.0), BLOCKS * CELLS), BLOCKS)
    pool.add(twice)
    pool.solve(100, 0.0)
    assert pool.x[:8] + pool.x[8:] == pytest.approx(np.arange(8.0), abs=1e-9)
    assert pool.misfit < 1e-24
    assert len(pool.inside()) <= 8


def test_free_columns_may_be_negative() -> None:
    columns = drawn(np.random.default_rng(2), 6)
    wanted = np.array([1.0, -2.0, 3.0, -0.5, 0.25, -1.0])
    pool = Pool(explained(columns, wanted, BLOCKS * CELLS), BLOCKS)
    pool.add(columns, free=True)
    pool.solve(100, 0.0)
    assert pool.x == pytest.approx(wanted, abs=1e-9)
