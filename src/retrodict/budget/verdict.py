"""Whether a divergence estimated by classification can be trusted, and what is certain where it cannot."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from scipy.special import rel_entr
from scipy.stats import beta

from retrodict.budget.estimate import Estimate, Z
from retrodict.budget.ratio import FOLDS, Ratio
from retrodict.results.notes import Note

Array = np.ndarray

MIN_ROWS = 50
"""Fewer real rows than this make no estimate."""

_MIN_ESS = 100
_MAX_BEYOND = 0.05
_CONFIDENCE = 0.975


def judged(ratio: Ratio, what: str) -> Estimate:
    """Return the estimate of a ratio, or the reason why it is none with the bound that holds all the same.

    Parameters
    ----------
    ratio
        As `divergence` makes it.
    what
        The real rows in words, for the reason.
    """
    details = {
        "donsker_varadhan": ratio.donsker_varadhan,
        "plug_in": ratio.plug_in,
        "correction": ratio.correction,
        "se": ratio.se,
        "auc": ratio.auc,
        "effective_draws": ratio.ess,
        "rows_beyond_draws": ratio.beyond,
    }
    reason = _doubt(ratio, what)
    if reason is None:
        return Estimate.normal(ratio.estimate, ratio.se, short=ratio.short, over=ratio.over, details=details)
    return Estimate(None, reason=reason, at_least=lower_bound(ratio.above, ratio.n_draws), details=details)


def _doubt(ratio: Ratio, what: str) -> Note | None:
    if ratio.beyond > _MAX_BEYOND or ratio.ess < _MIN_ESS:
        text = (
            f"supports barely meet: {ratio.beyond:.0%} of {what} lie where fewer than 10 of "
            f"{ratio.n_draws:,} draws do, and the draws weigh as {ratio.ess:,.0f} (AUC {ratio.auc:.3f})"
        )
        return Note("supports_barely_meet", text, beyond=ratio.beyond, ess=ratio.ess, auc=ratio.auc)
    noise = Z * float(np.sqrt(ratio.se**2 - (ratio.correction / 4) ** 2))
    if ratio.correction > max(2 * noise, 0.02):
        text = (
            f"too few rows for so many features: classifiers trained on halves of {what} differ by "
            f"{ratio.correction:.3f} nats, more than the sampling error ({noise:.3f})"
        )
        return Note("halves_differ", text, by=ratio.correction, noise=noise)
    gap = ratio.plug_in - ratio.donsker_varadhan
    if abs(gap) > max(2 * Z * ratio.se, 0.05):
        text = (
            f"the two forms disagree: plug-in {ratio.plug_in:.3f}, Donsker-Varadhan {ratio.donsker_varadhan:.3f}, "
            f"standard error {ratio.se:.3f}"
        )
        return Note("forms_disagree", text, plug_in=ratio.plug_in, donsker_varadhan=ratio.donsker_varadhan)
    return None


def lower_bound(above: Int[Array, " n"], m: int) -> float:
    """Return a bound below the divergence that holds with 97.5% confidence, whatever the classifiers are worth.

    Parameters
    ----------
    above
        How many draws score at least as high as each real row, by a classifier that saw neither, shape (n,).
    m
        Draws.

    Notes
    -----
    The divergence is at least that of the event that the score exceeds a threshold (data processing), and so of the
    mixture of such events over folds (convexity). At five order statistics of the draws the share of rows beyond is
    bounded by Clopper and Pearson, that of the draws by the law of order statistics; errors are shared by Bonferroni.
    """
    n = len(above)
    places = sorted({0, min(10, m - 1), m // 100, m // 10, m // 2})
    tail = (1 - _CONFIDENCE) / (2 * len(places))
    best = 0.0
    for j in places:
        beyond = int((above <= j).sum())
        p = float(beta.ppf(tail, beyond, n - beyond + 1)) if beyond else 0.0
        q = float(beta.ppf(1 - tail / FOLDS, j + 1, m - j))
        if p > q:
            best = max(best, float(rel_entr(p, q) + rel_entr(1 - p, 1 - q)))
    return best
