"""Moves of particles in the prior's latent space that leave a tempered posterior as it is.

The tempered posterior at inverse temperature ``beta`` is ``N(z; 0, I) L(z)^beta``. A preconditioned Crank-Nicolson step
proposes ``z' = m + sqrt(1 - s^2) (z - m) + s C^{1/2} xi``, which is reversible for the reference ``N(m, C)``; it is
accepted by what the target and the reference disagree on. With ``m = 0, C = I`` the reference is the prior itself, and
this is the pCN of Cotter, Roberts, Stuart & White (Statistical Science 28, 2013); with the moments of the particles it
is a pCN adapted to the posterior, whose acceptance falls less with dimension.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.linalg import solve_triangular

from retrodict.inference.posterior import Posterior

Array = np.ndarray

MIN_DISTINCT = 30
"""Distinct particles that a half must have for its moments to be used."""


@dataclass
class Particles:
    """A population: latents (n, m), rows (n, d), log-likelihoods (n,), and the first ancestor of each (n,)."""

    z: Float[Array, "n m"]
    X: Float[Array, "n d"]
    ll: Float[Array, " n"]
    eve: Array

    def __len__(self) -> int:
        return len(self.ll)

    def take(self, index: Array) -> Self:
        """Return a copy with the particles at `index`."""
        return type(self)(self.z[index], self.X[index], self.ll[index], self.eve[index])


class Reference(Protocol):
    """What proposals are reversible for."""

    def propose(self, z: Float[Array, "n m"], step: float, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Propose a new place for each particle, a step in (0, 1] away."""
        ...

    def excess(self, z: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return ``log N(z; 0, I)`` minus the reference's log-density, up to a constant."""
        ...


@dataclass(frozen=True)
class PriorReference:
    """The prior itself, ``N(0, I)``: pCN."""

    def propose(self, z: Float[Array, "n m"], step: float, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Propose ``sqrt(1 - s^2) z + s xi``."""
        return np.sqrt(1.0 - step**2) * z + step * rng.standard_normal(z.shape)

    def excess(self, z: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return zeros."""
        return np.zeros(len(z))


@dataclass(frozen=True)
class GaussianReference:
    """The Gaussian ``N(mean, root root')``; a diagonal root is kept as a vector."""

    mean: Float[Array, " m"]
    root: Float[Array, "m m"] | Float[Array, " m"]

    @classmethod
    def fitted(cls, z: Float[Array, "n m"]) -> Self:
        """Return the moments of particles: in full where there are ten a coordinate, else the diagonal."""
        n, dim = z.shape
        jitter = 1e-9
        if n >= 10 * dim:
            return cls(z.mean(axis=0), np.linalg.cholesky(np.atleast_2d(np.cov(z.T)) + jitter * np.eye(dim)))
        return cls(z.mean(axis=0), np.sqrt(z.var(axis=0) + jitter))

    @cached_property
    def inverse(self) -> Float[Array, "m m"]:
        """The inverse of a root that is a matrix."""
        return solve_triangular(self.root, np.eye(len(self.root)), lower=True)

    def propose(self, z: Float[Array, "n m"], step: float, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Propose ``m + sqrt(1 - s^2) (z - m) + s C^{1/2} xi``."""
        noise = rng.standard_normal(z.shape)
        noise = noise * self.root if self.root.ndim == 1 else noise @ self.root.T
        return self.mean + np.sqrt(1.0 - step**2) * (z - self.mean) + step * noise

    def excess(self, z: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return ``log N(z; 0, I) - log N(z; mean, C)`` up to a constant."""
        white = z - self.mean
        if self.root.ndim == 1:
            white /= self.root
        else:
            white = white @ self.inverse.T
        return 0.5 * (np.einsum("ij,ij->i", white, white) - np.einsum("ij,ij->i", z, z))


@dataclass(frozen=True)
class CrossReference:
    """Each half of the particles moves by the moments of the other half.

    A reference fitted to the very particles that it moves finds them likelier than they are, and the population shrinks
    onto itself; halves that share no ancestor keep the kernel exact for each particle, given the other half.
    """

    halves: tuple[Int[Array, " a"], Int[Array, " b"]]
    references: tuple[GaussianReference, GaussianReference]

    @classmethod
    def fitted(cls, particles: Particles, rng: np.random.Generator) -> Self | None:
        """Return the cross-fitted reference, or ``None`` where a half has too few distinct particles to speak of."""
        families, member = np.unique(particles.eve, return_inverse=True)
        first = (rng.permutation(len(families)) < len(families) / 2)[member]
        halves = np.flatnonzero(first), np.flatnonzero(~first)
        if min(len(np.unique(particles.ll[half])) for half in halves) < MIN_DISTINCT:
            return None
        a, b = halves
        return cls(halves, (GaussianReference.fitted(particles.z[b]), GaussianReference.fitted(particles.z[a])))

    def propose(self, z: Float[Array, "n m"], step: float, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Propose for each half by its own reference."""
        out = np.empty_like(z)
        for half, reference in zip(self.halves, self.references, strict=True):
            out[half] = reference.propose(z[half], step, rng)
        return out

    def excess(self, z: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return each half's excess under its own reference."""
        out = np.empty(len(z))
        for half, reference in zip(self.halves, self.references, strict=True):
            out[half] = reference.excess(z[half])
        return out


def move(
    posterior: Posterior,
    particles: Particles,
    beta: float,
    reference: Reference,
    step: float,
    rng: np.random.Generator,
) -> tuple[Particles, Bool[Array, " n"]]:
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

    Returns
    -------
    particles, accepted
        The moved population, and which particles took their proposal.
    """
    z = reference.propose(particles.z, step, rng)
    X, ll = posterior.evaluate(z)
    gain = beta * (ll - particles.ll) + reference.excess(z) - reference.excess(particles.z)
    accepted = np.log(rng.random(len(z))) < gain
    keep = accepted[:, None]
    moved = Particles(
        np.where(keep, z, particles.z),
        np.where(keep, X, particles.X),
        np.where(accepted, ll, particles.ll),
        particles.eve,
    )
    return moved, accepted
