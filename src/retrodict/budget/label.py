"""The label term: how far the model's label shares under the prior are from those of the real rows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import brentq
from scipy.special import rel_entr
from scipy.stats import ncx2

from retrodict.budget.estimate import Estimate
from retrodict.results.notes import Note

Array = np.ndarray

_TAIL = 0.025


def label_term(
    counts: Int[Array, " k"], draws: Float[Array, "m k"], classes: tuple[str, ...]
) -> tuple[Estimate, float]:
    """Return ``KL(P(y) || Q(y))`` from the label counts of real rows, with the variance that the draws add.

    Parameters
    ----------
    counts
        Real rows of each class.
    draws
        ``Q(y|x)`` at prior draws; their mean is ``Q(y)``.
    classes
        Labels, for the reason where it is infinite.

    Notes
    -----
    The plug-in is right up to sampling; its bias ``(k-1)/2n`` is taken off. Twice the plug-in times the rows follows a
    noncentral chi-square near zero, where a normal interval fails. Further out it is as wide as the delta method says
    when it is scaled to that variance, so that one interval serves both.
    """
    n, p, q = int(counts.sum()), counts / counts.sum(), draws.mean(axis=0)
    never = [classes[c] for c in np.flatnonzero((q == 0) & (counts > 0))]
    if never:
        text = f"under the prior the model never gives class {', '.join(never)}"
        return Estimate.infinite(Note("never_given", text, classes=never)), 0.0
    present = counts > 0
    logs, odds = np.zeros(len(p)), np.zeros(len(p))
    odds[present] = p[present] / q[present]
    logs[present] = np.log(odds[present])
    plug_in = float(rel_entr(p, q).sum())
    rows_variance = float(p @ (logs - p @ logs) ** 2) / n
    draws_variance = float((draws @ odds).var() / len(draws))
    freedom = max(len(p) - 1, 1)
    value = max(plug_in - freedom / (2 * n), 0.0)
    variance = rows_variance + draws_variance
    scale = max(n * variance / (2 * plug_in), 1e-3) if plug_in > freedom / n else 1.0
    low, high = (centre * scale / (2 * n) for centre in _noncentral(2 * n * plug_in / scale, freedom))
    details = {"plug_in": plug_in, "unbiased": plug_in - freedom / (2 * n), "se": float(np.sqrt(variance))}
    return Estimate(value, min(low, value), max(high, value), details=details), draws_variance


def _noncentral(seen: float, freedom: int) -> tuple[float, float]:
    """Return the ends of the interval of the noncentrality behind one noncentral chi-square value."""
    top = seen + 10 * np.sqrt(seen) + 50.0

    def end(tail: float) -> float:
        def excess(centre: float) -> float:
            return float(ncx2.cdf(seen, freedom, centre)) - tail

        return 0.0 if excess(1e-12) < 0 else float(brentq(excess, 1e-12, top))

    return end(1 - _TAIL), end(_TAIL)
