"""How sure a rebuilt table is: what the chains' later tables agree on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import linear_sum_assignment

from retrodict.matching.problem import Problem

Array = np.ndarray

_MOST_PAIRED, _MOST_PAIRED_AGAIN = 3_000, 300
"""Rows without equals that are paired with another chain's, and with each of its tables: the time grows with their
cube."""
FEWEST_CODES = 3
"""Codes of a number that has a middle: of two, the commoner one."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Tables of one chain at a low temperature, one after the other; as of `Held`, with their energies."""

    codes: Int[Array, "s n d"]
    labels: Int[Array, "s n"]
    components: Int[Array, "s n"] = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64))
    latents: Float[Array, "s n d"] = field(default_factory=lambda: np.empty((0, 0, 0)))
    energies: Float[Array, " s"] = field(default_factory=lambda: np.empty(0))

    def table(self, at: int, problem: Problem) -> tuple[Array, Array, Array, Array]:
        """Return the codes, labels, components and latents of one of them, the latter as `Drawn` has them."""
        latents = self.latents[at] if tied(problem) else np.empty((len(self.labels[at]), 0))
        codes, labels = self.codes[at].astype(np.int64), self.labels[at].astype(np.int64)
        return codes, labels, self.components[at].astype(np.int64), latents


def tied(problem: Problem) -> bool:
    """Return whether rows have latents."""
    return problem.prior is not None and bool(problem.prior.tied.any())


def middle_place(
    problem: Problem, codes: Int[Array, "n d"], samples: Samples
) -> tuple[Int[Array, " n"], Float[Array, "n m"]]:
    """Return each row's commonest component, and the mean of each latent over the samples that hold the row's code.

    Where none does, as a middle code may not be met itself, it is the mean over all samples, brought into the code's
    slots; NaN where the row never had latents on its component's scale.

    Parameters
    ----------
    problem
        Whose table it is.
    codes
        The table, shape (n, d).
    samples
        Of the chain that found it.

    Returns
    -------
    tuple
        Shapes (n,) and (n, d); the latter (n, 0) where rows have no latents.
    """
    n = len(codes)
    if problem.prior is None:
        return np.zeros(n, dtype=np.int64), np.empty((n, 0))
    components = _commonest(samples.components, len(problem.prior.means))
    if not tied(problem):
        return components, np.empty((n, 0))
    prior = problem.prior
    same = (prior.scale[samples.components] == prior.scale[components])[:, :, None]
    inside = _mean(samples.latents, same & (samples.codes == codes))
    anywhere = _mean(samples.latents, same & (samples.codes != problem.table.missing))
    low, high = np.full(codes.shape, np.inf), np.full(codes.shape, -np.inf)
    for m in range(prior.slots.shape[1]):  # the nearest of the slots that mean the code is as good as another
        own = prior.slots[:, m] == codes
        ends = prior.ends[prior.scale[components], :, m : m + 2]
        low, high = (
            np.where(own, np.minimum(low, ends[..., 0]), low),
            np.where(own, np.maximum(high, ends[..., 1]), high),
        )
    return components, np.where(np.isnan(inside), np.clip(anywhere, low, np.maximum(low, high)), inside)


def _mean(latents: Float[Array, "s n d"], counted: Bool[Array, "s n d"]) -> Float[Array, "n d"]:
    """Return the means over the samples that count, NaN where none does."""
    held = counted.sum(axis=0)
    sums = np.where(counted, latents, 0.0).sum(axis=0)
    return np.where(held > 0, sums / np.maximum(held, 1), np.nan)


