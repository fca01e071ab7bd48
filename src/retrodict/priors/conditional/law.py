"""The law of one column in each of several rows whose other columns are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Protocol, Self, runtime_checkable

import numpy as np
from jaxtyping import Float, Int
from scipy.special import logsumexp

from retrodict.priors.marginals import FiniteMarginal, Marginal
from retrodict.priors.marginals.inverse import ends_of, normal_mass
from retrodict.results.notes import Note

Array = np.ndarray

Evidence = Callable[[], tuple[Array, Array]]
"""Log-densities of the other columns, shape (n,), and how many of them are at atoms, shape (n,): what mixtures weigh
their components by. It is computed where it is asked for."""


@runtime_checkable
class Latent(Protocol):
    """The law of a marginal's latent in each of n rows."""

    @property
    def center(self) -> Float[Array, " n"]:
        """Where most of it lies."""
        ...

    @property
    def scale(self) -> Float[Array, " n"]:
        """How far it is spread."""
        ...

    def mass(self, row: Int[Array, " p"], low: Float[Array, " p"], high: Float[Array, " p"]) -> Float[Array, " p"]:
        """Return the probability of stretches of the latent, each in one of the rows."""
        ...


@dataclass(frozen=True, eq=False)
class Normals:
    """A mixture of normals in each row.

    Parameters
    ----------
    means, weights
        Shape (n, k); the weights of a row sum to one.
    sds
        Shape (n,): of all components of a row.
    """

    means: Float[Array, "n k"]
    weights: Float[Array, "n k"]
    sds: Float[Array, " n"]

    @property
    def center(self) -> Float[Array, " n"]:
        """The mean."""
        return np.asarray((self.weights * self.means).sum(axis=1))

    @property
    def scale(self) -> Float[Array, " n"]:
        """The standard deviation."""
        apart = self.means - self.center[:, None]
        return np.asarray(np.sqrt(self.sds**2 + (self.weights * apart**2).sum(axis=1)))

    def mass(self, row: Int[Array, " p"], low: Float[Array, " p"], high: Float[Array, " p"]) -> Float[Array, " p"]:
        """Return the probability of stretches; see `Latent.mass`."""
        center = self.center
        off = np.where(self.weights > 0.0, np.abs(self.means - center[:, None]), 0.0).max(axis=1)
        # rows that know all others exactly have one normal, as often as others have components
        first, last = ((one - center[row]) / self.sds[row] for one in (low, high))
        out = normal_mass(first, last)
        mixed = np.flatnonzero((off > _ONE * self.sds)[row])
        step = max(1, _AT_ONCE // self.means.shape[1])
        for start in range(0, len(mixed), step):
            own = mixed[start : start + step]
            at = row[own]
            means, sds = self.means[at], self.sds[at][:, None]
            first, last = ((one[own, None] - means) / sds for one in (low, high))
            out[own] = (self.weights[at] * normal_mass(first, last)).sum(axis=1)
        return out


_ONE = 1e-10
"""Means that are no farther apart, in standard deviations, are one."""


_AT_ONCE = 2_000_000
"""Stretches times components that are looked at in one pass: tens of megabytes."""


@dataclass(frozen=True, eq=False)
class Stretched:
    """A standard normal whose stretches between edges have other shares in each row.

    Parameters
    ----------
    edges
        Increasing, shape (e,).
    shares
        Of the stretches, shape (n, e + 1); those of a row sum to one.
    """

    edges: Float[Array, " e"]
    shares: Float[Array, "n k"]

    @property
    def center(self) -> Float[Array, " n"]:
        """That of the standard normal."""
        return np.zeros(len(self.shares))

    @property
    def scale(self) -> Float[Array, " n"]:
        """That of the standard normal."""
        return np.ones(len(self.shares))

    def mass(self, row: Int[Array, " p"], low: Float[Array, " p"], high: Float[Array, " p"]) -> Float[Array, " p"]:
        """Return the probability of stretches; see `Latent.mass`."""
        ends = np.concatenate([[-np.inf], self.edges, [np.inf]])
        out = np.zeros(len(row))
        for k, (first, last) in enumerate(pairwise(ends.tolist())):
            whole = float(normal_mass(np.asarray(first), np.asarray(last)))
            inside = normal_mass(np.maximum(low, first), np.maximum(np.minimum(high, last), np.maximum(low, first)))
            out += self.shares[row, k] * (inside / whole if whole > 0 else 0.0)
        return out


@dataclass(frozen=True, eq=False)
class Part:
    """One part of a law: a marginal, and the law of its latent.

    Parameters
    ----------
    marginal
        The map from the latent to values.
    latent
        Its law in each row.
    share
        Of this part in each row, shape (n,).
    """

    marginal: Marginal
    latent: Latent
    share: Float[Array, " n"]

    def listed(self, most: int) -> Shares | None:
        """Return it as values with a probability each, where there are no more than `most` of them; else ``None``."""
        if not isinstance(self.marginal, FiniteMarginal) or len(self.marginal.values()) > most:
            return None
        ends, n = ends_of(self.marginal), len(self.share)
        row = np.repeat(np.arange(n), len(ends) - 1)
        p = self.latent.mass(row, np.tile(ends[:-1], n), np.tile(ends[1:], n)).reshape(n, -1)
        total = p.sum(axis=1, keepdims=True)
        return Shares(self.marginal.values(), p / np.where(total > 0, total, 1.0), self.share)


@dataclass(frozen=True, eq=False)
class Shares:
    """One part of a law: listed values with a probability each.

    Parameters
    ----------
    values
        Shape (v,).
    probabilities
        Shape (n, v).
    share
        Of this part in each row, shape (n,).
    """

    values: Float[Array, " v"]
    probabilities: Float[Array, "n v"]
    share: Float[Array, " n"]


@dataclass(frozen=True, eq=False)
class Law:
    """What a prior says of one column in each of n rows whose other columns are known.

    Parameters
    ----------
    parts
        Of the present values; their shares sum to one in each row.
    missing
        Probability that the value is missing, shape (n,).
    evidence
        See `Evidence`.
    notes
        What is not as exact as the prior is.
    """

    parts: tuple[Part | Shares, ...]
    missing: Float[Array, " n"]
    evidence: Evidence
    notes: tuple[Note, ...] = field(default=())

    def scaled(self, share: Float[Array, " n"]) -> tuple[Part | Shares, ...]:
        """Return the parts with their shares multiplied."""
        return tuple(replace(one, share=one.share * share) for one in self.parts)

    @classmethod
    def mixed(cls, laws: list[Self], weights: Float[Array, " k"], notes: tuple[Note, ...]) -> Law:
        """Return the mixture of several laws of the same rows, each weighed by how well it expects the known columns.

        A component that has an atom at a known value is infinitely likelier than one that has a density there.

        Parameters
        ----------
        laws
            Of the components, of the same rows.
        weights
            Before the other columns are known; positive.
        notes
            Of the mixture; those of the laws follow.
        """
        told = [one.evidence() for one in laws]
        atoms = np.stack([own for _, own in told])
        logs = np.stack([log for log, _ in told]) + np.log(weights)[:, None]
        logs = np.where(atoms < np.where(np.isneginf(logs), -1.0, atoms).max(axis=0), -np.inf, logs)
        nowhere = np.isneginf(logs).all(axis=0)
        logs[:, nowhere] = np.log(weights)[:, None]
        total = logsumexp(logs, axis=0)
        share = np.exp(logs - total)
        missing = sum(share[k] * one.missing for k, one in enumerate(laws))
        present = [share[k] * (1.0 - one.missing) / np.maximum(1.0 - missing, _TINY) for k, one in enumerate(laws)]
        own = dict.fromkeys(notes)
        # a component that is impossible at a row has no share there: what is said of it does not count
        own |= {note: None for one in laws for note in one.notes if note.code != UNMATCHED}
        if nowhere.any():
            own[unmatched(int(nowhere.sum()))] = None
        evidence = np.where(nowhere, -np.inf, total), atoms.max(axis=0)
        parts = tuple(part for k, one in enumerate(laws) for part in one.scaled(present[k]))
        return cls(parts, np.asarray(missing), lambda: evidence, tuple(own))


def unmatched(rows: int) -> Note:
    """Return the note on rows whose known columns the prior holds to be impossible together."""
    return Note(
        UNMATCHED,
        f"{rows:,} rows have other columns that the prior holds to be impossible together: what it says of the column "
        "there does not depend on them; a prior of kind copula takes any",
        rows=rows,
    )


UNMATCHED = "others_not_used"
"""Code of the note on rows whose known columns the prior holds to be impossible together."""

_TINY = 1e-300
