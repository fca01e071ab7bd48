"""Populations of particles: where a run got to, and how far its particles depend on one another and on their start."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from retrodict.inference.smc.kernels import Particles
from retrodict.inference.smc.temperature import family_ess

Array = np.ndarray


@dataclass
class Populations:
    """Several populations: where they got to together, and what each saw on the way.

    Parameters
    ----------
    populations
        How many there are to be.
    particles
        All of them at the posterior, as many of each population in its order; ``None`` where they did not get there.
    started
        Populations that found rows which are possible at all.
    log_evidence, spread
        What each makes of the evidence over its bound, and its own relative error of that, shape (populations,).
    betas
        The temperatures they shared.
    out_of_budget
        Whether the budget ended it.
    """

    populations: int
    particles: Particles | None = None
    started: int = 0
    log_evidence: Float[Array, " p"] = field(init=False)
    spread: Float[Array, " p"] = field(init=False)
    betas: list[float] = field(default_factory=list)
    out_of_budget: bool = False

    def __post_init__(self) -> None:
        self.log_evidence = np.zeros(self.populations)
        self.spread = np.full(self.populations, math.nan)


def effective_draws(particles: Particles) -> float:
    """Return the effective number of independent draws among particles, by what they know least well.

    The least of three: over all latents, along the direction in which they left the prior's mean, and for the
    log-likelihood. Where the model sees one direction of many, that one mixes slowest and the others hide it.

    Parameters
    ----------
    particles
        Of one or several populations, with ancestors numbered apart.
    """
    spread = np.maximum(particles.z.std(axis=0), 1e-12)
    along = particles.z @ particles.z.mean(axis=0)
    tests = (particles.z / spread, along[:, None], particles.ll[:, None])
    return min(family_ess(values, particles.eve) for values in tests)


def memory(start: Particles, now: Particles) -> float:
    """Return how far particles still depend on where they started: the largest of three correlations.

    Of the log-likelihood, which mixes slowest where the posterior is narrow; of the place along the direction in which
    the particles have left the prior's mean, which is the one that the model sees; and the mean one over all latents.
    """
    direction = start.z.mean(axis=0)
    latents = float(_correlation(start.z, now.z).mean())
    along = float(_correlation((start.z @ direction)[:, None], (now.z @ direction)[:, None])[0])
    return max(latents, along, float(_correlation(start.ll[:, None], now.ll[:, None])[0]))


def _correlation(a: Float[Array, "n q"], b: Float[Array, "n q"]) -> Float[Array, " q"]:
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    norm = np.sqrt(np.einsum("ij,ij->j", a, a) * np.einsum("ij,ij->j", b, b))
    return np.einsum("ij,ij->j", a, b) / np.maximum(norm, 1e-300)
