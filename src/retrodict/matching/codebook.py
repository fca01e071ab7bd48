"""What codes stand for: from found codes to rows, and from rows to codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.axes import Axis, ListedAxis, NumberAxis, nearest_on_grid
from retrodict.priors.marginals import FiniteMarginal, Marginal
from retrodict.priors.restricted_draw import draw_within
from retrodict.schema import Schema

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Codebook:
    """The codes of the features that trees split on, and how rows are filled in around them.

    Parameters
    ----------
    schema
        The features of a row, in its encoding; the model's own order.
    axes
        One a column of codes.
    marginals
        One a feature of the schema: what is assumed inside a cell, and of features that no tree splits on.
    """

    schema: Schema
    axes: tuple[Axis, ...]
    marginals: tuple[Marginal, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """The features that have codes, in the order of the columns of codes."""
        return tuple(axis.name for axis in self.axes)

    def encode(self, rows: Float[Array, "n d"]) -> Int[Array, "n c"]:
        """Return the codes of rows in the schema's encoding.

        Parameters
        ----------
        rows
            Shape (n, len(schema)). A missing value of a feature that can't be missing has the code -1.
        """
        rows = np.asarray(rows, dtype=np.float64)
        at = [self.schema.names.index(name) for name in self.features]
        columns = [axis.codes(rows[:, j]) for axis, j in zip(self.axes, at, strict=True)]
        return np.column_stack(columns).astype(np.int64) if columns else np.empty((len(rows), 0), dtype=np.int64)

    def decode(self, codes: Int[Array, "n c"], rng: np.random.Generator) -> Float[Array, "n d"]:
        """Return rows with these codes, drawn from the marginals inside each cell.

        Parameters
        ----------
        codes
            Shape (n, len(axes)).
        rng
            What the codes leave open is drawn from it.

        Returns
        -------
        Float[Array, "n d"]
            Rows in the schema's encoding, whose codes are the given ones.
        """
        codes = np.asarray(codes)
        by_name = {axis.name: (axis, codes[:, j]) for j, axis in enumerate(self.axes)}
        out = np.empty((len(codes), len(self.schema)))
        for j, (feature, marginal) in enumerate(zip(self.schema.features, self.marginals, strict=True)):
            u = rng.random(len(codes))  # one a cell whatever the codes: features do not shift one another's draws
            if feature.name not in by_name:
                everywhere = np.full(len(codes), np.inf)
                out[:, j] = draw_within(marginal, -everywhere, everywhere, u)
                if feature.missing:
                    out[rng.random(len(codes)) < feature.missing, j] = np.nan
                continue
            axis, own = by_name[feature.name]
            if isinstance(axis, ListedAxis):
                out[:, j] = category_in(axis, own, marginal, u)
            else:
                out[:, j] = number_in(axis, own, marginal, u)
        return out


def number_in(
    axis: NumberAxis, codes: Int[Array, " n"], marginal: Marginal, u: Float[Array, " n"]
) -> Float[Array, " n"]:
    """Return values of a marginal in cells, at shares `u` of its mass there; NaN for the missing code."""
    low, high = axis.ends(codes)
    gone = codes == axis.missing
    low[gone], high[gone] = -np.inf, np.inf
    values = draw_within(marginal, low, high, u)
    if axis.step is not None:
        values = nearest_on_grid(values, low, high, axis.step)
    return np.where(gone, np.nan, values)


def category_in(
    axis: ListedAxis, codes: Int[Array, " n"], marginal: Marginal, u: Float[Array, " n"]
) -> Float[Array, " n"]:
    """Return categories that share a code, at shares `u` of their marginal's mass; NaN for the missing code."""
    out = np.full(len(codes), np.nan)
    shares = _shares(marginal, len(axis.groups))
    for code in np.unique(codes[codes != axis.missing]):
        pooled = np.flatnonzero(axis.groups == code)
        ends = np.cumsum(shares[pooled])
        at = np.searchsorted(ends, u[codes == code] * ends[-1], side="right")
        out[codes == code] = pooled[np.minimum(at, len(pooled) - 1)]
    return out


_UNFORESEEN = 1e-9
"""The share of a category that the marginal does not foresee, far below that of any it does."""


def _shares(marginal: Marginal, categories: int) -> Array:
    """Return each category's share, a little for those that the marginal does not foresee."""
    out = np.full(categories, _UNFORESEEN)
    if isinstance(marginal, FiniteMarginal):
        out[marginal.values().astype(np.int64)] += marginal.probabilities()
    return out
