"""Populations that move side by side until they have forgotten where they were."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.kernels import Moved, Particles, move
from retrodict.inference.smc.population import memory
from retrodict.inference.smc.references import PartsReference
from retrodict.inference.smc.steps import Steps, reference_of, travelled

Array = np.ndarray

REFIT = 3
"""Moves between fits of the references at one temperature: particles that were just resampled have few places."""


@dataclass(frozen=True)
class Step:
    """One move of all populations.

    Parameters
    ----------
    before, moved
        The particles before it, and what it made.
    adapted
        What it was adapted to; ``None`` where particles have too few places.
    chosen
        Which move each particle made, as of `Steps.drawn`.
    memory
        How far particles still depend on where they were at the start.
    """

    before: Particles
    moved: Moved
    adapted: PartsReference | None
    chosen: Array
    memory: float


@dataclass
class Mover:
    """Moves populations, each by references that were fitted to the others.

    Parameters
    ----------
    posterior
        Scores proposals.
    population
        The population of each particle, shape (n,).
    rng
        Randomness.
    whole
        Least share of moves that are draws of a reference anew.
    """

    posterior: Posterior
    population: Array
    rng: np.random.Generator
    whole: float = 0.0
    steps: Steps = field(default_factory=Steps)

    def __post_init__(self) -> None:
        self.parts = tuple(np.flatnonzero(self.population == k) for k in range(int(self.population.max()) + 1))

    def run(self, particles: Particles, beta: float, most: int, forget: float) -> Iterator[Step]:
        """Move particles until they have forgotten where they are now, `most` times at most, or the budget is spent."""
        start, adapted, left = particles, None, math.inf
        self.steps.fade()
        for count in range(most):
            if self.posterior.meter.affordable(len(particles)) < len(particles):
                return
            if count % REFIT == 0:
                adapted = PartsReference.fitted(particles.z, self.parts)
            chosen = self.steps.drawn(len(particles), adapted is not None, self.rng, self.whole)
            reference, size = reference_of(chosen, adapted)
            moved = move(self.posterior, particles, beta, reference, size, self.rng)
            self.steps.learn(chosen, travelled(particles, moved.particles, adapted))
            left = memory(start, moved.particles)
            yield Step(particles, moved, adapted, chosen, left)
            particles = moved.particles
            if left < forget:
                return
