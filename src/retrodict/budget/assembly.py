"""From terms to the budget: sums with the errors that their shared rows give them, by class too."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.budget.estimate import NO_NUMBER, NO_ROW, Estimate, Z
from retrodict.budget.measure import Measured
from retrodict.budget.ratio import Ratio
from retrodict.budget.result import ClassEstimate
from retrodict.results.notes import Note

Array = np.ndarray


def sum_of_terms(found: Measured, support: Note | None) -> Estimate:
    """Return ``prior + model - label``; rows that serve several terms are counted once in the error.

    Parameters
    ----------
    found
        The terms and what they rest on.
    support
        Why the divergence is infinite whatever the terms are, if it is.
    """
    if support is not None:
        return Estimate.infinite(support)
    terms = {"prior": found.prior, "model": found.model, "label": found.label}
    endless = [name for name, term in terms.items() if term.value == np.inf]
    if endless:
        if "label" in endless and "model" not in endless:
            text = "the label term is infinite, so the model term must be: no sum can be taken"
            return Estimate(None, reason=Note("infinite_label", text))
        return Estimate.infinite(Note("infinite_term", f"the {endless[0]} term is infinite", term=endless[0]))
    if any(term.value is None for term in terms.values()):
        absent = ", ".join(name for name, term in terms.items() if term.value is None)
        floors = [(t.low if t.finite else t.at_least) or 0.0 for t in (found.prior, found.model)]
        least = sum(floors) - (found.label.high or 0.0) if found.label.finite else 0.0
        return Estimate(None, reason=Note("no_term", f"no trustworthy {absent} term"), at_least=max(least, 0.0))
    ratio, excess = found.ratio, found.excess
    assert ratio is not None  # its term has a value
    assert excess is not None
    n, total = len(found.y), len(ratio.log_ratio)
    influence = (ratio.log_ratio - ratio.log_ratio.mean()) / total
    influence[:n] += (excess.rows - excess.rows.mean() - _centred_label(found)) / n
    extra = ratio.draws_variance + ratio.split_variance + (excess.correction / 2) ** 2 + found.label_variance
    value = ratio.estimate + excess.value - _label_value(found)
    short = ratio.short + excess.short  # shortfalls add up
    return Estimate.normal(value, float(np.sqrt((influence**2).sum() + extra)), short=short, over=ratio.over)


def expected_posterior(found: Measured, support: Note | None) -> Estimate:
    """Return the classes' direct estimates, weighted by their shares.

    Parameters
    ----------
    found
        Holds the classes' estimates.
    support
        Why the divergence is infinite, if it is.
    """
    if support is not None:
        return Estimate.infinite(support)
    share = found.counts / max(found.counts.sum(), 1)
    present = [(c, *found.posteriors[c]) for c in np.flatnonzero(share)]
    if not present:
        return Estimate(None, reason=NO_ROW)
    endless = [one for _, one, _ in present if one.value == np.inf]
    if endless:
        return Estimate.infinite(endless[0].reason or NO_NUMBER)
    doubted = [one for _, one, _ in present if one.value is None]
    if doubted:
        least = sum(share[c] * ((one.low if one.finite else one.at_least) or 0.0) for c, one, _ in present)
        more = f" (and {len(doubted) - 1} more classes)" if len(doubted) > 1 else ""
        first = doubted[0].reason or NO_NUMBER
        return Estimate(None, reason=Note(first.code, f"{first}{more}", **first.values), at_least=float(least))
    ratios = [(c, ratio) for c, _, ratio in present if ratio is not None]
    value = float(sum(share[c] * ratio.estimate for c, ratio in ratios))
    influence = np.empty(len(found.y))
    for c, ratio in ratios:
        influence[found.y == c] = ratio.log_ratio + ratio.correction - value
    corrections = sum(share[c] * ratio.correction / 4 for c, ratio in ratios)  # wrong together, if they are wrong
    draws = sum(share[c] ** 2 * (ratio.se**2 - _rows_variance(ratio)) for c, ratio in ratios)
    variance = float(influence.var(ddof=1) / len(influence)) + draws + corrections**2
    short, over = (float(sum(share[c] * getattr(ratio, name) for c, ratio in ratios)) for name in ("short", "over"))
    return Estimate.normal(value, float(np.sqrt(variance)), short=short, over=over)


def gap_of(direct: Estimate, total: Estimate) -> Estimate:
    """Return direct minus sum; the interval takes the half-widths of both in squares, which is wide: rows are shared.

    Parameters
    ----------
    direct, total
        The two sides.
    """
    if direct.value is None or total.value is None or not (direct.finite and total.finite):
        return Estimate(None, reason=Note("one_side", "one of the sides has no finite number"))
    value, half = direct.value - total.value, float(np.hypot(direct.half_width, total.half_width))
    return Estimate(value, value - half, value + half)


def class_estimates(found: Measured, names: tuple[str, ...]) -> tuple[ClassEstimate, ...]:
    """Return the budget of each class that has held-out rows.

    Parameters
    ----------
    found
        The terms and what they rest on.
    names
        Labels as text.
    """
    counts, n = found.counts, len(found.y)
    return tuple(_class(found, int(c), names[c], int(counts[c]), counts[c] / n) for c in np.flatnonzero(counts))


def _class(found: Measured, c: int, name: str, rows: int, share: float) -> ClassEstimate:
    own, q = found.y == c, float(found.q[c])
    label = Estimate.infinite(
        Note("never_given", f"under the prior the model never gives class {name}", classes=[name])
    )
    label_variance = 0.0
    if q > 0:
        label_variance = (1 - share) / rows + float((found.q_se[c] / q) ** 2)
        label = Estimate.normal(float(np.log(share / q)), float(np.sqrt(label_variance)), signed=True)
    prior, model = found.prior, found.model
    ratio, excess = found.ratio, found.excess
    of_prior = of_model = np.empty(0)
    prior_extra = model_extra = 0.0
    if prior.finite and ratio is not None:
        of_prior, prior_extra = _share_of(ratio, found, own)
        prior = _mean(of_prior, prior_extra)
    if model.finite and excess is not None:
        of_model, model_extra = excess.rows[own] + excess.correction, (excess.correction / 2) ** 2
        model = _mean(of_model, model_extra)
    elif model.value == np.inf and found.finite[own].all():
        text = "infinite over all rows, but not over those of this class"
        model = Estimate(None, reason=Note("infinite_elsewhere", text))
    if prior.finite and model.finite and label.finite:
        extra = prior_extra + model_extra + label_variance
        both = _mean(of_prior + of_model - float(np.log(share / q)), extra)
        total = Estimate.normal(both.value or 0.0, both.half_width / Z)
    elif model.value == np.inf:
        total = Estimate.infinite(model.reason or NO_NUMBER)
    else:
        total = Estimate(None, reason=NO_NUMBER)
    return ClassEstimate(name, rows, share, q, prior, model, label, total, found.posteriors[c][0])


def _share_of(ratio: Ratio, found: Measured, own: Array) -> tuple[Array, float]:
    """Return the corrected log-ratios of a class's held-out rows, and the variance that is not the rows'."""
    return ratio.log_ratio[: len(found.y)][own] + ratio.correction, ratio.draws_variance + ratio.split_variance


def _mean(values: Array, extra: float) -> Estimate:
    """Return the mean of rows with its interval; `extra` is variance that is not the rows'."""
    if len(values) < 2:
        return Estimate(None, reason=Note("too_few_rows", "too few rows"))
    se = float(np.sqrt(values.var(ddof=1) / len(values) + extra))
    return Estimate.normal(float(values.mean()), se, signed=True)


def _rows_variance(ratio: Ratio) -> float:
    return float(ratio.log_ratio.var(ddof=1) / len(ratio.log_ratio)) + (ratio.correction / 4) ** 2


def _label_value(found: Measured) -> float:
    """Return the label term before it was cut at zero."""
    return found.label.details["unbiased"]


def _centred_label(found: Measured) -> Float[Array, " n"]:
    """Return each held-out row's share in the label term, less the mean."""
    p = found.counts / found.counts.sum()
    logs = np.zeros(len(p))
    logs[p > 0] = np.log(p[p > 0] / found.q[p > 0])
    values = logs[found.y]
    return np.asarray(values - values.mean())
