"""Divergences between distributions over the states of a world, one for each column."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import kl_div

from retrodict.results.arguments import check_choice
from retrodict.theory.posteriors import ratio

Array = np.ndarray


class Divergence(NamedTuple):
    """One divergence: its formula over columns of `P` and `Q`, and the largest value that it can take."""

    formula: Callable[[Array, Array], Array]
    largest: float


def _kl(p: Array, q: Array) -> Array:
    # The extra terms of `kl_div`, q - p, sum to zero and make each summand non-negative, up to rounding.
    return np.maximum(kl_div(p, q).sum(axis=0), 0.0)


def _jensen_shannon(p: Array, q: Array) -> Array:
    middle = (p + q) / 2
    return (_kl(p, middle) + _kl(q, middle)) / 2


def _hellinger(p: Array, q: Array) -> Array:
    return np.sqrt(np.square(np.sqrt(p) - np.sqrt(q)).sum(axis=0) / 2)


DIVERGENCES: dict[str, Divergence] = {
    "kl": Divergence(_kl, np.inf),
    "reverse_kl": Divergence(lambda p, q: _kl(q, p), np.inf),
    "jensen_shannon": Divergence(_jensen_shannon, float(np.log(2))),
    "total_variation": Divergence(lambda p, q: np.abs(p - q).sum(axis=0) / 2, 1.0),
    "hellinger": Divergence(_hellinger, 1.0),
    "chi_square": Divergence(lambda p, q: ratio(np.square(p - q), q).sum(axis=0), np.inf),
}
"""KL, reverse KL and Jensen-Shannon in nats; Hellinger is the distance, not its square; chi-square is Pearson's, ``sum
(P - Q)^2 / Q``."""

_ALIASES = {
    "forward_kl": "kl",
    "kullback_leibler": "kl",
    "kl_reverse": "reverse_kl",
    "js": "jensen_shannon",
    "jsd": "jensen_shannon",
    "tv": "total_variation",
    "chi2": "chi_square",
    "chisquare": "chi_square",
    "chi_squared": "chi_square",
}


def divergence(kind: str) -> Divergence:
    """Return the divergence of a name of `DIVERGENCES`, or a usual short one (`js`, `tv`, `chi2`).

    Raises
    ------
    RequestError
        If no divergence has the name.
    """
    name = str(kind).strip().lower().replace("-", "_").replace(" ", "_")
    name = _ALIASES.get(name, name)
    return DIVERGENCES[check_choice(name, "divergence", DIVERGENCES)]


def column_divergences(p: Float[Array, "n k"], q: Float[Array, "n k"], kind: str = "kl") -> Float[Array, " k"]:
    """Return the divergence of `q` from `p`, column by column.

    Parameters
    ----------
    p, q
        Distributions in columns; a column of NaN is no distribution.
    kind
        Of `divergence`.

    Returns
    -------
    Float[Array, " k"]
        NaN where `p` is no distribution: nothing is asked for there. Where only `q` is none, the largest value: a class
        that can't be reached is missed as far as can be.

    Raises
    ------
    RequestError
        If no divergence has the name.
    """
    formula, largest = divergence(kind)
    found = formula(p, q)
    found = np.where(np.isnan(q).any(axis=0), largest, found)
    return np.where(np.isnan(p).any(axis=0), np.nan, found)
