"""What is read off the posteriors of many rows: values, intervals, and whether they are right."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict import time_limit
from retrodict.models import Meter
from retrodict.priors import Prior, law_of
from retrodict.priors.conditional.law import UNMATCHED, unmatched
from retrodict.reconstruction.attributes.points import Points
from retrodict.reconstruction.attributes.posterior import Method, block_of, posterior
from retrodict.reconstruction.attributes.seen import Seen
from retrodict.results.notes import Note
from retrodict.schema import Feature

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Estimates:
    """What the posteriors of n rows say, in codes; NaN where there is nothing to be said.

    Parameters
    ----------
    value, probability
        The likeliest category, or the median; its probability, of a number that of being within the tolerance.
    low, high
        Of numbers: the central interval.
    among
        Of listed columns, shape (n, k): which categories reach the confidence together; of numbers shape (n, 0).
    prior_value, prior_probability
        The same of the prior.
    missing
        Probability that the value is missing.
    found
        Whether any value gives the output.
    error
        Of the evidence.
    """

    value: Float[Array, " n"]
    probability: Float[Array, " n"]
    low: Float[Array, " n"]
    high: Float[Array, " n"]
    among: Bool[Array, "n k"]
    prior_value: Float[Array, " n"]
    prior_probability: Float[Array, " n"]
    missing: Float[Array, " n"]
    found: Bool[Array, " n"]
    error: Float[Array, " n"]

    def __len__(self) -> int:
        return len(self.value)

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Return the rows of all, in order."""
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))

    def inside(self, true: Float[Array, " n"]) -> Bool[Array, " n"]:
        """Return whether true values are in their interval, or among their categories."""
        if self.among.shape[1]:
            code = np.nan_to_num(true, nan=0.0).astype(np.intp)
            return self.among[np.arange(len(self)), np.minimum(code, self.among.shape[1] - 1)] & ~np.isnan(true)
        room = _ROUNDING * np.maximum(np.abs(self.low), np.abs(self.high))
        return np.asarray((true >= self.low - room) & (true <= self.high + room))


def hits(value: Float[Array, " n"], true: Float[Array, " n"], tolerance: float | None) -> Bool[Array, " n"]:
    """Return which values are right: the category itself, or a number within the tolerance."""
    return np.asarray(value == true) if tolerance is None else np.asarray(np.abs(value - true) <= tolerance)


def estimated(points: Points, feature: Feature, confidence: float, tolerance: float | None) -> Estimates:
    """Return what posteriors say.

    Parameters
    ----------
    points
        The posteriors.
    feature
        The column.
    confidence
        Of intervals and lists.
    tolerance
        Of a number, in its units; ``None`` of a listed column.
    """
    found = points.found
    nothing = np.full(points.n, np.nan)
    if tolerance is None:
        k = len(feature.categories)
        tables = [points.table(weight, k) for weight in (points.posterior, points.prior)]
        best = [one[:, :k].argmax(axis=1) for one in tables]
        most = [one.max(axis=1) for one in (table[:, :k] for table in tables)]
        values = [np.where(table[:, k] > top, np.nan, at) for table, at, top in zip(tables, best, most, strict=True)]
        return Estimates(
            value=np.where(found, values[0], np.nan),
            probability=np.where(found, most[0], np.nan),
            low=nothing,
            high=nothing,
            among=_list(tables[0][:, :k], confidence) & found[:, None],
            prior_value=values[1],
            prior_probability=most[1],
            missing=tables[0][:, k],
            found=found,
            error=points.error,
        )
    low, middle, high = (
        points.quantile(points.posterior, share) for share in ((1 - confidence) / 2, 0.5, (1 + confidence) / 2)
    )
    prior = points.quantile(points.prior, 0.5)
    gone, gone_before = points.missing(points.posterior), points.missing(points.prior)
    return Estimates(
        value=np.where(gone > 0.5, np.nan, middle),
        probability=np.where(found, points.near(points.posterior, middle, tolerance), np.nan),
        low=low,
        high=high,
        among=np.zeros((points.n, 0), dtype=bool),
        prior_value=np.where(gone_before > 0.5, np.nan, prior),
        prior_probability=points.near(points.prior, prior, tolerance),
        missing=gone,
        found=found,
        error=points.error,
    )


def _list(p: Float[Array, "n k"], confidence: float) -> Bool[Array, "n k"]:
    """Return the fewest categories of each row that reach the confidence, of the present ones' probability."""
    order = np.argsort(-p, axis=1, kind="stable")
    sorted_p = np.take_along_axis(p, order, axis=1)
    before = np.cumsum(sorted_p, axis=1) - sorted_p
    total = p.sum(axis=1, keepdims=True)
    chosen = (before < confidence * total - _ROUNDING) & (sorted_p > 0)
    out = np.zeros(p.shape, dtype=bool)
    np.put_along_axis(out, order, chosen, axis=1)
    return out


_ROUNDING = 1e-9
"""Of a sum, and of a number read back."""


def in_blocks(
    meter: Meter,
    prior: Prior,
    X: Float[Array, "n d"],
    column: int,
    seen: Seen,
    *,
    splits: Float[Array, " s"] | None,
    confidence: float,
    tolerance: float | None,
    gaps: bool = True,
    feature: Feature,
) -> tuple[Estimates | None, Method, tuple[Note, ...]]:
    """Return what is inferred of rows, block by block, as far as the time limit allows.

    Parameters
    ----------
    meter, X, column, seen, splits, gaps
        As `posterior` takes them.
    prior
        What is assumed of the features.
    confidence, tolerance, feature
        As `estimated` takes them.

    Returns
    -------
    Estimates or None, Method, tuple of Note
        Of the first rows, as many as there was time for; ``None`` where there was none. How; and what is to be said.
    """
    parts, methods, notes = list[Estimates](), list[Method](), list[Note]()
    step = block_of(splits)
    for start in range(0, len(X), step):
        if time_limit.left() <= 0.0:
            break
        rows = np.arange(start, min(start + step, len(X)))
        law = law_of(prior, X[rows], column)
        told = posterior(meter, X[rows], column, law, Some(seen, rows), splits, gaps=gaps)
        parts.append(estimated(told.points, feature, confidence, tolerance))
        methods.append(told.method)
        notes += law.notes
    return (Estimates.joined(parts) if parts else None), least_exact(methods), added(tuple(notes))


def least_exact(methods: Collection[Method]) -> Method:
    """Return the least exact of several ways to compute posteriors: what is said of all of them."""
    order: tuple[Method, ...] = ("quadrature", "between split points")
    return next((one for one in order if one in methods), "listed")


@dataclass(frozen=True, eq=False)
class Some:
    """The known outputs of some of the rows."""

    seen: Seen
    rows: Int[Array, " m"]

    def log_likelihood(self, row: Int[Array, " p"], output: Array) -> Float[Array, " p"]:
        """See `Seen.log_likelihood`."""
        return self.seen.log_likelihood(self.rows[row], output)

    def side(self, row: Int[Array, " p"], output: Array) -> Int[Array, " p"] | None:
        """See `Seen.side`."""
        return self.seen.side(self.rows[row], output)


def added(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """Return notes, those that count rows of a block as one over all blocks."""
    counts = [note for note in notes if note.code == UNMATCHED]
    others = dict.fromkeys(note for note in notes if note.code != UNMATCHED)
    rows = sum(note.values["rows"] for note in counts)
    return (*others, *([unmatched(rows)] if counts else []))
