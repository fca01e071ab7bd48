"""References: Gaussians fitted to particles, which proposals are reversible for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

import numpy as np
from jaxtyping import Float, Int

Array = np.ndarray

Size = float | Float[Array, "n 1"]
"""A step size in (0, 1]; one takes the proposal from the reference anew, wherever the particle is."""

MIN_DISTINCT = 30
"""Distinct particles that a fit must have for its moments to be used."""

_JITTER = 1e-9
"""Added to variances: particles may all lie in one place along a coordinate."""


_WIDER = 1.05
"""How much wider than the particles themselves a reference is: a tenth in variance."""


class Reference(Protocol):
    """What proposals are reversible for."""

    def propose(self, z: Float[Array, "n m"], step: Size, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Propose a new place for each particle, a step in (0, 1] away."""
        ...

    def excess(self, z: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return ``log N(z; 0, I)`` minus the reference's log-density."""
        ...


class Adapted(Reference, Protocol):
    """A reference that was fitted to particles."""

    def white(self, moved: Float[Array, "n m"]) -> Float[Array, "n m"]:
        """Return differences between places in the reference's own units."""
        ...


@dataclass(frozen=True)
class PriorReference:
    """The prior itself, ``N(0, I)``: pCN."""

    def propose(self, z: Float[Array, "n m"], step: Size, rng: np.random.Generator) -> Float[Array, "n m"]:
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
        """Return the moments of particles, as full as their number lets them be.

        Variances alone, variances with the spread along the one direction in which the particles have left the prior,
        or correlations shrunk towards none: whichever, fitted to one half of the particles, finds the other likelier.
        """
        half = len(z) // 2
        fits = [cls._variances, cls._one_direction, cls._shrunk]
        if z.shape[1] == 1:
            return cls._variances(z).wider()
        told = [fit(z[:half]).log_density(z[half:]).mean() for fit in fits]
        return fits[int(np.argmax(told))](z).wider()

    def wider(self) -> Self:
        """Return it a little wider: few particles say little of tails, and proposals too narrow never reach them."""
        return type(self)(self.mean, self.root * _WIDER)

    @classmethod
    def _variances(cls, z: Array) -> Self:
        return cls(z.mean(axis=0), np.sqrt(z.var(axis=0) + _JITTER))

    @classmethod
    def _one_direction(cls, z: Array) -> Self:
        mean, sd = z.mean(axis=0), np.sqrt(z.var(axis=0) + _JITTER)
        direction = mean / sd
        direction /= max(float(np.linalg.norm(direction)), 1e-300)
        along = float(((z - mean) / sd @ direction).std()) + _JITTER
        return cls(mean, np.diag(sd) + (along - 1.0) * np.outer(sd * direction, direction))

    @classmethod
    def _shrunk(cls, z: Array) -> Self:
        """Return correlations times what their own errors leave of them (Schaefer & Strimmer, SAGMB 4, 2005)."""
        mean, sd = z.mean(axis=0), np.sqrt(z.var(axis=0) + _JITTER)
        white, n = (z - mean) / sd, len(z)
        correlation = white.T @ white / n
        noise = ((white**2).T @ white**2 / n - correlation**2) / n
        off = ~np.eye(len(sd), dtype=bool)
        left = 1.0 - min(float(noise[off].sum() / max((correlation[off] ** 2).sum(), 1e-300)), 1.0)
        shrunk = np.where(off, left * correlation, 1.0 + _JITTER)
        return cls(mean, sd[:, None] * np.linalg.cholesky(shrunk + _JITTER * np.eye(len(sd))))

    @cached_property
    def inverse(self) -> Float[Array, "m m"]:
        """The inverse of a root that is a matrix."""
        return np.linalg.inv(self.root)

    @cached_property
    def log_volume(self) -> float:
        """The logarithm of the root's determinant."""
        return float(np.log(self.root).sum()) if self.root.ndim == 1 else float(np.linalg.slogdet(self.root)[1])

    def propose(self, z: Float[Array, "n m"], step: Size, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Propose ``m + sqrt(1 - s^2) (z - m) + s C^{1/2} xi``."""
        return self.mean + np.sqrt(1.0 - step**2) * (z - self.mean) + step * self.noise(len(z), rng)

    def spread(self, slope: Float[Array, "n m"]) -> Float[Array, "n m"]:
        """Return ``C`` times gradients."""
        return slope * self.root**2 if self.root.ndim == 1 else slope @ self.root @ self.root.T

    def noise(self, n: int, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Draw ``C^{1/2} xi``."""
        drawn = rng.standard_normal((n, len(self.mean)))
        return drawn * self.root if self.root.ndim == 1 else drawn @ self.root.T

    def white(self, moved: Float[Array, "n m"]) -> Float[Array, "n m"]:
        """Return ``C^{-1/2}`` times differences between places."""
        return moved / self.root if self.root.ndim == 1 else moved @ self.inverse.T

    def excess(self, z: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return ``log N(z; 0, I) - log N(z; mean, C)``."""
        white = self.white(z - self.mean)
        return 0.5 * (np.einsum("ij,ij->i", white, white) - np.einsum("ij,ij->i", z, z)) + self.log_volume

    def log_density(self, z: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return ``log N(z; mean, C)`` but for the constant of the dimension."""
        white = self.white(z - self.mean)
        return -0.5 * np.einsum("ij,ij->i", white, white) - self.log_volume


@dataclass(frozen=True)
class PartsReference:
    """Each part of the particles moves by a reference of its own, which was fitted to other parts.

    A reference fitted to the very particles that it moves finds them likelier than they are, and the population shrinks
    onto itself; parts that share no ancestor keep the kernel exact for each particle, given the other parts.
    """

    parts: tuple[Int[Array, " a"], ...]
    references: tuple[GaussianReference, ...]

    @classmethod
    def fitted(cls, z: Float[Array, "n m"], parts: tuple[Int[Array, " a"], ...]) -> Self | None:
        """Return the cross-fitted reference, or ``None`` where too few distinct particles are in the other parts."""
        references = []
        for part in parts:
            others = np.ones(len(z), dtype=bool)
            others[part] = False
            if len(np.unique(z[others, 0])) < MIN_DISTINCT:
                return None
            references.append(GaussianReference.fitted(z[others]))
        return cls(parts, tuple(references))

    @classmethod
    def halves(cls, z: Float[Array, "n m"], family: Array, rng: np.random.Generator) -> Self | None:
        """Return the reference of two halves, split by first ancestor; ``None`` as of `fitted`."""
        families, member = np.unique(family, return_inverse=True)
        first = (rng.permutation(len(families)) < len(families) / 2)[member]
        return cls.fitted(z, (np.flatnonzero(first), np.flatnonzero(~first)))

    def propose(self, z: Float[Array, "n m"], step: Size, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Propose for each part by its own reference."""
        out, steps = np.empty_like(z), np.broadcast_to(step, (len(z), 1))
        for part, reference in zip(self.parts, self.references, strict=True):
            out[part] = reference.propose(z[part], steps[part], rng)
        return out

    def white(self, moved: Float[Array, "n m"]) -> Float[Array, "n m"]:
        """Return differences between places in each part's own units."""
        out = np.empty_like(moved)
        for part, reference in zip(self.parts, self.references, strict=True):
            out[part] = reference.white(moved[part])
        return out

    def spread(self, slope: Float[Array, "n m"]) -> Float[Array, "n m"]:
        """Return gradients times each part's own covariance."""
        out = np.empty_like(slope)
        for part, reference in zip(self.parts, self.references, strict=True):
            out[part] = reference.spread(slope[part])
        return out

    def noise(self, n: int, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Draw centred noise for each of the `n` particles, by its part's own covariance."""
        out = np.empty((n, len(self.references[0].mean)))
        for part, reference in zip(self.parts, self.references, strict=True):
            out[part] = reference.noise(len(part), rng)
        return out

    def of(self, chosen: Int[Array, " k"], n: int) -> Self:
        """Return the same reference for some of the `n` particles, by their places in order."""
        place = np.full(n, -1)
        place[chosen] = np.arange(len(chosen))
        return type(self)(tuple(place[part][place[part] >= 0] for part in self.parts), self.references)

    def excess(self, z: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return each part's excess under its own reference."""
        out = np.empty(len(z))
        for part, reference in zip(self.parts, self.references, strict=True):
            out[part] = reference.excess(z[part])
        return out
