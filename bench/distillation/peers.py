"""Query generators of the literature on data-free distillation, made anew from what their papers say.

Each knows what a caller of a model knows: the range of each number and the categories of each list, and answers.

- uniform: independent draws over ranges and categories (the random queries of Tramèr et al., USENIX Security 2016).
- Gaussian: numbers about the middle of the range with a quarter of it as standard deviation, cut off at its ends.
- boundary: half of each round's calls are uniform draws, half go to points between rows of two classes (the line
  search and adaptive retraining of the same paper, without its gradients).
- interactions: the two phases of TabKD (arXiv:2603.15481). A fifth of the calls finds bins of each feature that follow
  the teacher's answers; the others cover pairs of bins of two features as evenly as can be. Its generator is a network
  trained by gradients of a student; here each row is the one of several that covers the rarest pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeRegressor

Array = np.ndarray
Ask = Callable[[Array], Array]

ROUNDS = 4
BINS = 8
CHOICES = 20
"""Rows among which the one that covers the rarest pairs is taken."""


@dataclass(frozen=True, eq=False)
class Space:
    """What callers know: for each column its range, or the number of its categories."""

    low: Array
    high: Array
    categories: Array
    """Zero for numbers."""

    @classmethod
    def of(cls, features: Any, X: Array) -> Space:
        """Take ranges from training rows, and categories from a schema."""
        listed = np.array([len(feature.categories) if feature.listed else 0 for feature in features])
        return cls(np.nanmin(X, axis=0), np.nanmax(X, axis=0), listed)

    def uniform(self, n: int, rng: np.random.Generator) -> Array:
        """Draw rows uniformly."""
        u = rng.random((n, len(self.low)))
        numbers = self.low + u * (self.high - self.low)
        return np.where(self.categories > 0, np.floor(u * np.maximum(self.categories, 1)), numbers)

    def normal(self, n: int, rng: np.random.Generator) -> Array:
        """Draw numbers about the middle of their ranges."""
        spread = (self.high - self.low) / 4
        numbers = np.clip(
            (self.low + self.high) / 2 + rng.normal(size=(n, len(self.low))) * spread, self.low, self.high
        )
        return np.where(self.categories > 0, self.uniform(n, rng), numbers)


def uniform(space: Space, ask: Ask, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    X = space.uniform(n, rng)
    return X, ask(X)


def gaussian(space: Space, ask: Ask, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    X = space.normal(n, rng)
    return X, ask(X)


def boundary(space: Space, ask: Ask, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    X = space.uniform(n // (2 * ROUNDS), rng)
    p = ask(X)
    while len(X) < n:
        step = min(max(n // (2 * ROUNDS), 1), n - len(X))
        y = p.argmax(axis=1)
        i, j = rng.integers(len(X), size=(2, 20 * step))
        apart = np.flatnonzero(y[i] != y[j])[:step]
        a, b = X[i[apart]], X[j[apart]]
        mixed = np.where(rng.random(a.shape) < 0.5, a, b)
        middle = np.where(space.categories > 0, mixed, (a + b) / 2)
        fresh = space.uniform(min(step, n - len(X) - len(middle)), rng)
        new = np.concatenate([middle, fresh])
        X, p = np.concatenate([X, new]), np.concatenate([p, ask(new)])
    return X, p


def interactions(space: Space, ask: Ask, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    first = space.uniform(n // 5, rng)
    p = ask(first)
    edges = [_edges(space, first[:, j], p, j) for j in range(first.shape[1])]
    count = np.array([len(own) - 1 for own in edges])
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    covered = np.zeros((count.sum(), count.sum()))
    rows = np.empty((n - len(first), len(count)))
    for k in range(len(rows)):
        bins = np.floor(rng.random((CHOICES, len(count))) * count).astype(int)
        places = start + bins
        rarity = [(1.0 / (1.0 + covered[np.ix_(own, own)])).sum() for own in places]
        best = int(np.argmax(rarity))
        covered[np.ix_(places[best], places[best])] += 1
        for j, own in enumerate(edges):
            low, high = own[bins[best, j]], own[bins[best, j] + 1]
            rows[k, j] = low if space.categories[j] else low + rng.random() * (high - low)
    return np.concatenate([first, rows]), np.concatenate([p, ask(rows)])


def _edges(space: Space, column: Array, p: Array, j: int) -> Array:
    """Return the bins of a feature: its categories, or cells in which the teacher's answers are alike."""
    if space.categories[j]:
        return np.arange(space.categories[j] + 1, dtype=float)
    tree = DecisionTreeRegressor(max_leaf_nodes=BINS, min_samples_leaf=5).fit(column[:, None], p).tree_
    inner = np.sort(tree.threshold[tree.feature >= 0])
    return np.concatenate([[space.low[j]], inner, [space.high[j]]])


PEERS: dict[str, Callable[[Space, Ask, int, np.random.Generator], tuple[Array, Array]]] = {
    "uniform": uniform,
    "Gaussian": gaussian,
    "boundary": boundary,
    "interactions": interactions,
}
