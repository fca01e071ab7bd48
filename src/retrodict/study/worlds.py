"""Worlds of a study: few features of few values, with the truth of every state."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float
from scipy.special import logsumexp, softmax

from retrodict.schema import Feature
from retrodict.study.bundled import bundled_frame
from retrodict.study.specs import WorldSet

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true of every state.

    Parameters
    ----------
    features
        Lists.
    grid
        Each state's codes, shape (n, d).
    p_x
        Its probability, shape (n,).
    p_y
        Its probabilities of the classes, shape (n, k).
    """

    features: tuple[Feature, ...]
    grid: Float[Array, "n d"]
    p_x: Float[Array, " n"]
    p_y: Float[Array, "n k"]

    def draw(self, rows: int, rng: np.random.Generator) -> tuple[Float[Array, "r d"], Float[Array, " r"]]:
        """Draw rows: codes of the features, and classes."""
        state = rng.choice(len(self.p_x), size=rows, p=self.p_x)
        chance = np.cumsum(self.p_y[state], axis=1)
        label = (rng.random((rows, 1)) > chance[:, :-1]).sum(axis=1)
        return self.grid[state], label.astype(np.float64)


def world_of(entry: WorldSet) -> Truth:
    """Return the truth of a world."""
    return _random(entry) if entry.world == "random" else _of_table(entry)


def _random(entry: WorldSet) -> Truth:
    """Features tied in pairs by a log-linear model, and classes that follow features and pairs of them."""
    rng = np.random.default_rng([17, entry.seed])
    d, b, k = entry.features, entry.bins, entry.classes
    grid = np.stack(np.unravel_index(np.arange(b**d), (b,) * d), axis=1)
    log_x, logits = np.zeros(len(grid)), np.zeros((len(grid), k))
    for j in range(d):
        log_x += 0.7 * rng.standard_normal(b)[grid[:, j]]
        logits += 1.5 * rng.standard_normal((b, k))[grid[:, j]]
    for i, j in combinations(range(d), 2):
        log_x += entry.dependence * rng.standard_normal((b, b))[grid[:, i], grid[:, j]] / np.sqrt(d)
        logits += 1.0 * rng.standard_normal((b, b, k))[grid[:, i], grid[:, j]] / np.sqrt(d)
    features = tuple(_listed(f"x{j}", tuple(f"v{v}" for v in range(b))) for j in range(d))
    return Truth(features, grid.astype(np.float64), np.exp(log_x - logsumexp(log_x)), softmax(logits, axis=1))


def _of_table(entry: WorldSet) -> Truth:
    from retrodict.theory import table_world

    frame, states = bundled_frame(entry.world), entry.bins**entry.features
    found = table_world(frame, "target", bins=entry.bins, max_states=states, prior="true", model="true")
    sizes = [len(labels) for labels in found.features.values()]
    grid = np.stack(np.unravel_index(np.arange(found.world.n_states), sizes), axis=1).astype(np.float64)
    features = tuple(_listed(name, labels) for name, labels in found.features.items())
    return Truth(features, grid, found.world.p_x, found.world.p_y_given_x)


def _listed(name: str, values: tuple[str, ...]) -> Feature:
    return Feature(name, "binary" if len(values) == 2 else "categorical", categories=values)
