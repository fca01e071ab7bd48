"""Whether chains hold the same tables: R-hat of cells and of energies, and how many draws the energies are worth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import norm, rankdata

from retrodict.matching.search.mixing import ALIKE, Mixing

Array = np.ndarray

_FEW_APART = 0.01
"""Share of cells that may lie above all the same: of perfectly mixed cells one in 700 does, with two chains of 40."""
_FEWEST = 8
"""Draws of a chain whose halves tell of its energies: their variances, and how they depend on the one before."""
_OFFSET = 3 / 8
"""Blom's, by which ranks become normal scores."""


def compare(cells: Sequence[Int[Array, "s n c"]], energies: Float[Array, "chains s"]) -> Mixing:
    """Return how far the tables of independent chains agree.

    Parameters
    ----------
    cells
        Each chain's tables, codes with the label last, the rows of all in one order.
    energies
        Of these tables, shape (chains, s).

    Notes
    -----
    A cell's R-hat is that of the indicators of its codes, their variances summed: what separates chains is seen
    whatever code they hold. Ranks add nothing to indicators, whose R-hat is the same for any two numbers they take.
    """
    apart = code_rhat(cells) > ALIKE
    share = float(apart.mean()) if apart.size else 0.0
    spread = np.ptp(energies) > 0 and energies.shape[1] >= _FEWEST
    far = rhat(energies) if spread else 1.0
    told = spread and math.isfinite(far)
    return Mixing(
        chains=len(cells),
        tables=len(cells[0]),
        agree=far <= ALIKE and share <= _FEW_APART,
        cells_apart=share,
        energy_rhat=far if told else None,
        energy_draws=effective_draws(energies) if told else None,
    )


def code_rhat(cells: Sequence[Int[Array, "s n c"]]) -> Float[Array, "n c"]:
    """Return the split R-hat of each cell's codes; 1 where no chain's changes and all are the same, else inf.

    Parameters
    ----------
    cells
        Each chain's tables, shape (s, n, c).
    """
    halves = [half for chain in cells for half in _halved(chain)]
    s, (n, c) = len(halves[0]), halves[0].shape[1:]
    between, within = np.empty((n, c)), np.empty((n, c))
    for f in range(c):
        most = int(max(half[:, :, f].max(initial=0) for half in halves)) + 1
        shares = np.stack([_shares(half[:, :, f], most) for half in halves])
        between[:, f] = shares.var(axis=0, ddof=1).sum(axis=1)
        within[:, f] = (1.0 - (shares**2).sum(axis=2)).mean(axis=0) * s / max(s - 1, 1)
    return _ratio(within * (s - 1) / s + between, within)


def rhat(draws: Float[Array, "chains s"]) -> float:
    """Return the rank-normalised split R-hat of a number: the greater one of its ranks, and of those of its distances.

    Parameters
    ----------
    draws
        Shape (chains, s), with at least 8 draws a chain.

    Returns
    -------
    float
        1 where all are equal; inf where chains stand still apart from one another.

    Notes
    -----
    Vehtari, Gelman, Simpson, Carpenter & Bürkner, Bayesian Analysis 16:667, 2021, equations 3, 4 and 14.
    """
    halves = np.concatenate([half[None] for chain in draws for half in _halved(chain)])
    folded = np.abs(halves - np.median(halves))
    return max(_plain_rhat(_scores(halves)), _plain_rhat(_scores(folded)))


def effective_draws(draws: Float[Array, "chains s"]) -> float:
    """Return how many independent draws of a number the chains' are worth (bulk effective sample size).

    Parameters
    ----------
    draws
        Shape (chains, s), with at least 8 draws a chain, not all equal.

    Notes
    -----
    Vehtari et al. (2021), equations 8 to 13, with Geyer's initial monotone sequence (Statistical Science 7:473, 1992).
    """
    z = _scores(np.concatenate([half[None] for chain in draws for half in _halved(chain)]))
    m, s = z.shape
    covariance = np.mean([_autocovariance(chain) for chain in z], axis=0)
    within = covariance[0] * s / (s - 1)
    total = covariance[0] + (z.mean(axis=1).var(ddof=1) if m > 1 else 0.0)
    if not total > 0:
        return float(m * s)
    rho = 1.0 - (within - covariance) / total
    rho[0] = 1.0
    pairs = rho[: s - s % 2].reshape(-1, 2).sum(axis=1)
    most = (s - 3) // 2  # what lies further rests on two or three products
    last = int(np.argmax(pairs < 0)) if (pairs[:most] < 0).any() else most
    pairs = np.minimum.accumulate(pairs[:last])
    after = max(float(rho[2 * last]), 0.0)
    time = -1.0 + 2.0 * float(pairs.sum()) + after
    return m * s / max(time, 1.0 / math.log10(m * s))


def _halved(chain: Array) -> tuple[Array, Array]:
    """Return both halves of a chain's draws; the one in the middle of an odd number belongs to neither."""
    half = max(len(chain) // 2, 1)
    return chain[:half], chain[-half:]


def _shares(codes: Int[Array, "s n"], most: int) -> Float[Array, "n k"]:
    s, n = codes.shape
    flat = (codes.astype(np.int64) + most * np.arange(n)).ravel()
    return np.bincount(flat, minlength=n * most).reshape(n, most) / s


def _scores(draws: Float[Array, "m s"]) -> Float[Array, "m s"]:
    ranks = rankdata(draws, method="average").reshape(draws.shape)
    return np.asarray(norm.ppf((ranks - _OFFSET) / (draws.size + 1 - 2 * _OFFSET)))


def _plain_rhat(draws: Float[Array, "m s"]) -> float:
    s = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean()
    total = within * (s - 1) / s + draws.mean(axis=1).var(ddof=1)
    return float(_ratio(np.asarray(total), np.asarray(within)))


def _ratio(total: Float[Array, "*shape"], within: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    still = within <= 0
    moving = np.sqrt(total / np.where(still, 1.0, within))
    return np.where(still, np.where(total > 0, np.inf, 1.0), moving)


def _autocovariance(x: Float[Array, " s"]) -> Float[Array, " s"]:
    s = len(x)
    f = np.fft.rfft(x - x.mean(), 2 * s)
    return np.asarray(np.fft.irfft(f * np.conj(f), 2 * s)[:s] / s)
