"""The posterior of one column in rows whose other columns and output are known.

``Q(x_j | x_-j, y)`` is proportional to ``Q(y | x) Q(x_j | x_-j)``: over listed values a sum, over numbers an integral.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from retrodict.models import Meter
from retrodict.priors.conditional import Law, Part, Shares
from retrodict.reconstruction.attributes.cells import START, Axis, integrated, likelihood, spread
from retrodict.reconstruction.attributes.points import Points, summed
from retrodict.reconstruction.attributes.seen import Seen

Array = np.ndarray

MOST_LISTED = 256
"""Values of a column up to which each is asked for; more integers are integrated over as numbers are."""

_STRETCHES = 100_000
"""Stretches that are started with at a time: rows with one value each stay within tens of megabytes."""
_LEAST_ROWS, _MOST_ROWS = 16, 512
"""Rows that are worked on at a time: few calls of the model cost less than many, and a time limit is looked at between
two of them."""

Method = Literal["listed", "between split points", "quadrature"]
"""Each value asked for; integrals over stretches on which the likelihood is level; integrals with an error estimate."""


@dataclass(frozen=True, eq=False)
class Posteriors:
    """The posteriors of some rows, and how they were come by."""

    points: Points
    method: Method


def block_of(splits: Float[Array, " s"] | None) -> int:
    """Return how many rows are worked on at a time, given the column's split points."""
    return int(np.clip(_STRETCHES // (START if splits is None else len(splits) + 1), _LEAST_ROWS, _MOST_ROWS))


def posterior(
    meter: Meter,
    X: Float[Array, "n d"],
    column: int,
    law: Law,
    seen: Seen,
    splits: Float[Array, " s"] | None = None,
    *,
    gaps: bool = True,
) -> Posteriors:
    """Return the posterior of a column in each of several rows.

    Parameters
    ----------
    meter
        The model, bound to the schema of the rows.
    X
        The rows; what they hold in the column itself is not looked at.
    column
        Its place.
    law
        What the prior says of it, given the other columns; see `law_of`.
    seen
        The rows' known outputs.
    splits
        The column's split points, where the model states them.
    gaps
        Whether the value may be missing.

    Raises
    ------
    ScoringError
        If the model refuses the rows.
    """
    n = len(X)

    def ask(row: Array, value: Array) -> tuple[Array, Array | None]:
        candidates = X[row]
        candidates[:, column] = value
        output = meter.output(candidates)
        return seen.log_likelihood(row, output), seen.side(row, output)

    listed = [part.listed(MOST_LISTED) if isinstance(part, Part) else part for part in law.parts]
    spans = [part for part, few in zip(law.parts, listed, strict=True) if few is None and isinstance(part, Part)]
    missing = law.missing if gaps else np.zeros(n)
    row, value, prior = _values([few for few in listed if few is not None], missing)
    log_l = ask(row, value)[0] if len(row) else np.empty(0)
    top, error, method = np.full(n, -np.inf), np.zeros(n), "listed"
    np.maximum.at(top, row, log_l)
    if spans:
        axis = Axis(tuple(spans), n)
        cells, level = integrated(axis, ask, splits)
        np.maximum.at(top, cells.row, cells.log_l)
        own = spread(axis, cells, cells.mass * likelihood(cells.log_l, top[cells.row]))
        row, value = np.concatenate([row, own[0]]), np.concatenate([value, own[1]])
        weight = np.concatenate([prior * likelihood(log_l, top[row[: len(log_l)]]), own[3] * (1.0 - missing)[own[0]]])
        prior = np.concatenate([prior, own[2] * (1.0 - missing)[own[0]]])
        method = "between split points" if level else "quadrature"
        error = error if level else summed(cells.row, cells.error, n)
    else:
        weight = prior * likelihood(log_l, top[row])
    return Posteriors(Points.of(n, row, value, prior, weight, error), method)  # type: ignore[arg-type]


def _values(listed: list[Shares], missing: Float[Array, " n"]) -> tuple[Array, Array, Array]:
    """Return rows, values and prior probabilities of all that is listed, a missing value among it."""
    n = len(missing)
    rows, values, priors = [np.arange(n)], [np.full(n, np.nan)], [missing]
    for few in listed:
        rows.append(np.repeat(np.arange(n), len(few.values)))
        values.append(np.tile(few.values, n))
        priors.append((few.probabilities * (few.share * (1.0 - missing))[:, None]).ravel())
    row, value, prior = (np.concatenate(one) for one in (rows, values, priors))
    kept = prior > 0.0
    return row[kept], value[kept], prior[kept]
