"""A marginal from a sample of the feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from retrodict.errors import PriorError
from retrodict.priors.marginals.contract import Marginal
from retrodict.priors.marginals.discrete import Discrete, Rounded, constant
from retrodict.priors.marginals.normal_share import normal_share

Array = np.ndarray

KNOTS = 1001
"""Most quantiles of a sample that are kept."""


@dataclass(frozen=True, eq=False)
class SampleQuantiles:
    """A distribution whose quantiles are linear in the probability between those of a sample.

    Parameters
    ----------
    knots
        Shape (k,), k >= 2: quantiles at equally spaced probabilities from 0 to 1; repeated ones are atoms.
    """

    knots: Float[Array, " k"]

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals through their probabilities; see `Marginal.quantile_z`."""
        last = len(self.knots) - 1
        at = normal_share(z)
        at *= last
        whole = np.floor(at)
        np.minimum(whole, last - 1, out=whole)
        at -= whole
        index = whole.astype(np.intp)
        at *= np.diff(self.knots).take(index)  # zero on an atom, which therefore stays exact
        at += self.knots.take(index)
        return np.clip(at, self.knots[0], self.knots[-1], out=at)

    def latents_at(self, values: Float[Array, " n"]) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return the stretch of latents of each value; see `Invertible`."""
        last = len(self.knots) - 1
        first, after = (np.searchsorted(self.knots, values, side) for side in ("left", "right"))
        below = np.clip(first - 1, 0, last - 1)
        rise = self.knots[below + 1] - self.knots[below]
        between = below + np.clip((values - self.knots[below]) / np.where(rise > 0, rise, 1.0), 0.0, 1.0)
        on = after > first  # at knots: from the first that has this value to the last
        return ndtri(np.where(on, first, between) / last), ndtri(np.where(on, after - 1, between) / last)

    def breaks(self) -> Float[Array, " k"]:
        """Return the latents of the inner knots."""
        return ndtri(np.arange(1, len(self.knots) - 1) / (len(self.knots) - 1))

    def describe(self) -> dict[str, Any]:
        """Return eleven of the quantiles as plain data."""
        shown = np.quantile(self.knots, np.linspace(0, 1, 11))
        return {"kind": "sample_quantiles", "n_knots": len(self.knots), "deciles": shown.tolist()}


def sample_marginal(
    values: Float[Array, " n"],
    *,
    integer: bool = False,
    feature: str = "x",
    weights: Float[Array, " n"] | None = None,
) -> Marginal:
    """Return the marginal of a sample.

    Parameters
    ----------
    values
        Shape (n,): the present values (no NaN).
    integer
        Whether they are integers: up to 1,001 distinct ones keep their exact shares.
    feature
        Its name, for messages.
    weights
        Shape (n,), above zero: how much each value counts; equal by default.

    Returns
    -------
    Marginal
        Over the sample's own range.

    Raises
    ------
    PriorError
        If there are no values, or one is not finite.
    """
    values = np.asarray(values, dtype=np.float64)
    if not len(values) or not np.isfinite(values).all():
        raise PriorError(f"feature '{feature}': a sample needs finite values, got {len(values)}; drop the others")
    if values.min() == values.max():
        return constant(float(values[0]))
    if integer:
        distinct, back = np.unique(values, return_inverse=True)
        if len(distinct) <= KNOTS:
            return Discrete(distinct, np.bincount(back, weights).astype(np.float64))
    knots = _knots(values, weights)
    inner = SampleQuantiles(np.maximum.accumulate(knots))
    return Rounded(inner, float(values.min()), float(values.max())) if integer else inner


def _knots(values: Float[Array, " n"], weights: Float[Array, " n"] | None) -> Float[Array, " k"]:
    """Return quantiles at equal steps: of equal weights the values themselves, while they are few."""
    if weights is None:
        return np.quantile(values, np.linspace(0, 1, min(len(values), KNOTS)))
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    middle = np.cumsum(weights) - weights / 2.0
    at = (middle - middle[0]) / (middle[-1] - middle[0])
    return np.interp(np.linspace(0, 1, KNOTS), at, values)
