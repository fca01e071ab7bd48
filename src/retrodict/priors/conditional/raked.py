"""One column of weighted cells, the others known: the cells that hold the other values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import logsumexp

from retrodict.priors.conditional.law import Law, Part, Stretched, unmatched
from retrodict.priors.conditional.others import log_densities, others_of
from retrodict.priors.marginals import Marginal
from retrodict.priors.marginals.inverse import POINT, normal_mass
from retrodict.results.notes import Note

Array = np.ndarray


def raked_law(
    marginals: Sequence[Marginal],
    edges: Sequence[Float[Array, " e"]],
    cells: Int[Array, "m d"],
    gaps: Bool[Array, "m d"],
    weights: Float[Array, " m"],
    X: Float[Array, "n d"],
    column: int,
) -> Law:
    """Return the law of a column under a mixture of cells; see `Conditional.given_others`.

    Parameters
    ----------
    marginals, edges, cells, gaps, weights
        As of `RakedPrior`.
    X, column
        As of `Conditional.given_others`.
    """
    others = others_of(marginals, X, column)
    logs = np.tile(np.log(weights), (len(X), 1))
    for j in range(X.shape[1]):
        if j == column:
            continue
        with np.errstate(divide="ignore"):
            own = np.log(_density(others.low[:, j], others.high[:, j], edges[j]))  # (n, cells of the feature)
        logs += np.where(gaps[:, j], 0.0, own[:, cells[:, j]])
        logs[others.missing[:, j, None] != gaps[:, j]] = -np.inf
    total = logsumexp(logs, axis=1)
    nowhere = np.isneginf(total)
    logs[nowhere] = np.log(weights)
    found = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
    missing = found[:, gaps[:, column]].sum(axis=1)
    shares = np.zeros((len(X), len(edges[column]) + 1))
    present = ~gaps[:, column]
    np.add.at(shares.T, cells[present, column], found[:, present].T)
    held = shares.sum(axis=1, keepdims=True)
    plain = normal_mass(np.append(-np.inf, edges[column]), np.append(edges[column], np.inf))
    shares = np.where(held > 0, shares / np.where(held > 0, held, 1.0), plain)

    def evidence() -> tuple[Array, Array]:
        own, atoms = log_densities(marginals, others)
        known = ~np.isnan(others.low)
        return np.where(nowhere, -np.inf, total + np.where(known, own, 0.0).sum(axis=1)), atoms.sum(axis=1)

    notes: tuple[Note, ...] = (unmatched(int(nowhere.sum())),) if nowhere.any() else ()
    part = Part(marginals[column], Stretched(edges[column], shares), np.ones(len(X)))
    return Law((part,), missing, evidence, notes)


def _density(low: Array, high: Array, edges: Array) -> Array:
    """Return, for each known value and each cell of its feature, its density there beside that of the marginal."""
    first, last = np.append(-np.inf, edges), np.append(edges, np.inf)
    whole = np.maximum(normal_mass(first, last), 1e-300)
    inside = (low[:, None] >= first) & (low[:, None] < last)  # of values with one latent
    middle = normal_mass(np.maximum(low[:, None], first), np.maximum(np.minimum(high[:, None], last), first))
    box = middle / np.maximum(normal_mass(low, high), 1e-300)[:, None]
    out = np.where((high - low > POINT)[:, None], box, inside) / whole
    return np.where(np.isnan(low)[:, None], 0.0, out)
