"""Sort what a file states by feature: what each one is, and the facts that speak of it alone."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from retrodict.disclosures import (
    BinEdges,
    Categories,
    CategoryCounts,
    ClassShares,
    Covariance,
    Disclosure,
    Disclosures,
    Gaps,
    Grid,
    Moments,
    Quantiles,
    Range,
    SampleSize,
    Stretches,
    Thresholds,
)
from retrodict.errors import PriorError
from retrodict.schema import Feature, Schema, Target

Facts = tuple[Disclosure, ...]

WEIGHTED = "of the rows as weighted"

BY_CLASS = (Moments, CategoryCounts, Covariance)
"""Facts that make a prior of classes where they are stated of each."""

_LIMITS = (Range, Categories, Grid, Gaps)
_SINGLE = (BinEdges, Categories, CategoryCounts, Grid, Moments, Quantiles, Range, Stretches, Thresholds)


def trust(fact: Disclosure) -> int:
    """Return how far a fact is to be preferred to another of its kind: exact ones come first."""
    return 0 if fact.exact is True else 1 if isinstance(fact.exact, str) else 2


def by_trust(facts: Iterable[Disclosure], kind: type[Any]) -> list[Any]:
    """Return the facts of one kind, the most exact first."""
    return sorted((fact for fact in facts if isinstance(fact, kind)), key=trust)


def overall(facts: Facts) -> Facts:
    """Return the facts of all rows; a covariance within classes is none of them."""
    return tuple(fact for fact in facts if fact.within is None and not _pooled(fact))


def inside(facts: Facts, label: Any) -> Facts:
    """Return the facts as they are for the rows of one class.

    Its own means, variances and counts stand in for those of all rows; a covariance that all classes share holds in it
    too. Ranges and lists of all rows hold for any part of them, counts and quantiles of all do not: they stay for the
    features of which nothing is told by class, which are so the same in each class until counts say otherwise.
    """
    told = told_by_class(facts)
    own = [replace(fact, within=None) for fact in facts if fact.within == label]
    shared = [replace(fact, exact=True) for fact in facts if _pooled(fact)]
    free = [fact for fact in overall(facts) if not isinstance(fact, _LIMITS) and told.isdisjoint(fact.features)]
    limits = [fact for fact in facts if fact.within is None and isinstance(fact, _LIMITS)]
    return (*own, *shared, *free, *limits)


def told_by_class(facts: Facts) -> frozenset[str]:
    """Return the features of whose values something is told by class."""
    own = (fact for fact in facts if (fact.within is not None and isinstance(fact, BY_CLASS)) or _pooled(fact))
    return frozenset(name for fact in own for name in fact.features)


def _pooled(fact: Disclosure) -> bool:
    return isinstance(fact, Covariance) and fact.within is None and fact.pooled


def class_shares(facts: Facts, classes: tuple[Hashable, ...] = ()) -> dict[Hashable, float] | None:
    """Return the share of each class, from the most exact statement of it.

    Shares of weighted rows are passed over, and those of other classes than the model's, which an inner step may have.
    """
    stated = [
        fact
        for fact in by_trust(facts, ClassShares)
        if fact.exact != WEIGHTED and (not classes or set(fact.classes) == set(classes))
    ]
    return dict(zip(stated[0].classes, stated[0].shares, strict=True)) if stated else None


def of_feature(facts: Facts, name: str) -> Facts:
    """Return the facts that speak of one feature alone; a covariance matrix says its variance."""
    alone: list[Disclosure] = [fact for fact in facts if isinstance(fact, _SINGLE) and fact.features == (name,)]
    for fact in by_trust(facts, Covariance):
        if name in fact.features:
            i = fact.features.index(name)
            mean = None if fact.mean is None else float(fact.mean[i])
            shared: dict[str, Any] = {"features": (name,), "source": fact.source, "exact": fact.exact}
            alone.append(Moments(mean, float(fact.matrix[i, i]), fact.n, None, fact.ddof, **shared))
    return tuple(alone)


def schema_of(found: Disclosures, given: Schema | None) -> Schema:
    """Return the schema of the implied prior: the model's own, sharpened by the facts.

    Raises
    ------
    PriorError
        If no schema is given and the facts name no raw feature.
    """
    facts = overall(found.facts)
    names = found.names if given is None else given.names
    if not names:
        raise PriorError("the model states nothing about its features; give a prior")
    if given is None:
        shares = class_shares(found.facts)
        given = Schema(tuple(Feature(name) for name in names), Target(classes=tuple(shares or ())))
    rows = max((fact.n for fact in facts if isinstance(fact, SampleSize) and fact.exact is True), default=0)
    features = tuple(_sharpened(feature, of_feature(facts, feature.name), rows) for feature in given.features)
    return replace(given, features=features)


def _sharpened(feature: Feature, facts: Facts, rows: int) -> Feature:
    if feature.listed:
        return feature
    seen = by_trust(facts, Categories)
    if seen and not feature.bounded:
        categories = tuple(c for c in seen[0].categories if c is not None and c == c)
        return Feature(feature.name, "binary" if len(categories) == 2 else "categorical", categories=categories)
    missing = feature.missing or _missing(facts, rows)
    low, high = feature.low, feature.high
    for fact in by_trust(facts, Range)[:1]:
        low, high = fact.low if low is None else low, fact.high if high is None else high
    low, high = _narrowed(low, high, facts)
    whole = any(fact.step % 1 == 0 and fact.offset % 1 == 0 for fact in by_trust(facts, Grid))
    kind = "integer" if whole and feature.kind == "continuous" else feature.kind
    return replace(feature, kind=kind, low=low, high=high, missing=missing)


def _narrowed(low: float | None, high: float | None, facts: Facts) -> tuple[float | None, float | None]:
    """Return bounds within every range that is exact of all rows; as they are where these leave nothing."""
    exact = [fact for fact in by_trust(facts, Range) if fact.exact is True]
    lows = [fact.low for fact in exact] + ([] if low is None else [low])
    highs = [fact.high for fact in exact] + ([] if high is None else [high])
    if not lows or not highs or max(lows) > min(highs):
        return low, high
    return max(lows), min(highs)


def _missing(facts: Facts, rows: int) -> float:
    """Return the share of rows whose value no scaler counted."""
    counted = [fact.n for fact in by_trust(facts, Moments) if fact.exact is True and fact.n]
    return max(0.0, 1.0 - counted[0] / rows) if counted and rows else 0.0


def rows_variance(fact: Moments) -> float | None:
    """Return a variance with the number of rows as its denominator, not below zero."""
    if fact.variance is None:
        return None
    factor = (fact.n - fact.ddof) / fact.n if fact.n and fact.ddof else 1.0
    return float(np.maximum(fact.variance * factor, 0.0))
