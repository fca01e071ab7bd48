"""Populations that have reached the posterior: they move on until they have forgotten, and give draws and evidence.

All populations move together here, each by a reference that was fitted to the others. Proposals drawn from a reference
anew therefore owe nothing to the population that they are proposed to: they are draws of a known density, from which
the evidence is found by a bridge (`bridge.py`) at no further call.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Int

from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.bridge import Bridge, bridge
from retrodict.inference.smc.kernels import Moved, Particles
from retrodict.inference.smc.moving import Mover
from retrodict.inference.smc.population import effective_draws
from retrodict.inference.smc.references import PartsReference
from retrodict.inference.smc.steps import ANEW

Array = np.ndarray

WHOLE = 0.25
"""Least share of the moves that are draws of a reference anew: the bridge stands on them."""


_MOST_MEMORY = 0.99
"""Memory beyond which errors are not widened further."""


@dataclass
class Harvest:
    """What was gathered at the posterior.

    Parameters
    ----------
    batches
        Draws, a batch of all particles each, that have forgotten where the batch before lay.
    memory
        How far the last batch had not.
    acceptance
        Share of the last moves that were taken.
    bridged
        The evidence, if proposals tell of it.
    """

    batches: list[Particles] = field(default_factory=list)
    memory: float = 1.0
    acceptance: float = math.nan
    bridged: Bridge | None = None

    @property
    def draws(self) -> Particles:
        """All draws."""
        return Particles.together(self.batches)


@dataclass
class _Pairs:
    """Log-weights, under its reference, of a particle and of a draw that was proposed to it; families, populations."""

    posterior: list[Float[Array, " n"]] = field(default_factory=list)
    proposed: list[Float[Array, " n"]] = field(default_factory=list)
    family: list[Int[Array, " n"]] = field(default_factory=list)
    population: list[Int[Array, " n"]] = field(default_factory=list)

    def note(self, before: Particles, moved: Moved, adapted: PartsReference, whole: Array, population: Array) -> None:
        """Note the particles whose move was a draw of the reference anew, from where they were before it.

        Which these are, and what is proposed to them, owes nothing to where they are.
        """
        self.posterior.append((before.ll + adapted.excess(before.z))[whole])
        self.proposed.append((moved.proposed_ll + adapted.excess(moved.proposed))[whole])
        self.family.append(before.eve[whole])
        self.population.append(population[whole])

    def bridged(self, effective: float) -> Bridge | None:
        """Return the evidence."""
        if not self.posterior:
            return None
        posterior, proposed = np.concatenate(self.posterior), np.concatenate(self.proposed)
        family = np.unique(np.concatenate(self.family), return_inverse=True)[1]
        return bridge(posterior, proposed, family, np.concatenate(self.population), min(effective, len(posterior)))


def harvest(
    posterior: Posterior,
    particles: Particles,
    populations: int,
    n: int,
    most: int,
    forget: float,
    gradients: bool,
    rng: np.random.Generator,
) -> Harvest:
    """Move populations at the posterior until they have forgotten where they were, and on until there are `n` draws.

    Parameters
    ----------
    posterior
        Scores proposals.
    particles, populations
        Those of all populations, as many of each.
    n
        Draws wanted.
    most, forget
        Moves for one batch of draws at most, and the memory at which they count as new.
    gradients
        Whether moves along the gradient may be made, where there are gradients.
    rng
        Randomness.

    Returns
    -------
    Harvest
        With fewer draws than asked for where the budget ends.
    """
    population = np.repeat(np.arange(populations), len(particles) // populations)
    mover, found, pairs = Mover(posterior, population, rng, gradients, WHOLE), Harvest(), _Pairs()
    while not found.batches or sum(map(len, found.batches)) < n:
        start = particles
        for step in mover.run(particles, 1.0, most, forget):
            if step.adapted is not None:
                pairs.note(step.before, step.moved, step.adapted, step.chosen == ANEW, population)
            particles = step.moved.particles
            found.acceptance, found.memory = float(step.moved.accepted.mean()), step.memory
        if particles is start and found.batches:
            break  # nothing is left of the budget
        found.batches.append(particles)
    bridged = pairs.bridged(effective_draws(found.draws))
    # What families share, because all lag behind, no spread among them shows: an error that is made anew at each move
    # and remembered as much adds up to so many times one that is not.
    lag = min(max(found.memory, 0.0), _MOST_MEMORY)
    found.bridged = bridged and replace(bridged, error=bridged.error * math.sqrt((1.0 + lag) / (1.0 - lag)))
    return found
