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
from retrodict.inference.smc.references import Adapted, PartsReference, PriorReference, Reference, Size

Array = np.ndarray

SIZES = (0.06, 0.2, 0.5, 1.0)
"""Step sizes of each kind of move: a step of one draws from the reference anew."""

BY_PRIOR, BY_REFERENCE, BY_GRADIENT = range(3)
"""Kinds of moves: reversible for the prior, reversible for an adapted reference, along the gradient. Moves are numbered
kind by kind, size by size."""

ANEW = BY_REFERENCE * len(SIZES) + SIZES.index(1.0)
"""The move that draws from the adapted reference anew, by its number."""

LEAST = 0.15
"""Share of particles that is spread evenly over all moves whatever they gained: some reach tails, others narrows."""

LEAST_GRADIENT = 0.01
"""The same for moves along the gradient: trying one takes four calls."""

_FADING = 0.2
"""What gains learned at one temperature count for at the next."""

_GUESS = 4.0
"""Calls that a move's first guess counts for: longer steps carry farther, and a gradient has to show what it gains."""

_SHARP = 2.0
"""Power of the gain that moves are drawn by: one that gains half as much should be rare."""


def _guessed() -> Float[Array, "3 s"]:
    return _GUESS * np.array(SIZES) * np.array([[1.0], [1.0], [0.1]])


@dataclass
class Steps:
    """What moves have gained so far.

    Parameters
    ----------
    gain, calls
        Squared distance travelled in all, and model calls, of each kind and size, shape (3, sizes).
    """

    gain: Float[Array, "3 s"] = field(default_factory=_guessed)
    calls: Float[Array, "3 s"] = field(default_factory=lambda: np.full((3, len(SIZES)), _GUESS))

    def shares(self, adapted: bool, smooth: bool, anew: float = 0.0) -> Float[Array, " a"]:
        """Return how often each move is drawn.

        Parameters
        ----------
        adapted, smooth
            Whether there is an adapted reference, and gradients: these need both.
        anew
            The least share of draws from the reference anew, in [0, 1).
        """
        least = np.array([[LEAST], [LEAST * adapted], [LEAST_GRADIENT * (adapted and smooth)]])
        least = np.tile(least / (len(SIZES) * (1 + adapted)), len(SIZES))
        gained = np.where(least > 0, self.gain / self.calls, 0.0)
        if gained[BY_GRADIENT].max() < gained[:BY_GRADIENT].max():
            gained[BY_GRADIENT] = 0.0  # a kind that gains less than another for all its calls is only tried
        pays = gained**_SHARP
        shares = (least + (1.0 - least.sum()) * pays / pays.sum()).ravel()
        if adapted and shares[ANEW] < anew:
            shares *= (1.0 - anew) / (1.0 - shares[ANEW])
            shares[ANEW] = anew
        return shares

    def drawn(self, n: int, shares: Float[Array, " a"], rng: np.random.Generator) -> Int[Array, " n"]:
        """Draw a move for each of `n` particles, whatever they are, by its number; see `shares`."""
        return rng.choice(len(shares), size=n, p=shares / shares.sum())

    def learn(self, move: Int[Array, " n"], travelled: Float[Array, " n"], calls: Int[Array, " n"]) -> None:
        """Note how far each particle came by its move, zero where it stayed, and at how many calls."""
        self.gain += np.bincount(move, travelled, self.gain.size).reshape(self.gain.shape)
        self.calls += np.bincount(move, calls, self.calls.size).reshape(self.calls.shape)

    def fade(self) -> None:
        """Count what was learned less: the temperature has changed."""
        self.gain *= _FADING
        self.calls *= _FADING


def size_of(move: Int[Array, " n"]) -> Float[Array, "n 1"]:
    """Return each move's step size."""
    return np.array(SIZES)[move % len(SIZES)][:, None]


def reference_of(move: Int[Array, " n"], adapted: Adapted | None) -> Reference:
    """Return what moves without gradients are reversible for."""
    return PriorReference() if adapted is None else Either(move < len(SIZES), adapted)


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


def travelled(before: Particles, after: Particles, adapted: PartsReference | None) -> Float[Array, " n"]:
    """Return the squared distance between particles, a coordinate, in units of the adapted reference."""
    moved = after.z - before.z
    white = moved if adapted is None else adapted.white(moved)
    return np.einsum("ij,ij->i", white, white) / white.shape[1]
