"""The label term: how far the model's label shares under the prior are from those of the real rows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import brentq
from scipy.special import rel_entr
from scipy.stats import ncx2

from retrodict.theory.estimates.estimate import Estimate, Z

Array = np.ndarray

_TAIL = 0.025


def label_term(
    counts: Int[Array, " k"], q: Float[Array, " k"], q_se: Float[Array, " k"], classes: tuple[object, ...]
) -> tuple[Estimate, float]:
    """Return ``KL(P(y) || Q(y))`` from the label counts of real rows, with the variance that the draws add.

    Parameters
    ----------
    counts
        Real rows of each class.
    q, q_se
        ``Q(y)`` by Monte Carlo, and its standard errors.
    classes
        Labels, for the reason where it is infinite.

    Notes
    -----
    The plug-in is right up to sampling; its bias ``(k-1)/2n`` is taken off. The interval is the hull of the normal one
    and that of the noncentral chi-square which ``2 n`` times the plug-in follows near zero, where the normal one fails.
    """
    n, p = int(counts.sum()), counts / counts.sum()
    never = [str(classes[c]) for c in np.flatnonzero((q == 0) & (counts > 0))]
    if never:
        return Estimate.infinite(f"under the prior the model never gives class {', '.join(never)}"), 0.0
    present = counts > 0
    plug_in = float(rel_entr(p, q).sum())
    logs = np.zeros(len(p))
    logs[present] = np.log(p[present] / q[present])
    rows_variance = float(p @ (logs - p @ logs) ** 2) / n
    draws_variance = float(np.square(p[present] / q[present] * q_se[present]).sum())
    value = plug_in - (int(present.sum()) - 1) / (2 * n)
    se = float(np.sqrt(rows_variance + draws_variance))
    freedom = max(len(p) - 1, 1)
    low, high = (centre / (2 * n) for centre in _noncentral(2 * n * plug_in, freedom))
    details = {"plug_in": plug_in, "unbiased": value, "se": se}
    low, high = max(min(low, value - Z * se), 0.0), max(high, value + Z * se)
    return Estimate(max(value, 0.0), low, high, details=details), draws_variance


def _noncentral(seen: float, freedom: int) -> tuple[float, float]:
    """Return the ends of the interval of the noncentrality behind one noncentral chi-square value."""
    top = 2 * seen + 50.0

    def end(tail: float) -> float:
        def excess(centre: float) -> float:
            return float(ncx2.cdf(seen, freedom, centre)) - tail

        return 0.0 if excess(1e-12) < 0 else float(brentq(excess, 1e-12, top + 10 * np.sqrt(top)))

    return end(1 - _TAIL), end(_TAIL)
