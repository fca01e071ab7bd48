"""Partitions of rows into cells whose posterior probabilities are known: what draws are judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Bins:
    """Cells along one number of a row.

    Parameters
    ----------
    of
        The number, shape (n, d) -> (n,).
    edges
        Between the cells, shape (c - 1,).
    truth
        The cells' probabilities, shape (c,).
    """

    of: Callable[[np.ndarray], np.ndarray]
    edges: np.ndarray
    truth: np.ndarray

    def shares(self, X: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the shares of weighted rows in the cells."""
        return np.bincount(np.searchsorted(self.edges, self.of(X)), weight, minlength=len(self.truth))


def along(direction: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the rows' component along a direction."""
    return lambda X: X @ direction


def equal_bins(of: Callable[[np.ndarray], np.ndarray], values: np.ndarray, weight: np.ndarray, cells: int) -> Bins:
    """Return cells of about equal probability under a weighted sample, or a grid, of the number."""
    order = np.argsort(values)
    cumulative = np.cumsum(weight[order]) / weight.sum()
    edges = np.interp(np.arange(1, cells) / cells, cumulative, values[order])
    truth = np.bincount(np.searchsorted(edges, values), weight / weight.sum(), minlength=cells)
    return Bins(of, edges, truth)


def shares(partitions: Sequence[Bins], X: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the shares in all partitions' cells, one after the other."""
    return np.concatenate([each.shares(X, weight) for each in partitions])


def truth(partitions: Sequence[Bins]) -> np.ndarray:
    """Return the probabilities of all partitions' cells, one after the other."""
    return np.concatenate([each.truth for each in partitions])
