"""One column under a normal copula, the others known: conditional normals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import solve_triangular
from scipy.special import log_ndtr, logsumexp, ndtri_exp
from scipy.stats import qmc

from retrodict.priors.conditional.law import Law, Normals, Part
from retrodict.priors.conditional.others import Others, log_densities, others_of
from retrodict.priors.marginals import Marginal
from retrodict.priors.marginals.inverse import log_normal_mass
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

PATHS = 256
"""Points at which latents behind listed values and integers are integrated over: a power of two, as Sobol's need."""

NARROW = 0.1
"""Width of a stretch of latents up to which its middle stands for it: its variance is below a thousandth of all."""

COMPONENTS = 16
"""Normals that are left of these points: each stands for neighbours, nearer to one another than they are wide."""

_ROTATION = 20240
"""Seed of the points' scrambling: they are the same in every run, and owe nothing to the user's seed."""

_UNTIED = 1e-12
"""Latent correlations that are none."""


def copula_law(
    schema: Schema,
    marginals: Sequence[Marginal],
    correlation: Float[Array, "d d"],
    X: Float[Array, "n d"],
    column: int,
) -> Law:
    """Return the law of a column under a normal copula; see `Conditional.given_others`.

    Where the other values have one latent each, the column's latent is normal, in closed form. Behind listed values,
    integers and atoms there are stretches of latents: these are integrated over by Geweke, Hajivassiliou and Keane's
    way (Genz 1992, doi:10.1080/10618600.1992.10477010), at `PATHS` points of a scrambled Sobol sequence, which leaves a
    mixture of normals. Columns that are not tied to others, directly or through others, are left out.

    Parameters
    ----------
    schema, marginals
        The features and their marginals.
    correlation
        Of the latents.
    X, column
        As of `Conditional.given_others`.
    """
    tied = _tied(correlation, column)
    others = _narrowed(others_of(marginals, X, column, only=tied))
    groups = _groups(others)
    paths = PATHS if any(len(boxes) for _, boxes, _ in groups) else 1
    n = len(X)
    means, logs, sds = np.zeros((n, paths)), np.zeros((n, paths)), np.ones(n)
    for points, boxes, rows in groups:
        means[rows], sds[rows], logs[rows] = _conditioned(correlation, others, points, boxes, rows, column, paths)
    weights = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
    means, weights = _merged(means, weights)
    notes: tuple[Note, ...] = ()
    if paths > 1:
        text = f"latents behind listed values and integers are integrated over at {PATHS} points"
        notes = (Note("latents_integrated", text, points=PATHS),)
    return Law(
        (Part(marginals[column], Normals(means, weights, sds), np.ones(n)),),
        np.full(n, schema.features[column].missing),
        lambda: _evidence(schema, marginals, correlation, X, column),
        notes,
    )


def _narrowed(others: Others) -> Others:
    """Return narrow stretches as their middles: those of values that stand a few times in a sample of numbers."""
    with np.errstate(invalid="ignore"):
        narrow = others.box & (others.high - others.low < NARROW)
    middle = (np.where(narrow, others.low, 0.0) + np.where(narrow, others.high, 0.0)) / 2
    return replace(others, low=np.where(narrow, middle, others.low), high=np.where(narrow, middle, others.high))


def _merged(means: Array, weights: Array) -> tuple[Array, Array]:
    """Return neighbouring components of each row as one: of `COMPONENTS` in all, the mean of each kept."""
    if means.shape[1] <= COMPONENTS:
        return means, weights
    order = np.argsort(means, axis=1, kind="stable")
    means, weights = (np.take_along_axis(one, order, axis=1) for one in (means, weights))
    middle = np.cumsum(weights, axis=1) - weights / 2
    place = np.minimum((middle * COMPONENTS).astype(np.intp), COMPONENTS - 1)
    place += COMPONENTS * np.arange(len(means))[:, None]
    size = len(means) * COMPONENTS
    held = np.bincount(place.ravel(), weights.ravel(), size).reshape(-1, COMPONENTS)
    sums = np.bincount(place.ravel(), (weights * means).ravel(), size).reshape(-1, COMPONENTS)
    return np.where(held > 0, sums / np.where(held > 0, held, 1.0), 0.0), held


