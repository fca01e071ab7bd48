"""The law of a row's codes under a `RowPrior`, by orthant probabilities: plain, exact and slow."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.stats import multivariate_normal

from retrodict.matching import Table
from retrodict.matching.row_prior import RowPrior

_STEP = 1e-4
"""Of means, over which log probabilities are differentiated."""


def law_of_rows(prior: RowPrior, table: Table, rows: np.ndarray) -> np.ndarray:
    """Return the probability of each row of codes, and of each component with it, by label: shape (L, R, K)."""
    labels, many = prior.shares.shape
    out = np.empty((labels, len(rows), many))
    for k in range(many):
        out[:, :, k] = prior.shares[:, k, None] * [law_of_row(prior, table, k, row) for row in rows]
    return out


def law_of_row(prior: RowPrior, table: Table, k: int, row: np.ndarray) -> float:
    """Return the probability of a row of codes in component `k`."""
    total, present = 1.0, []
    for f, code in enumerate(row):
        if not prior.tied[f]:
            total *= prior.chances[k, f, code]
        elif code == table.missing[f]:
            total *= prior.missing[k, f]
        else:
            total *= 1.0 - prior.missing[k, f]
            present.append(f)
    return total * _within(prior, k, row, present, prior.means[k])


def latent_means(prior: RowPrior, table: Table, k: int, row: np.ndarray) -> np.ndarray:
    """Return the means of a row's latents given its codes, in component `k`, shape (d,); NaN where none is.

    The slope of ``log P(slots)`` in the means is ``precision @ (E[latents | slots] - means)``; a latent whose value is
    missing is regressed on the others.
    """
    present = [f for f in range(len(row)) if prior.tied[f] and row[f] != table.missing[f]]
    tied = np.flatnonzero(prior.tied)
    cov = np.linalg.inv(prior.precisions[prior.precision[k]])
    slope = np.empty(len(present))
    for at, f in enumerate(present):
        two = []
        for sign in (-1, 1):
            means = prior.means[k].copy()
            means[f] += sign * _STEP
            two.append(np.log(_within(prior, k, row, present, means)))
        slope[at] = (two[1] - two[0]) / (2 * _STEP)
    out = np.full(len(row), np.nan)
    out[tied] = prior.means[k, tied] + cov[np.ix_(tied, present)] @ slope
    return out


def _within(prior: RowPrior, k: int, row: np.ndarray, present: list[int], means: np.ndarray) -> float:
    """Return the probability that the latents of some features lie in slots of their codes."""
    if not present:
        return 1.0
    cov = np.linalg.inv(prior.precisions[prior.precision[k]])[np.ix_(present, present)]
    ends = prior.ends[prior.scale[k]]
    slots = [np.flatnonzero(prior.slots[f] == row[f]) for f in present]
    total = 0.0
    for chosen in product(*slots):
        low = np.array([ends[f, m] for f, m in zip(present, chosen, strict=True)])
        high = np.array([ends[f, m + 1] for f, m in zip(present, chosen, strict=True)])
        total += multivariate_normal.cdf(
            high, means[present], cov, lower_limit=low, abseps=1e-9, releps=1e-9, maxpts=200_000, rng=0
        )
    return float(total)
