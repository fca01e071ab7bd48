"""How the Pearson correlation of two transported features follows from the correlation of their latents."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq

from retrodict.errors import PriorError
from retrodict.priors.marginals import Marginal

Array = np.ndarray

TERMS = 160
"""Terms of the series. What they leave is put into two last terms, which make the ends -1 and 1 exact."""

_REACH, _PANEL, _POINTS = 9.0, 0.25, 8  # quadrature: Gauss-Legendre on panels that also end at every break
_EXACT = 1e-12  # of the latent correlation: far below what a million rows could tell
_MOST_BREAKS = 2500  # more steps than this are each too small to matter


@dataclass(frozen=True, eq=False)
class HermiteSeries:
    """A standardised marginal in normalised Hermite polynomials; make one with `hermite_series`.

    Parameters
    ----------
    marginal
        The marginal.
    mean, sd
        Its moments.
    coefficients
        Shape (TERMS,): of degree 1 and up.
    """

    marginal: Marginal
    mean: float
    sd: float
    coefficients: Float[Array, " k"]

    def standardised(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return the values at latents `z` less their mean, in units of their standard deviation."""
        return (self.marginal.quantile_z(z) - self.mean) / self.sd


def hermite_series(marginal: Marginal) -> HermiteSeries:
    """Expand a marginal in Hermite polynomials by Gauss-Legendre quadrature between its breaks.

    Parameters
    ----------
    marginal
        Of a finite, positive variance.

    Raises
    ------
    PriorError
        If the marginal is constant or has no finite variance.
    """
    z, w = _quadrature(_breaks(marginal))
    x = marginal.quantile_z(z)
    mean = float(w @ x)
    variance = float(w @ (x - mean) ** 2)
    if not (math.isfinite(variance) and variance > 0):
        raise PriorError(f"no Pearson correlation exists for a marginal of variance {variance:g}; use spearman")
    x = (x - mean) * (w / math.sqrt(variance))
    out = np.empty(TERMS)
    before, now = np.ones_like(z), z.copy()
    for k in range(1, TERMS + 1):
        out[k - 1] = x @ now
        before, now = now, (z * now - math.sqrt(k) * before) / math.sqrt(k + 1)
    return HermiteSeries(marginal, mean, math.sqrt(variance), out)


def pearson_polynomial(first: HermiteSeries, second: HermiteSeries) -> Float[Array, " k"]:
    """Return the polynomial, constant term first, that takes the correlation of the latents to that of the values.

    Mehler's formula: the terms are products of the coefficients. The remainder of the truncated series is put into an
    odd and an even last term, such that perfect correlation and anticorrelation of the latents come out exactly.
    """
    products = first.coefficients * second.coefficients
    signs = np.where(np.arange(1, TERMS + 1) % 2 == 0, 1.0, -1.0)
    above = _together(first, second, 1.0) - products.sum()
    below = _together(first, second, -1.0) - signs @ products
    ends = [(above - below) / 2, (above + below) / 2]  # degrees TERMS + 1 (odd) and TERMS + 2 (even)
    return np.concatenate([[0.0], products, ends])


def pearson_range(polynomial: Float[Array, " k"]) -> tuple[float, float]:
    """Return the lowest and the highest Pearson correlation that the two features can have."""
    return _at(-1.0, polynomial), _at(1.0, polynomial)


def latent_for(value: float, polynomial: Float[Array, " k"]) -> float:
    """Return the correlation of the latents at which the features correlate by `value`.

    Parameters
    ----------
    value
        A Pearson correlation; one out of reach gives the nearer end, -1 or 1.
    polynomial
        Of `pearson_polynomial`.
    """
    low, high = pearson_range(polynomial)
    if value <= low or value >= high:
        return -1.0 if value <= low else 1.0
    return float(brentq(lambda latent: _at(latent, polynomial) - value, -1.0, 1.0, xtol=_EXACT))


def _at(latent: float, polynomial: Array) -> float:
    return float(np.polynomial.polynomial.polyval(latent, polynomial))


def _together(first: HermiteSeries, second: HermiteSeries, sign: float) -> float:
    """Return the correlation when one latent drives both features (the second with this sign)."""
    z, w = _quadrature(np.concatenate([_breaks(first.marginal), sign * _breaks(second.marginal)]))
    return float(w @ (first.standardised(z) * second.standardised(sign * z)))


def _breaks(marginal: Marginal) -> Array:
    breaks = marginal.breaks()
    return breaks[np.abs(breaks) < _REACH] if len(breaks) <= _MOST_BREAKS else np.empty(0)


def _quadrature(breaks: Array) -> tuple[Array, Array]:
    """Return nodes and weights of a standard normal expectation, exact for smooth pieces between breaks."""
    edges = np.union1d(np.arange(-_REACH, _REACH + _PANEL / 2, _PANEL), breaks)
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    half = np.diff(edges) / 2
    z = (edges[:-1, None] + half[:, None] * (1 + points)).ravel()
    w = (half[:, None] * weights).ravel() * np.exp(-(z**2) / 2)
    return z, w / w.sum()
