"""The way from the prior to the posterior: temperatures, weights and resampling, each population by itself."""

from __future__ import annotations

import math

import numpy as np

from retrodict.errors import BudgetExhaustedError
from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.kernels import Particles
from retrodict.inference.smc.moving import Mover
from retrodict.inference.smc.population import Populations
from retrodict.inference.smc.temperature import family_spread, log_mean_exp, next_beta, systematic_resample

Array = np.ndarray

FAMILIES = 2**32
"""How far apart the ancestors of different populations are numbered."""

_START_SHARE = 4
"""One part in so many of the budget may go into finding particles that are possible at all: the moves need the rest."""

_START_BUDGET = 100
"""Calls a particle out of which that share is taken where the budget has no end."""

_START_BATCH = 64
"""Prior draws at least at a time while possible particles are sought."""


def climb(
    posterior: Posterior,
    populations: int,
    size: int,
    ess_target: float,
    most: int,
    forget: float,
    gradients: bool,
    rng: np.random.Generator,
) -> Populations:
    """Take populations from the prior to the posterior.

    Temperatures and references are shared; particles and weights are not.

    Parameters
    ----------
    posterior
        Scores particles; its meter caps the calls.
    populations, size
        How many, and how many particles each has.
    ess_target
        Relative effective sample size that a temperature step keeps.
    most, forget
        Moves a temperature at most, and the memory at which they stop.
    gradients
        Whether moves along the gradient may be made, where there are gradients.
    rng
        Randomness.
    """
    run = Populations(populations)
    try:
        started: list[Particles] = []
        for k in range(populations):
            found = _start(posterior, populations - k, size, run, rng)
            if found is None:
                return run
            started.append(Particles(found.z, found.X, found.ll, found.eve + k * FAMILIES))
            run.started += 1
        run.particles = _temper(posterior, Particles.together(started), run, ess_target, most, forget, gradients, rng)
    except BudgetExhaustedError:
        run.out_of_budget = True
    return run


def _start(
    posterior: Posterior, to_come: int, size: int, run: Populations, rng: np.random.Generator
) -> Particles | None:
    """Draw from the prior until `size` rows are possible at all, or a quarter of the budget is spent."""
    dim = posterior.prior.latent_dim
    found: list[tuple[Array, Array, Array]] = []
    drawn = possible = 0
    allowance = max(posterior.meter.affordable(_START_BUDGET * size * to_come) // (_START_SHARE * to_come), size)
    while possible < size and drawn < allowance:
        z = rng.standard_normal((min(max(size - possible, _START_BATCH), allowance - drawn), dim))
        X, ll = posterior.evaluate(z)
        alive = np.flatnonzero(np.isfinite(ll))
        found.append((z[alive], X[alive], ll[alive]))
        drawn, possible = drawn + len(z), possible + len(alive)
    if possible == 0:
        return None
    run.log_evidence[run.started] = math.log(possible / drawn)
    z, X, ll = (np.concatenate(parts) for parts in zip(*found, strict=True))
    start = Particles(z, X, ll, np.arange(possible))
    return start.take(np.arange(size) % possible if possible < size else np.arange(size))


def _temper(
    posterior: Posterior,
    particles: Particles,
    run: Populations,
    ess_target: float,
    most: int,
    forget: float,
    gradients: bool,
    rng: np.random.Generator,
) -> Particles:
    parts = np.arange(len(particles)).reshape(run.populations, -1)
    mover = Mover(posterior, np.repeat(np.arange(len(parts)), parts.shape[1]), rng, gradients)
    beta = 0.0
    while True:
        following = next_beta(particles.ll, beta, ess_target)
        log_weight = (following - beta) * particles.ll
        chosen = []
        for k, part in enumerate(parts):
            run.log_evidence[k] += log_mean_exp(log_weight[part])
            chosen.append(part[systematic_resample(log_weight[part], len(part), rng)])
        particles = particles.take(np.concatenate(chosen))
        beta = following
        run.betas.append(beta)
        if beta == 1.0:  # they are moved there while draws are taken
            run.spread = np.array([family_spread(particles.eve[part], len(run.betas)) for part in parts])
            return particles
        before = particles
        for step in mover.run(particles, beta, most, forget):
            particles = step.moved.particles
        if particles is before:
            raise BudgetExhaustedError("the budget does not cover another move of all particles; raise --max-queries")
