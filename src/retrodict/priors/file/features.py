"""One entry of a prior file, turned into a feature and its marginal."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from retrodict.priors.file.format import FeatureSpec
from retrodict.priors.marginals import Marginal, Rounded, listed, named, quantiles
from retrodict.priors.marginals.named import is_discrete
from retrodict.priors.rounding import Written, in_order, rounded_moments
from retrodict.priors.shares import scaled_shares
from retrodict.priors.uniform import uniform_marginal
from retrodict.results.notes import Note
from retrodict.schema import Feature, Kind

_WAYS = {  # what tells a distribution, and the fields that belong to it
    "mean and sd": ("mean", "sd"),
    "median and quantiles": ("median", "iqr", "quantiles"),
    "distribution": ("distribution",),
    "shares": ("shares",),
    "counts": ("counts",),
    "categories": ("categories",),
}


def feature_of_spec(
    name: str, spec: FeatureSpec, written: Written | None = None
) -> tuple[Feature, Marginal, Note | None]:
    """Return a feature, its marginal and a note, if one is due.

    Parameters
    ----------
    name
        The feature's name.
    spec
        What the file says of it.
    written
        How its numbers are written: each is read within half a unit of its last digit.

    Raises
    ------
    ValueError
        If the fields contradict one another (`PriorError` and `SchemaError` are such errors too).
    """
    written = written or Written()
    ways = [way for way, fields in _WAYS.items() if any(getattr(spec, field) is not None for field in fields)]
    if set(ways) == {"shares", "categories"} or set(ways) == {"counts", "categories"}:
        ways.remove("categories")  # the categories say the order
    if len(ways) > 1:
        raise ValueError(f"{ways[0]} and {ways[1]} are both given; keep one of them")
    way = ways[0] if ways else "range"
    if way in {"shares", "counts", "categories"}:
        return _listed(name, spec, way, written)
    if spec.kind in {"ordinal", "categorical", "binary"}:
        raise ValueError(f"a {spec.kind} feature needs shares, counts or categories; add one of them")
    integer = spec.kind == "integer" or (spec.kind is None and is_discrete(spec.distribution or ""))
    kind: Kind = "integer" if integer else "continuous"
    feature = Feature(name, kind, spec.min, spec.max, missing=spec.missing)  # refuses impossible bounds
    if way == "range":
        if spec.min is None or spec.max is None:
            raise ValueError("nothing says how its values are spread; give mean and sd, quantiles, or min and max")
        return feature, uniform_marginal(feature), None
    if way == "distribution":
        return *_distribution(feature, spec), None
    if way == "mean and sd":
        if spec.mean is None or spec.sd is None:
            raise ValueError(f"{'mean' if spec.mean is None else 'sd'} is absent; mean and sd go together")
        marginal, note = rounded_moments(
            spec.mean, spec.sd, spec.min, spec.max, written=written, integer=integer, feature=name
        )
        return _holding(feature, marginal), marginal, note
    return *_quantiles(feature, spec, written), None


def _holding(feature: Feature, marginal: Marginal) -> Feature:
    """Return a feature whose bounds hold its marginal: one that was rounded past the mean had to move."""
    low, high = marginal.quantile_z(np.array([-8.5, 8.5])).tolist()
    return replace(
        feature,
        low=None if feature.low is None else min(feature.low, low),
        high=None if feature.high is None else max(feature.high, high),
    )


def _distribution(feature: Feature, spec: FeatureSpec) -> tuple[Feature, Marginal]:
    given: dict[str, Any] = dict(spec.model_extra or {})
    marginal, low, high = named(
        spec.distribution or "",
        given,
        spec.min,
        spec.max,
        integer=feature.kind == "integer",
        feature=feature.name,
    )
    return Feature(feature.name, feature.kind, low, high, missing=feature.missing), marginal


def _quantiles(feature: Feature, spec: FeatureSpec, written: Written) -> tuple[Feature, Marginal]:
    points = dict(spec.quantiles or {})
    halves = {p: written.half(x, "quantiles", f"{p:g}") for p, x in points.items()}
    own = {0.5: ("median",), 0.25: ("iqr", "0"), 0.75: ("iqr", "1")}
    told = {0.5: spec.median, **({0.25: spec.iqr[0], 0.75: spec.iqr[1]} if spec.iqr else {})}
    for p, x in told.items():
        if x is None:
            continue
        half = written.half(x, *own[p])
        if p in points and abs(points[p] - x) >= half + halves[p] and points[p] != x:
            raise ValueError(f"the {p:g} quantile is given twice, as {points[p]:g} and {x:g}; keep one")
        if p not in points or half < halves[p]:  # of two roundings of one number the finer is kept
            points[p], halves[p] = x, half
    ends = ((spec.min, written.bound(spec.min, "min")), (spec.max, written.bound(spec.max, "max")))
    points = in_order(points, halves, *ends)
    if spec.median is not None and spec.iqr is not None and not points[0.25] <= points[0.5] <= points[0.75]:
        own_iqr = f"[{spec.iqr[0]:g}, {spec.iqr[1]:g}]"
        raise ValueError(f"median {spec.median:g} lies outside iqr {own_iqr}; correct one")
    inner = quantiles(points, spec.min, spec.max, feature=feature.name)
    low = inner.low if math.isfinite(inner.low) else None
    high = inner.high if math.isfinite(inner.high) else None
    feature = Feature(feature.name, feature.kind, low, high, missing=feature.missing)
    if feature.kind != "integer":
        return feature, inner
    return feature, Rounded(inner, math.ceil(inner.low) if low is not None else inner.low, _floor(inner.high))


def _floor(high: float) -> float:
    return math.floor(high) if math.isfinite(high) else high


def _listed(name: str, spec: FeatureSpec, way: str, written: Written) -> tuple[Feature, Marginal, Note | None]:
    if spec.kind in {"continuous", "integer"}:
        raise ValueError(f"a feature of kind {spec.kind} has no {way}; use kind categorical, ordinal or binary")
    if spec.min is not None or spec.max is not None:
        raise ValueError(f"a feature with {way} has no min or max; leave them out")
    note = None
    if way == "categories":
        categories = tuple(spec.categories or ())
        p = np.ones(len(categories))
    else:
        table = (spec.shares if way == "shares" else spec.counts) or {}
        texts = {path[1:]: text for path, text in written.texts.items() if path[:1] == (way,)}
        shares, note = scaled_shares(table, way, counts=way == "counts", texts=texts)
        categories = tuple(spec.categories or shares)
        stray = [key for key in shares if key not in categories]
        if stray:
            raise ValueError(f"{way} name {stray[0]!r}, which is not among the categories {list(categories)}")
        p = np.array([shares.get(category, 0.0) for category in categories])
    kind: Any = spec.kind or ("binary" if len(categories) == 2 else "categorical")
    feature = Feature(name, kind, categories=categories, missing=spec.missing)
    if note is not None:
        note = Note(note.code, f"feature '{name}': {note}", **note.values | {"feature": name})
    return feature, listed(p), note
