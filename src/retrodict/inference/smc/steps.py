"""Which moves pay: each particle draws one of several, and those that carry particles far for a call are drawn more.

Step sizes that are tuned to an acceptance rate are too short where a reference fits: a proposal drawn from it anew is
taken less often, and forgets all where it is. What is learned is therefore the squared distance travelled for a call,
rejections included (Pasarica & Gelman, Statistica Sinica 20, 2010), by giving different particles different moves
(Fearnhead & Taylor, Bayesian Analysis 8, 2013). The choice does not look at the particle, so that any mixture of moves
that leave the target as it is does so as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from retrodict.inference.smc.kernels import Particles
from retrodict.inference.smc.references import Adapted, PriorReference, Reference, Size

Array = np.ndarray

SIZES = (0.06, 0.2, 0.5, 1.0)
"""Step sizes of each reference: a step of one draws from the reference anew."""

LONGEST = 2 * len(SIZES) - 1
"""The move that draws from the adapted reference anew, by its number."""

LEAST = 0.15
"""Share of particles that is spread evenly over all moves whatever they gained: some reach tails, others narrows."""

_FADING = 0.2
"""What gains learned at one temperature count for at the next."""

_PRIOR_TRIES = 4.0
"""Tries that a move's first guess counts for."""


@dataclass
class Steps:
    """What moves have gained so far: prior and adapted references, at each size.

    Parameters
    ----------
    gain, tries
        Squared distance travelled in all, and tries, shape (2, sizes); the first row is of the prior.
    """

    gain: Float[Array, "2 s"] = field(default_factory=lambda: np.tile(np.array(SIZES) * _PRIOR_TRIES, (2, 1)))
    tries: Float[Array, "2 s"] = field(default_factory=lambda: np.full((2, len(SIZES)), _PRIOR_TRIES))

    def shares(self, adapted: bool, whole: float = 0.0) -> Float[Array, "2 s"]:
        """Return how often each move is drawn.

        Parameters
        ----------
        adapted
            Whether there is an adapted reference.
        whole
            The least share of its longest step, in [0, 1).
        """
        open_ = np.ones_like(self.gain) * np.array([[1.0], [float(adapted)]])
        # Squares: a move that gains half as much should be rare.
        pays = open_ * (self.gain / self.tries) ** 2
        shares = LEAST * open_ / open_.sum() + (1.0 - LEAST) * pays / pays.sum()
        if adapted and shares[1, -1] < whole:
            shares *= (1.0 - whole) / (1.0 - shares[1, -1])
            shares[1, -1] = whole
        return shares

    def drawn(self, n: int, adapted: bool, rng: np.random.Generator, whole: float = 0.0) -> Int[Array, " n"]:
        """Draw a move for each of `n` particles, whatever they are; see `shares`."""
        shares = self.shares(adapted, whole).ravel()
        return rng.choice(len(shares), size=n, p=shares / shares.sum())

    def learn(self, move: Int[Array, " n"], travelled: Float[Array, " n"]) -> None:
        """Note how far each particle came by its move, zero where it stayed."""
        self.gain += np.bincount(move, travelled, self.gain.size).reshape(self.gain.shape)
        self.tries += np.bincount(move, minlength=self.tries.size).reshape(self.tries.shape)

    def fade(self) -> None:
        """Count what was learned less: the temperature has changed."""
        self.gain *= _FADING
        self.tries *= _FADING


def reference_of(move: Int[Array, " n"], adapted: Adapted | None) -> tuple[Reference, Float[Array, "n 1"]]:
    """Return what each particle's move is reversible for, and its step size."""
    sizes = np.array(SIZES)[move % len(SIZES)][:, None]
    if adapted is None:
        return PriorReference(), sizes
    return Either(move < len(SIZES), adapted), sizes


@dataclass(frozen=True)
class Either:
    """The prior for some particles, an adapted reference for the others."""

    by_prior: Array
    adapted: Adapted

    def propose(self, z: Float[Array, "n m"], step: Size, rng: np.random.Generator) -> Float[Array, "n m"]:
        """Propose a new place for each particle; see `Reference.propose`."""
        plain, fitted = PriorReference().propose(z, step, rng), self.adapted.propose(z, step, rng)
        return np.where(self.by_prior[:, None], plain, fitted)

    def excess(self, z: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return zero, or the adapted reference's excess; see `Reference.excess`."""
        return np.where(self.by_prior, 0.0, self.adapted.excess(z))


def travelled(before: Particles, after: Particles, adapted: Adapted | None) -> Float[Array, " n"]:
    """Return the squared distance between particles, a coordinate, in units of the adapted reference."""
    moved = after.z - before.z
    white = moved if adapted is None else adapted.white(moved)
    return np.einsum("ij,ij->i", white, white) / white.shape[1]
