"""Populations that move side by side until they have forgotten where they were."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.kernels import Moved, Particles, move
from retrodict.inference.smc.langevin import CALLS, langevin, without_slope
from retrodict.inference.smc.population import memory
from retrodict.inference.smc.references import PartsReference
from retrodict.inference.smc.steps import BY_GRADIENT, SIZES, Steps, reference_of, size_of, travelled

Array = np.ndarray

REFIT = 3
"""Moves between fits of the references at one temperature: particles that were just resampled have few places."""


_ALONG = BY_GRADIENT * len(SIZES)
"""Moves from this number on go along the gradient."""


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
    gradients
        Whether moves along the gradient may be made, where there are gradients.
    anew
        Least share of moves that are draws of a reference anew.
    """

    posterior: Posterior
    population: Array
    rng: np.random.Generator
    gradients: bool = True
    anew: float = 0.0
    steps: Steps = field(default_factory=Steps)

    def __post_init__(self) -> None:
        self.parts = tuple(np.flatnonzero(self.population == k) for k in range(int(self.population.max()) + 1))

    def run(self, particles: Particles, beta: float, most: int, forget: float) -> Iterator[Step]:
        """Move particles until they have forgotten where they are now, `most` times at most, or the budget is spent."""
        start, adapted, left = particles, None, math.inf
        self.steps.fade()
        for count in range(most):
            if count % REFIT == 0:
                adapted = PartsReference.fitted(particles.z, self.parts)
            shares = self.steps.shares(adapted is not None, self.posterior.smooth and self.gradients, self.anew)
            chosen = self.steps.drawn(len(particles), shares, self.rng)
            calls = np.where(chosen < _ALONG, 1, CALLS + CALLS * without_slope(particles))
            if self.posterior.meter.affordable(int(calls.sum())) < calls.sum():
                return
            moved = self._moved(particles, beta, adapted, chosen)
            self.steps.learn(chosen, travelled(particles, moved.particles, adapted), calls)
            left = memory(start, moved.particles)
            yield Step(particles, moved, adapted, chosen, left)
            particles = moved.particles
            if left < forget:
                return

    def _moved(self, particles: Particles, beta: float, adapted: PartsReference | None, chosen: Array) -> Moved:
        """Move each particle by its own move: first those without gradients, then the others."""
        n, sizes = len(particles), size_of(chosen)
        plain, along = np.flatnonzero(chosen < _ALONG), np.flatnonzero(chosen >= _ALONG)
        if adapted is None or not len(along):
            return move(self.posterior, particles, beta, reference_of(chosen, adapted), sizes, self.rng)
        slower = langevin(self.posterior, particles.take(along), beta, adapted.of(along, n), sizes[along], self.rng)
        if not len(plain):
            return slower
        reference = reference_of(chosen[plain], adapted.of(plain, n))
        quick = move(self.posterior, particles.take(plain), beta, reference, sizes[plain], self.rng)
        return Moved.merged((plain, along), (quick, slower))
