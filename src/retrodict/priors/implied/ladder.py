"""One feature's marginal from what a file states of it: the first rung that holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from retrodict.disclosures import (
    BinEdges,
    Categories,
    CategoryCounts,
    Moments,
    Quantiles,
    Range,
    Stretches,
    Thresholds,
)
from retrodict.errors import PriorError
from retrodict.priors.implied.cells import closed_edges, self_consistent, spread
from retrodict.priors.implied.facts import Facts, by_trust, rows_variance
from retrodict.priors.implied.limits import grid_of, limited, one_sided
from retrodict.priors.marginals import (
    Cells,
    Discrete,
    Marginal,
    SampleQuantiles,
    integer_moments,
    listed,
    moments,
    quantiles,
    sample_marginal,
)
from retrodict.priors.uniform import uniform_marginal
from retrodict.schema import Feature

Rung = tuple[Marginal, str]

_ROUNDING = 1e-9
"""How far apart two ways to the same number may come out, of a number near one."""


def marginal_of(feature: Feature, facts: Facts) -> Rung | None:
    """Return a feature's marginal and where it comes from; ``None`` where nothing is known of its values.

    Parameters
    ----------
    feature
        With all bounds and categories that are known.
    facts
        Those that speak of it alone.
    """
    if feature.listed:
        return next((found for rung in _LISTED if (found := rung(feature, facts)) is not None), None)
    grid = grid_of(feature, facts)
    for rung in _NUMBERS:
        found = rung(feature, facts)
        if found is None:
            continue
        marginal, source = found
        try:
            return limited(feature, marginal, grid), source
        except PriorError:  # facts of other rows than the bounds': the next rung may hold within them
            continue
    return None


def _from_counts(feature: Feature, facts: Facts) -> Rung | None:
    for fact in by_trust(facts, CategoryCounts):
        counts = dict(zip(fact.categories, fact.counts, strict=True))
        if not feature.listed:
            values = np.array(fact.categories, dtype=np.float64)
            return Discrete(values, np.array(fact.counts)), "counts of its values"
        shares = np.array([counts.get(category, 0.0) for category in feature.categories])
        if shares.sum() > 0:
            return listed(shares), "counts of its categories"
    return None


def _from_indicators(feature: Feature, facts: Facts) -> Rung | None:
    means = {f.category: f.mean for f in by_trust(facts, Moments) if f.category is not None and f.mean is not None}
    return _completed(feature, means, "means of its categories' indicators")


def _completed(feature: Feature, told: dict[Any, float], source: str) -> Rung | None:
    """Return shares of which at most one category's, whose indicator was dropped, is not told."""
    known = [told.get(category) for category in feature.categories]
    if not told or sum(share is None for share in known) > 1:
        return None
    rest = max(0.0, 1.0 - sum(share for share in known if share is not None))
    shares = np.clip([rest if share is None else share for share in known], 0.0, None)
    return (listed(shares), source) if shares.sum() > 0 else None


def _from_stretches(feature: Feature, facts: Facts) -> Rung | None:
    """Return shares as leaves count rows between codes, or on either side of an indicator."""
    shares: dict[Any, float] = {}
    for fact in by_trust(facts, Stretches):
        own = (0, 1) if fact.category is not None else fact.categories or ()
        values = np.arange(len(own), dtype=np.float64)
        first, last = (np.searchsorted(values, ends, side="right") for ends in (fact.lows, fact.highs))
        kept = (first < last) & (fact.counts > 0)
        if len(own) < 2 or not kept.any():
            continue
        found = self_consistent(np.full(len(own), 1 / len(own)), first[kept], last[kept], fact.counts[kept])
        shares |= {fact.category: found[1]} if fact.category is not None else dict(zip(own, found, strict=True))
    return _completed(feature, shares, "shares as the leaves count rows by category")


