"""Noise that LightGBM's own regression losses state: Huber's, Fair's, and squared error of the target's root."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize_scalar
from scipy.special import erf, gammaincc, gammainccinv, gammaln, ndtri

from retrodict.models.noise.contract import Scaled

Array = np.ndarray

_WIDEST = 1e6
"""Times the root mean squared distance, up and down: where a scale is looked for."""


@dataclass(frozen=True)
class _Robust(Scaled):
    """A loss that is half the squared distance near zero and grows more slowly from `bend` on.

    The density is ``exp(-loss / scale^2) / Z``: `scale` is the standard deviation of its middle, in target units.

    Parameters
    ----------
    scale
        In target units.
    bend
        Where the loss bends, in target units.
    """

    bend: float = 1.0

    values: ClassVar[str] = "a finite number"
    in_units: ClassVar[bool] = True

    def admits(self, value: float) -> bool:
        """Whether it is a finite number."""
        return math.isfinite(value)

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the scale of largest likelihood."""
        del mean
        loss, spread = float(self._loss(off).mean()), float(np.sqrt(np.mean(off**2)))
        if not spread:
            return 0.0

        def surprise(log_scale: float) -> float:
            scale = math.exp(log_scale)
            return self._log_area(scale) + loss / scale**2

        ends = (math.log(spread / _WIDEST), math.log(spread * _WIDEST))
        return math.exp(float(minimize_scalar(surprise, bounds=ends, method="bounded").x))

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``."""
        return self.log_bound(0.0) - self._loss(value - mean) / self._scale**2

    def log_bound(self, value: float) -> float:
        """Return the log-density at the prediction, which is the same for every value."""
        del value
        return -self._log_area(self._scale)

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean: the distance by the inverse of its distribution, with either sign."""
        u, sign = rng.random((2, len(mean)))
        return mean + np.where(sign < 0.5, -1.0, 1.0) * self._distance(u)

    def _loss(self, off: Array) -> Array:
        raise NotImplementedError

    def _log_area(self, scale: float) -> float:
        """Return ``log Z``."""
        raise NotImplementedError

    def _distance(self, u: Array) -> Array:
        """Return the distances beyond which a share ``u`` of all lies."""
        raise NotImplementedError


@dataclass(frozen=True)
class Huber(_Robust):
    """Huber's loss: Gaussian noise up to `bend`, with the tails of a Laplace distribution."""

    bend: float = 0.9
    name: ClassVar[str] = "Huber noise"

    def _loss(self, off: Array) -> Array:
        far = np.abs(off)
        return np.where(far <= self.bend, 0.5 * far**2, self.bend * (far - 0.5 * self.bend))

    def _areas(self, scale: float) -> tuple[float, float]:
        """Return the areas of the middle and of both tails."""
        at = self.bend / scale
        middle = math.sqrt(2.0 * math.pi) * scale * float(erf(at / math.sqrt(2.0)))
        return middle, 2.0 * scale / at * math.exp(-0.5 * at**2)

    def _log_area(self, scale: float) -> float:
        return math.log(sum(self._areas(scale)))

    def _distance(self, u: Array) -> Array:
        middle, tails = self._areas(self._scale)
        share = tails / (middle + tails)
        inside = np.clip((1.0 - u) / max(1.0 - share, np.finfo(float).tiny), 0.0, 1.0)
        near = self._scale * ndtri(0.5 + 0.5 * inside * float(erf(self.bend / self._scale / math.sqrt(2.0))))
        with np.errstate(divide="ignore", invalid="ignore"):
            far = self.bend - self._scale**2 / self.bend * np.log(u / share)
        return np.where(u < share, far, near)


@dataclass(frozen=True)
class Fair(_Robust):
    """Fair's loss, ``c^2 (|r| / c - log(1 + |r| / c))``: tails between those of a Gaussian and a Laplace distribution.

    With ``a = (bend / scale)^2``, ``a (1 + |r| / bend)`` is a gamma variable of shape ``a + 1``, given that it is
    above ``a``.
    """

    name: ClassVar[str] = "Fair noise"

    def _loss(self, off: Array) -> Array:
        far = np.abs(off) / self.bend
        return self.bend**2 * (far - np.log1p(far))

    def _log_area(self, scale: float) -> float:
        a = (self.bend / scale) ** 2
        upper = math.log(float(gammaincc(a + 1.0, a))) + float(gammaln(a + 1.0))
        return math.log(2.0 * self.bend) + a - (a + 1.0) * math.log(a) + upper

    def _distance(self, u: Array) -> Array:
        a = (self.bend / self._scale) ** 2
        above = np.asarray(gammainccinv(a + 1.0, u * float(gammaincc(a + 1.0, a))))
        return np.maximum(self.bend * (above / a - 1.0), 0.0)


@dataclass(frozen=True)
class GaussianRoot(Scaled):
    """Squared error of the target's root with its sign (`reg_sqrt`): Gaussian noise of ``sign(y) sqrt(|y|)``.

    `scale` is the standard deviation of that root. The density of the target itself has no bound at zero; it is taken
    there as at the smallest number that there is.
    """

    name: ClassVar[str] = "Gaussian noise of the target's root"
    values: ClassVar[str] = "a finite number"

    def admits(self, value: float) -> bool:
        """Whether it is a finite number."""
        return math.isfinite(value)

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the root of the mean squared distance of roots."""
        return float(np.sqrt(np.mean((_root(mean + off) - _root(mean)) ** 2)))

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``."""
        off = (_root(np.asarray(value, dtype=np.float64)) - _root(mean)) / self._scale
        return self._log_top(np.asarray(value, dtype=np.float64)) - 0.5 * off**2

    def log_bound(self, value: float) -> float:
        """Return the log-density at the prediction that equals the value."""
        return float(self._log_top(np.asarray(value, dtype=np.float64)))

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean."""
        root = _root(mean) + self._scale * rng.standard_normal(len(mean))
        return np.sign(root) * root**2

    def _log_top(self, value: Array) -> Array:
        slope = np.log(2.0) + 0.5 * np.log(np.maximum(np.abs(value), np.finfo(np.float64).tiny))
        return -math.log(self._scale * math.sqrt(2.0 * math.pi)) - slope


def _root(value: Array) -> Array:
    return np.sign(value) * np.sqrt(np.abs(value))
