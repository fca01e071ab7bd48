"""Moves of particles in the prior's latent space that leave a tempered posterior as it is.

The tempered posterior at inverse temperature ``beta`` is ``N(z; 0, I) L(z)^beta``. A preconditioned Crank-Nicolson step
proposes ``z' = m + sqrt(1 - s^2) (z - m) + s C^{1/2} xi``, which is reversible for the reference ``N(m, C)``; it is
accepted by what the target and the reference disagree on. With ``m = 0, C = I`` the reference is the prior itself, and
this is the pCN of Cotter, Roberts, Stuart & White (Statistical Science 28, 2013); with the moments of the particles it
is a pCN adapted to the posterior, whose acceptance falls less with dimension. With ``s = 1`` the proposal is a draw of
the reference, wherever the particle was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Bool, Float

from retrodict.inference.posterior import Posterior
from retrodict.inference.smc.references import Reference, Size

Array = np.ndarray


@dataclass
class Particles:
    """Particles: latents (n, m), rows (n, d), log-likelihoods (n,), and the first ancestor of each (n,).

    `slope` is the gradient of the log-likelihood by the latents, shape (n, m), and NaN where it was not asked for.
    """

    z: Float[Array, "n m"]
    X: Float[Array, "n d"]
    ll: Float[Array, " n"]
    eve: Array
    slope: Float[Array, "n m"] = None  # type: ignore[assignment]  # NaN, once there is a shape

    def __post_init__(self) -> None:
        if self.slope is None:
            self.slope = np.full(self.z.shape, np.nan)

    def __len__(self) -> int:
        return len(self.ll)

    def take(self, index: Array) -> Self:
        """Return a copy with the particles at `index`."""
        return type(self)(self.z[index], self.X[index], self.ll[index], self.eve[index], self.slope[index])

    @classmethod
    def together(cls, several: list[Self]) -> Self:
        """Return the particles of several populations or times, one after the other."""
        names = ("z", "X", "ll", "eve", "slope")
        return cls(*(np.concatenate([getattr(one, name) for one in several]) for name in names))


@dataclass(frozen=True)
class Moved:
    """What a move made: the particles after it, which took their proposals, and the proposals, scored."""

    particles: Particles
    accepted: Bool[Array, " n"]
    proposed: Float[Array, "n m"]
    proposed_ll: Float[Array, " n"]

    @classmethod
    def merged(cls, index: tuple[Array, Array], several: tuple[Self, Self]) -> Self:
        """Return the moves of two sets of particles, of places `index` each, as one in the order of the places."""
        order = np.argsort(np.concatenate(index))
        after = Particles.together([one.particles for one in several]).take(order)
        names = ("accepted", "proposed", "proposed_ll")
        return cls(after, *(np.concatenate([getattr(one, name) for one in several])[order] for name in names))


def move(
    posterior: Posterior,
    particles: Particles,
    beta: float,
    reference: Reference,
    step: Size,
    rng: np.random.Generator,
) -> Moved:
    """Move every particle once.

    Parameters
    ----------
    posterior
        Scores proposals, one model call each.
    particles
        The population at inverse temperature `beta`.
    beta
        Inverse temperature in (0, 1].
    reference, step
        What proposals are reversible for, and their size in (0, 1].
    rng
        Randomness.
    """
    z = reference.propose(particles.z, step, rng)
    X, ll = posterior.evaluate(z)
    gain = beta * (ll - particles.ll) + reference.excess(z) - reference.excess(particles.z)
    return decided(particles, z, X, ll, np.nan, gain, rng)


def decided(
    particles: Particles,
    z: Float[Array, "n m"],
    X: Float[Array, "n d"],
    ll: Float[Array, " n"],
    slope: Float[Array, "n m"] | float,
    gain: Float[Array, " n"],
    rng: np.random.Generator,
) -> Moved:
    """Take each proposal or leave it (Metropolis and Hastings).

    Parameters
    ----------
    particles
        As they are.
    z, X, ll, slope
        What is proposed; the slope is NaN where it was not asked for.
    gain
        Log of the ratio by which each is accepted.
    rng
        Randomness.
    """
    accepted = np.log(rng.random(len(z))) < gain
    keep = accepted[:, None]
    after = Particles(
        np.where(keep, z, particles.z),
        np.where(keep, X, particles.X),
        np.where(accepted, ll, particles.ll),
        particles.eve,
        np.where(keep, slope, particles.slope),
    )
    return Moved(after, accepted, z, ll)
