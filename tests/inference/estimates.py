"""What a run of an engine estimates in the enumerated world, and the truth beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from retrodict.inference.observation import Label, Observation, Probabilities
from retrodict.inference.posterior import Posterior
from retrodict.models import Meter
from tests.inference.worlds import DiscreteWorld

N = 1_500
WORLD = DiscreteWorld.random(seed=3)
LABELS: list[Observation] = [Label(i, f"c{i}") for i in range(3)]
VECTOR = Probabilities((0.6, 0.3, 0.1), precision=6.0)
OBSERVATIONS = [Label(0, "c0"), Label(2, "c2"), VECTOR]


def draw(engine: Any, world: Any, observation: Observation, seed: int, n: int = N) -> Any:
    """Draw rows of a world, and how they were made."""
    posterior = Posterior(world.prior, Meter(world.model), observation)
    return engine.draw(posterior, n, np.random.default_rng(seed))


def indicators(world: DiscreteWorld) -> np.ndarray:
    """Return whether a feature has a value, and two have theirs together, over the states; shape (states, q)."""
    single = np.column_stack(
        [world.states[:, j] == value for j, size in enumerate(world.model.sizes) for value in range(size)]
    ).astype(float)
    return np.column_stack([single, single[:, :3] * single[:, [3]], single[:, :3] * single[:, [5]]])


def discrete_run(engine: Any, observation: Observation) -> Callable[[int], np.ndarray]:
    """Return a run's estimates: every marginal and pairwise probability of the features."""
    tests = indicators(WORLD)
    return lambda seed: WORLD.frequencies(draw(engine, WORLD, observation, seed).X) @ tests


def discrete_truth(observation: Observation) -> np.ndarray:
    """Return what these are."""
    return WORLD.posterior(observation)[0] @ indicators(WORLD)