def _tied(correlation: Array, column: int) -> list[int]:
    """Return the column and all that are tied to it, directly or through others, by their latents."""
    found, left = {column}, [column]
    while left:
        at = left.pop()
        new = {int(j) for j in np.flatnonzero(np.abs(correlation[at]) > _UNTIED)} - found
        found |= new
        left += new
    return sorted(found)


def _groups(others: Others) -> list[tuple[Int[Array, " p"], Int[Array, " b"], Int[Array, " r"]]]:
    """Return rows that know the same columns in the same way: points, boxes, and the rows."""
    kind = np.where(others.point, 1, np.where(others.box, 2, 0))
    distinct, back = np.unique(kind, axis=0, return_inverse=True)
    return [
        (np.flatnonzero(own == 1), np.flatnonzero(own == 2), np.flatnonzero(back.ravel() == k))
        for k, own in enumerate(distinct)
    ]


def _conditioned(
    correlation: Array, others: Others, points: Array, boxes: Array, rows: Array, column: int, paths: int
) -> tuple[Any, Any, Any]:
    """Return means, shape (r, paths), the standard deviation, and log-weights, shape (r, paths)."""
    order = np.concatenate([points, boxes, [column]])
    L = np.linalg.cholesky(correlation[np.ix_(order, order)])
    p, b = len(points), len(boxes)
    at = others.low[np.ix_(rows, points)]
    known = solve_triangular(L[:p, :p], at.T, lower=True).T if p else at
    base = known @ L[p:, :p].T  # of the boxes and the column: what the points alone say
    # the log-density of the points, which is the same on all paths
    logs = np.zeros((len(rows), paths)) - 0.5 * (known**2).sum(axis=1, keepdims=True) - np.log(np.diag(L)[:p]).sum()
    means = np.repeat(base[:, -1:], paths, axis=1)
    if not b:
        return means, float(L[-1, -1]), logs - np.log(paths)
    u = qmc.Sobol(b, scramble=True, rng=np.random.default_rng(_ROTATION)).random(paths)
    drawn = np.empty((b, len(rows), paths))
    for k in range(b):
        own = L[p + k, p : p + k]
        middle = base[:, k, None] + np.tensordot(own, drawn[:k], axes=1)
        low = (others.low[rows, boxes[k]][:, None] - middle) / L[p + k, p + k]
        high = (others.high[rows, boxes[k]][:, None] - middle) / L[p + k, p + k]
        mass = log_normal_mass(low, high)
        logs += mass
        drawn[k] = _within(low, high, u[:, k], mass)
        means += L[-1, p + k] * drawn[k]
    return means, float(L[-1, -1]), logs - np.log(paths)


def _within(low: Array, high: Array, u: Array, mass: Array) -> Array:
    """Return the latents at shares `u` of stretches of a standard normal, precise however far out they lie."""
    flip = low > 0
    first, last = np.where(flip, -high, low), np.where(flip, -low, high)
    share = np.where(flip, 1.0 - u, u)
    with np.errstate(divide="ignore"):
        at = ndtri_exp(np.minimum(np.logaddexp(log_ndtr(first), np.log(share) + mass), 0.0))
    return np.where(flip, -1.0, 1.0) * np.clip(at, np.maximum(first, -_FAR), np.minimum(last, _FAR))


_FAR = 38.0
"""Where the normal density ends in 64 bits."""


def _evidence(
    schema: Schema, marginals: Sequence[Marginal], correlation: Array, X: Array, column: int
) -> tuple[Array, Array]:
    """Return the log-density of the other columns together; see `law.Evidence`."""
    others = others_of(marginals, X, column)
    logs, atoms = log_densities(marginals, others)
    out = others.rates(schema)
    for points, boxes, rows in _groups(others):
        paths = PATHS if len(boxes) else 1
        _, _, own = _conditioned(correlation, others, points, boxes, rows, column, paths)
        z = others.low[np.ix_(rows, points)]
        out[rows] += logsumexp(own, axis=1) + (logs[np.ix_(rows, points)] + 0.5 * z**2).sum(axis=1)
    return out, atoms.sum(axis=1)
