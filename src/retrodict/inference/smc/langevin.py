"""Moves along the gradient of the tempered posterior, where prior, model and observation have one.

The proposal is that of the Langevin diffusion in the reference's units, in the semi-implicit form that stays stable in
many dimensions (pCNL; Cotter, Roberts, Stuart & White, Statistical Science 28, 2013). With ``r = sqrt(1 - s^2)`` it is

    z' = z + (1 - r) C (beta grad log L(z) - z) + s C^{1/2} xi,

and it is taken or not by Metropolis and Hastings, so that a slope that is only nearly right costs acceptance and
nothing else. Its model calls: two for the gradient at the proposal, and two more where the particle came without one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.kernels import Moved, Particles, decided
from retrodict.inference.smc.references import PartsReference

Array = np.ndarray

CALLS = 2
"""Model calls that a row with its gradient counts as: there and back."""


def without_slope(particles: Particles) -> Bool[Array, " n"]:
    """Return which particles came to where they are by a move that did not ask for the gradient there."""
    return np.isnan(particles.slope[:, 0])


def langevin(
    posterior: Posterior,
    particles: Particles,
    beta: float,
    adapted: PartsReference,
    size: Float[Array, "n 1"],
    rng: np.random.Generator,
) -> Moved:
    """Move every particle once along its gradient; see `kernels.move` for the parameters."""
    lacking = without_slope(particles)
    here = particles.slope.copy()
    if lacking.any():
        here[lacking] = posterior.evaluate_with_gradient(particles.z[lacking])[2]
    part = 1.0 - np.sqrt(1.0 - size**2)
    centre = particles.z + part * adapted.spread(beta * here - particles.z)
    z = centre + size * adapted.noise(len(particles), rng)
    X, ll, there = posterior.evaluate_with_gradient(z)
    back = z + part * adapted.spread(beta * there - z)
    forth = _log_density(adapted, z - centre, size)
    gain = beta * (ll - particles.ll) - 0.5 * (_squares(z) - _squares(particles.z))
    gain += _log_density(adapted, particles.z - back, size) - forth
    return decided(replace(particles, slope=here), z, X, ll, there, gain, rng)


def _log_density(adapted: PartsReference, moved: Array, size: Array) -> Float[Array, " n"]:
    return -0.5 * _squares(adapted.white(moved) / size)


def _squares(z: Array) -> Float[Array, " n"]:
    return np.einsum("ij,ij->i", z, z)
