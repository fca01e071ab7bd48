"""One column of a smoothed bootstrap, the others known: each row of the sample weighed by how near it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.priors.conditional.law import Law, Normals, Part, Shares, unmatched
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

ROUNDED = Note(
    "rounded_as_exact",
    "known integers, values on a grid and values at a bound are taken as if the kernel had made them exactly",
)
INWARDS = Note(
    "kernel_as_uncut", "the kernel is cut next to bounds; what it says of one column is taken as if it were not"
)

_LEAST = 1e-9  # a row this much less likely than the nearest one is left out: all that are add up to next to nothing
_RANK = 1e-10  # of the kernel's covariance: directions with less vary with the others alone


@dataclass(frozen=True, eq=False)
class Sample:
    """A smoothed bootstrap, as `EmpiricalPrior` holds it.

    Parameters
    ----------
    schema
        The features.
    rows, weights
        Of the sample, shapes (m, d) and (m,).
    bandwidth, redraw
        As of `EmpiricalPrior`.
    mean, factor
        Of the numbers: their means, and F with F F' their covariance.
    numeric
        Which features are numbers.
    shares
        Of each listed feature, the probabilities of its categories.
    steps
        One a feature: step and offset of its values, ``None`` for any.
    balanced
        As of `EmpiricalPrior`.
    """

    schema: Schema
    rows: Float[Array, "m d"]
    weights: Float[Array, " m"]
    bandwidth: float
    redraw: float
    mean: Float[Array, " p"]
    factor: Float[Array, "p p"]
    numeric: tuple[int, ...]
    shares: dict[int, Float[Array, " k"]]
    steps: tuple[tuple[float, float] | None, ...]
    balanced: bool = False


@dataclass(frozen=True)
class Kept:
    """Numbers as the kernel makes them, brought back to a grid and to bounds.

    Parameters
    ----------
    low, high
        Bounds.
    step, offset
        Of the grid; a step of ``None`` is none.
    """

    low: float
    high: float
    step: float | None = None
    offset: float = 0.0

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map numbers, not latents of a standard normal, to values; see `Marginal.quantile_z`."""
        out = z if self.step is None else np.rint((z - self.offset) / self.step) * self.step + self.offset
        return np.clip(out, self.low, self.high)

    def breaks(self) -> Float[Array, " k"]:
        """Return none."""
        return np.empty(0)

    def describe(self) -> dict[str, Any]:
        """Return bounds and grid."""
        return {"kind": "kernel", "min": self.low, "max": self.high, "step": self.step, "offset": self.offset}


def kernel_law(sample: Sample, X: Float[Array, "n d"], column: int) -> Law:
    """Return the law of a column under a smoothed bootstrap; see `Conditional.given_others`.

    Given that a row of the sample was chosen, its numbers are jointly normal around it and its listed values are its
    own or drawn anew: the column is normal with the mean and variance that the other numbers leave, and a row is as
    likely as it expects the others. Rows that miss other values than the known one are left out.

    Parameters
    ----------
    sample
        The prior.
    X, column
        As of `Conditional.given_others`.
    """
    logs = np.tile(np.log(np.maximum(sample.weights, 1e-300)), (len(X), 1))
    for j in range(X.shape[1]):
        if j != column:
            logs += _listed(sample, X[:, j], j) if j in sample.shares else 0.0
            logs[np.isnan(X[:, j])[:, None] != np.isnan(sample.rows[:, j])] = -np.inf
    place = sample.numeric.index(column) if column in sample.numeric else None
    shift, sds = np.zeros(logs.shape), np.zeros(len(X))
    for others, rows in _patterns(sample, X, column):
        own, moved, sd = _numbers(sample, X[rows][:, [sample.numeric[i] for i in others]], others, place)
        logs[rows] += own
        shift[rows], sds[rows] = moved, sd
    atoms, steps = _atoms(sample, X, column)
    logs += steps[:, None]
    best = logs.max(axis=1)
    nowhere = np.isneginf(best)
    if nowhere.any():
        logs[nowhere] = np.log(np.maximum(sample.weights, 1e-300))
        _, shift[nowhere], sds[nowhere] = _numbers(sample, np.empty((int(nowhere.sum()), 0)), [], place)
    top = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - top)
    total = weights.sum(axis=1, keepdims=True)
    weights = weights / total
    evidence = np.where(nowhere, -np.inf, (top + np.log(total))[:, 0]), atoms
    own_values = sample.rows[:, column]
    gone = np.isnan(own_values)
    missing = weights[:, gone].sum(axis=1)
    weights = weights[:, ~gone]
    held = weights.sum(axis=1, keepdims=True)
    weights = np.where(held > 0, weights / np.maximum(held, 1e-300), 1.0 / max(weights.shape[1], 1))
    part = _part(sample, column, own_values[~gone], weights, shift[:, ~gone], sds)
    return Law((part,), missing, lambda: evidence, _notes(sample, column, int(nowhere.sum())))


