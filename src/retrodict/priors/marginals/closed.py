"""Marginals whose quantile is one closed formula of the latent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.errors import PriorError
from retrodict.priors.marginals.normal_share import normal_share

Array = np.ndarray


@dataclass(frozen=True)
class Normal:
    """A normal distribution.

    Parameters
    ----------
    mean
        In the feature's units.
    sd
        Standard deviation, positive.

    Raises
    ------
    PriorError
        If a parameter is not finite or `sd` is not positive.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.sd) and self.sd > 0):
            raise PriorError(
                f"a normal needs a finite mean and a positive sd, got {self.mean:g} and {self.sd:g}; correct them"
            )

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals affinely; see `Marginal.quantile_z`."""
        out = z * self.sd
        out += self.mean
        return out

    def breaks(self) -> Float[Array, " k"]:
        """Return no latents: the map is smooth."""
        return np.empty(0)

    def describe(self) -> dict[str, Any]:
        """Return the parameters as plain data."""
        return {"kind": "normal", "mean": self.mean, "sd": self.sd}


def between(share: Float[Array, ...], low: float | Array, high: float | Array) -> Float[Array, ...]:
    """Return what lies the given shares of the way from `low` to `high`; the shares are overwritten."""
    share *= high - low
    share += low
    return np.clip(share, low, high, out=share)  # low + (high - low) can round past high


@dataclass(frozen=True)
class Uniform:
    """A uniform distribution over an interval.

    Parameters
    ----------
    low, high
        Its ends, in the feature's units.

    Raises
    ------
    PriorError
        If an end is not finite or `low` is not below `high`.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise PriorError(
                f"a uniform needs finite ends, the lower one first, got {self.low:g} and {self.high:g}; correct them"
            )

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals through their distribution function; see `Marginal.quantile_z`."""
        return between(normal_share(z), self.low, self.high)

    def breaks(self) -> Float[Array, " k"]:
        """Return no latents: the map is smooth."""
        return np.empty(0)

    def describe(self) -> dict[str, Any]:
        """Return the parameters as plain data."""
        return {"kind": "uniform", "min": self.low, "max": self.high}