def _equal(feature: Feature, facts: Facts) -> Rung | None:
    told = "equal shares of the categories the file lists" if by_trust(facts, Categories) else "equal shares"
    return listed(np.ones(len(feature.categories))), told


def _from_quantiles(feature: Feature, facts: Facts) -> Rung | None:
    for fact in by_trust(facts, Quantiles):
        points = dict(zip(fact.probabilities, fact.quantiles, strict=True))
        p, x = np.array(list(points)), np.maximum.accumulate(np.array(list(points.values())))
        even = len(p) > 2 and np.allclose(p, np.linspace(0.0, 1.0, len(p)), atol=_ROUNDING)
        if even and feature.kind == "integer":
            return sample_marginal(np.rint(x), integer=True, feature=feature.name), f"{len(p)} quantiles"
        if even:
            return SampleQuantiles(x), f"{len(p)} quantiles"
        told = f"{len(p)} quantiles"
        if fact.width is not None and fact.width_between is not None and 0.5 in points:
            # Only the distance between the two is stored: the median is taken to lie midway.
            low, high = fact.width_between
            points |= {low: points[0.5] - fact.width / 2, high: points[0.5] + fact.width / 2}
            told = f"the median and the distance between the {low:g} and {high:g} quantiles, taken as symmetric"
        sided, side = one_sided(feature, facts)
        try:
            return quantiles(points, sided.low, sided.high, feature=feature.name), told + side
        except PriorError:
            continue
    return None


def _from_bins(feature: Feature, facts: Facts) -> Rung | None:
    for fact in by_trust(facts, BinEdges):
        if fact.equal:
            edges, note = closed_edges(np.unique(fact.edges), feature, facts)
            return Cells(edges, np.ones(len(edges) - 1)), f"bin edges, bins equally likely{note}"
    return None


def _from_moments(feature: Feature, facts: Facts) -> Rung | None:
    stated = [fact for fact in by_trust(facts, Moments) if fact.category is None]
    means = [fact.mean for fact in stated if fact.mean is not None]
    variances = [value for fact in stated if (value := rows_variance(fact)) is not None]
    if not means or not variances:
        return None
    two_ends = means[0] * (1 - means[0])
    if stated[0].exact is True and 0 < means[0] < 1 and np.isclose(variances[0], two_ends, rtol=_ROUNDING):
        # Between zero and one no values have a larger variance but these two; others meet it by chance alone.
        return Discrete(np.array([0.0, 1.0]), np.array([1 - means[0], means[0]])), "mean and variance, those of 0 and 1"
    mean, sd = means[0], float(np.sqrt(variances[0]))
    sided, side = one_sided(feature, facts)
    make = integer_moments if feature.kind == "integer" else moments
    told = "mean and variance" + ("" if feature.low is None and feature.high is None else " within its range")
    try:
        return make(mean, sd, sided.low, sided.high, feature=feature.name), told + side
    except PriorError:  # moments of few or constant values can lie on a bound, where no smooth family reaches
        return None


def _from_thresholds(feature: Feature, facts: Facts) -> Rung | None:
    every = [fact.edges for fact in by_trust(facts, BinEdges) if fact.midpoints]
    for inner in [*every, *(fact.thresholds for fact in by_trust(facts, Thresholds))]:
        return spread(np.unique(inner), feature, facts)
    return None


def _from_range(feature: Feature, facts: Facts) -> Rung | None:
    if not feature.bounded:
        return None
    told = "its range alone (uniform)" if by_trust(facts, Range) else "the schema's bounds (uniform)"
    return uniform_marginal(feature), told


_LISTED: tuple[Callable[[Feature, Facts], Rung | None], ...] = (
    _from_counts,
    _from_indicators,
    _from_stretches,
    _equal,
)
_NUMBERS: tuple[Callable[[Feature, Facts], Rung | None], ...] = (
    _from_counts,
    _from_quantiles,
    _from_bins,
    _from_moments,
    _from_thresholds,
    _from_range,
)