def _part(sample: Sample, column: int, own: Array, weights: Array, shift: Array, sds: Array) -> Part | Shares:
    ones = np.ones(len(weights))
    if column in sample.shares:
        k = len(sample.shares[column])
        indicator = own[:, None] == np.arange(k)
        p = (1.0 - sample.redraw) * (weights @ indicator) + sample.redraw * sample.shares[column]
        return Shares(np.arange(k, dtype=np.float64), p, ones)
    if not sample.bandwidth or not sds.max(initial=0.0) > 0.0:
        values, back = np.unique(own, return_inverse=True)
        p = np.zeros((len(weights), len(values)))
        np.add.at(p.T, back, weights.T)
        return Shares(values, p, ones)
    kept = weights > _LEAST * weights.max(axis=1, keepdims=True)
    most = int(kept.sum(axis=1).max())
    order = np.argsort(-weights, axis=1, kind="stable")[:, :most]
    weights = np.take_along_axis(np.where(kept, weights, 0.0), order, axis=1)
    means = np.take_along_axis(_middle(sample, column, own) + shift, order, axis=1)
    latent = Normals(means, weights / weights.sum(axis=1, keepdims=True), np.maximum(sds, 1e-12))
    feature, step = sample.schema.features[column], sample.steps[column]
    low, high = (-np.inf if feature.low is None else feature.low), (np.inf if feature.high is None else feature.high)
    if step is not None:
        low = np.ceil((low - step[1]) / step[0] - 1e-6) * step[0] + step[1]
        high = np.floor((high - step[1]) / step[0] + 1e-6) * step[0] + step[1]
    return Part(Kept(float(low), float(high), *(step or ())), latent, ones)


def _atoms(sample: Sample, X: Array, column: int) -> tuple[Array, Array]:
    """Return how many known values are atoms, and what makes densities of values on grids their probabilities."""
    atoms, logs = np.zeros(len(X)), np.zeros(len(X))
    for j in range(X.shape[1]):
        step = sample.steps[j]
        if j != column and (j in sample.shares or step is not None or not sample.bandwidth):
            known = ~np.isnan(X[:, j])
            atoms += known
            if step is not None and sample.bandwidth:
                logs += np.where(known, np.log(step[0]), 0.0)
    return atoms, logs


def _listed(sample: Sample, values: Array, j: int) -> Array:
    """Return the log-probability that each row of the sample becomes each known category, shape (n, m)."""
    shares = sample.shares[j]
    known = ~np.isnan(values)
    code = np.where(known, values, 0).astype(np.intp)
    inside = code < len(shares)
    drawn = np.where(inside, shares[np.minimum(code, len(shares) - 1)], 0.0)
    same = sample.rows[:, j] == values[:, None]
    with np.errstate(divide="ignore"):
        logs = np.log((1.0 - sample.redraw) * same + sample.redraw * drawn[:, None])
    return np.where(known[:, None], logs, 0.0)


def _patterns(sample: Sample, X: Array, column: int) -> list[tuple[list[int], Int[Array, " r"]]]:
    """Return places of the numbers that rows know, and the rows."""
    if not sample.numeric:
        return []
    known: Bool[Array, "n p"] = ~np.isnan(X[:, list(sample.numeric)])
    known &= np.array(sample.numeric) != column
    distinct, back = np.unique(known, axis=0, return_inverse=True)
    return [(np.flatnonzero(own).tolist(), np.flatnonzero(back.ravel() == k)) for k, own in enumerate(distinct)]


def _middle(sample: Sample, column: int, values: Array) -> Array:
    """Return where the kernel of each row of the sample lies: shrunken towards the mean."""
    mean = sample.mean[sample.numeric.index(column)]
    return np.asarray(mean + (values - mean) / np.sqrt(1.0 + sample.bandwidth**2))


def _numbers(sample: Sample, known: Array, others: list[int], place: int | None) -> tuple[Any, Any, float]:
    """Return log-densities of the known numbers, how they move the column's mean, shapes (r, m), and its deviation."""
    n, m = len(known), len(sample.rows)
    columns = [sample.numeric[i] for i in others]
    if not sample.bandwidth:
        same = np.ones((n, m), dtype=bool)
        for k, j in enumerate(columns):
            same &= known[:, k, None] == sample.rows[:, j]
        return np.where(same, 0.0, -np.inf), np.zeros((n, m)), 0.0
    covariance = sample.factor @ sample.factor.T * (sample.bandwidth**2 / (1.0 + sample.bandwidth**2))
    within = covariance[np.ix_(others, others)]
    sd = np.sqrt(np.diag(within))
    unit = np.where(sd > 0, sd, 1.0)
    values, vectors = np.linalg.eigh(within / np.outer(unit, unit)) if others else (np.empty(0), np.empty((0, 0)))
    used = values > _RANK
    root = vectors[:, used] / np.sqrt(values[used]) / unit[:, None]  # whitens the known numbers
    middle = np.stack([_middle(sample, j, sample.rows[:, j]) for j in columns], axis=1) if columns else np.empty((m, 0))
    far, near = known @ root, np.nan_to_num(middle) @ root
    logs = -0.5 * np.maximum((far**2).sum(1)[:, None] + (near**2).sum(1) - 2.0 * far @ near.T, 0.0)
    with np.errstate(divide="ignore"):
        logs = logs - 0.5 * np.log(2 * np.pi * values[used]).sum() - np.log(unit).sum()
    if place is None:
        return logs, np.zeros((n, m)), 0.0
    tie = covariance[place, others] @ root
    left = max(float(covariance[place, place] - tie @ tie), 0.0)
    return logs, (far @ tie)[:, None] - near @ tie, float(np.sqrt(left))


def _notes(sample: Sample, column: int, nowhere: int) -> tuple[Note, ...]:
    rounded = any(
        sample.steps[j] is not None
        or sample.schema.features[j].low is not None
        or sample.schema.features[j].high is not None
        for j in sample.numeric
        if j != column
    )
    notes = [ROUNDED] if rounded and sample.bandwidth else []
    notes += [INWARDS] if sample.balanced and sample.bandwidth else []
    return (*notes, *([unmatched(nowhere)] if nowhere else []))