def consensus(problem: Problem, samples: Samples) -> tuple[Int[Array, "n d"], Int[Array, " n"]]:
    """Return the table in the middle of a chain's samples: medians of numbers, the commonest of other codes."""
    table, (n, d) = problem.table, samples.codes.shape[1:]
    codes = np.empty((n, d), dtype=np.int64)
    for f in range(d):
        column = samples.codes[:, :, f]
        ordered = table.ordered[f] and not (table.missing[f] >= 0 and (column == table.missing[f]).any())
        if ordered and table.sizes[f] >= FEWEST_CODES:
            codes[:, f] = np.sort(column, axis=0)[len(column) // 2]
        else:
            codes[:, f] = _commonest(column, int(table.sizes[f]))
    return codes, _commonest(samples.labels, problem.targets.size)


def agreement(
    codes: Int[Array, "n d"], labels: Int[Array, " n"], samples: list[Samples]
) -> tuple[Float[Array, "n d"], Float[Array, " n"]]:
    """Return the share of the chains' tables that has an entry, and a label, as the given table has it.

    Each chain counts the same.
    """
    entries, tags = np.zeros(codes.shape), np.zeros(len(codes))
    for chain in samples:
        entries += (chain.codes == codes).mean(axis=0)
        tags += (chain.labels == labels).mean(axis=0)
    return entries / len(samples), tags / len(samples)


def in_order(codes: Int[Array, "n d"], labels: Int[Array, " n"], samples: Samples) -> Samples:
    """Return a chain's tables, the rows of each paired with those of the given one.

    Rows that no multiplicity tells apart have no order of their own: each chain has another, and exchanges change it.
    """
    first = _pairing(codes, labels, samples.codes[-1], samples.labels[-1], _MOST_PAIRED)
    order = np.stack(
        [
            first[_pairing(codes, labels, theirs[first], tags[first], _MOST_PAIRED_AGAIN)]
            for theirs, tags in zip(samples.codes, samples.labels, strict=True)
        ]
    )
    at = np.arange(len(order))[:, None], order
    return Samples(samples.codes[at], samples.labels[at], samples.components[at], samples.latents[at], samples.energies)


def _pairing(codes: Array, labels: Array, theirs: Array, tags: Array, most: int) -> Int[Array, " n"]:
    """Return which of their rows goes with each of the given ones, so that the fewest entries differ.

    Equal rows go together first, in their own places where they can: since numbers of differing entries are distances,
    no pairing is better for it. More than `most` others stay where they are, as far as that place is free.
    """
    n = len(codes)
    kinds = np.unique(
        np.vstack([np.column_stack([codes, labels]), np.column_stack([theirs, tags])]), axis=0, return_inverse=True
    )[1].ravel()
    own, other = kinds[:n], kinds[n:]
    order = np.where(own == other, np.arange(n), -1)
    ours, free = (np.flatnonzero(order < 0) for _ in range(2))
    left, right = ours[np.argsort(own[ours], kind="stable")], free[np.argsort(other[free], kind="stable")]
    one, two = _matched(own[left], other[right])
    order[left[one]] = right[two]
    ours, free = np.flatnonzero(order < 0), np.setdiff1d(free, right[two])
    if len(ours) > most:
        staying = np.intersect1d(ours, free)
        order[staying] = staying
        order[np.setdiff1d(ours, staying)] = np.setdiff1d(free, staying)
        return order
    cost = (labels[ours, None] != tags[None, free]).astype(np.float64)
    for f in range(codes.shape[1]):
        cost += codes[ours, None, f] != theirs[None, free, f]
    order[ours] = free[linear_sum_assignment(cost)[1]]
    return order


def _matched(one: Int[Array, " n"], two: Int[Array, " n"]) -> tuple[Int[Array, " m"], Int[Array, " m"]]:
    """Return the places of pairs of equal numbers in two sorted lists, each place once."""
    nth, first = np.arange(len(one)) - np.searchsorted(one, one), np.searchsorted(two, one)
    has = nth < np.searchsorted(two, one, side="right") - first
    return np.flatnonzero(has), (first + nth)[has]


def _commonest(column: Int[Array, "s n"], many: int) -> Int[Array, " n"]:
    best, votes = column[-1].astype(np.int64), np.zeros(column.shape[1], dtype=np.int64)
    for code in np.unique(column):
        share: Array = (column == code).sum(axis=0)
        better: Bool[Array, " n"] = share > votes
        best[better], votes[better] = code, share[better]
    return best
