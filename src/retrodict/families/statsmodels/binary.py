"""Log-probabilities of a binary outcome from its linear predictor, exact for every link of statsmodels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import log_ndtr

from retrodict.models.links import binary, log_of

Array = np.ndarray
Logs = Callable[[Float[Array, " n"]], Float[Array, "n 2"]]

LIMITED = ("Log", "LogC", "Identity")
"""Links whose mean may leave 0 to 1; there it is taken as the nearest of these."""


def _two(no: Array, yes: Array) -> Float[Array, "n 2"]:
    return np.column_stack((no, yes))


def _log1mexp(negative: Array) -> Array:
    """Return ``log(1 - exp(x))`` of numbers not above zero, without cancellation at either end."""
    with np.errstate(divide="ignore"):
        near = np.log(-np.expm1(negative))
        return np.where(negative > -np.log(2.0), near, np.log1p(-np.exp(negative)))


def _probit(eta: Array) -> Float[Array, "n 2"]:
    return _two(log_ndtr(-eta), log_ndtr(eta))


def _cloglog(eta: Array) -> Float[Array, "n 2"]:
    with np.errstate(over="ignore"):
        no = -np.exp(eta)
    return _two(no, _log1mexp(no))


def _loglog(eta: Array) -> Float[Array, "n 2"]:
    return _cloglog(-eta)[:, ::-1]


def _cauchy(eta: Array) -> Float[Array, "n 2"]:
    def tail(x: Array) -> Array:
        below = np.arctan2(1.0, np.maximum(-x, 0.0)) / np.pi  # exact far out, where a half less an arctangent is zero
        return np.log(np.where(x < 0.0, below, 0.5 + np.arctan(np.maximum(x, 0.0)) / np.pi))

    return _two(tail(-eta), tail(eta))


def _log(eta: Array) -> Float[Array, "n 2"]:
    yes = np.minimum(eta, 0.0)
    return _two(_log1mexp(yes), yes)


def _logc(eta: Array) -> Float[Array, "n 2"]:
    return _log(eta)[:, ::-1]


def _identity(eta: Array) -> Float[Array, "n 2"]:
    mean = np.clip(eta, 0.0, 1.0)
    return _two(log_of(1.0 - mean), log_of(mean))


_OF_LINK: dict[str, Logs] = {
    "Logit": binary,
    "Probit": _probit,
    "CLogLog": _cloglog,
    "LogLog": _loglog,
    "Cauchy": _cauchy,
    "Log": _log,
    "LogC": _logc,
    "Identity": _identity,
}


def logs_of(link: Any) -> Logs | None:
    """Return the log-probabilities ``[no, yes]`` that a link gives of a linear predictor.

    Parameters
    ----------
    link
        Of `statsmodels.genmod.families.links`.

    Returns
    -------
    callable or None
        From shape (n,) to (n, 2); ``None`` where the link is not known.
    """
    for base in type(link).__mro__:  # aliases of old releases inherit from what they stand for
        if base.__module__ == "statsmodels.genmod.families.links" and base.__name__ in _OF_LINK:
            return _OF_LINK[base.__name__]
    return None
