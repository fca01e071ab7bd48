"""What is assumed of a feature before any count is matched: ranges that the model states, or what its cuts span."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.result import Disclosures
from retrodict.inference.matching.axes import Axis, NumberAxis
from retrodict.inference.matching.codebook import Codebook
from retrodict.priors.marginals import Marginal, Uniform, constant, listed
from retrodict.schema import Feature, Schema

Array = np.ndarray

_DRAWS = 20_000
_SEED = 0


def marginals_of(schema: Schema, axes: tuple[Axis, ...], found: Disclosures) -> tuple[Marginal, ...]:
    """Return one marginal a feature: equal shares of categories, and numbers uniform over their range."""
    ranges = {fact.features[0]: (fact.low, fact.high) for fact in found.of("Range") if len(fact.features) == 1}
    by_name = {axis.name: axis for axis in axes}
    return tuple(_marginal(f, by_name.get(f.name), ranges.get(f.name)) for f in schema.features)


def _marginal(feature: Feature, axis: Axis | None, told: tuple[float, float] | None) -> Marginal:
    if feature.listed:
        return listed(np.ones(len(feature.categories)))
    low, high = told if told is not None else _span(axis)
    low = feature.low if feature.low is not None else low
    high = feature.high if feature.high is not None else high
    return Uniform(low, high) if low < high else constant(low)


def _span(axis: Axis | None) -> tuple[float, float]:
    """Return what the cuts span, widened by their mean distance; nothing is known of a number without any."""
    cuts = axis.cuts if isinstance(axis, NumberAxis) else np.empty(0)
    if not len(cuts):
        return -1.0, 1.0
    room = float(cuts[-1] - cuts[0]) / (len(cuts) - 1) if len(cuts) > 1 else max(1.0, abs(float(cuts[0])))
    return float(cuts[0]) - room, float(cuts[-1]) + room


def chances_of(book: Codebook) -> tuple[Float[Array, " k"], ...]:
    """Return the share of each code among rows of the marginals; none is zero, since counts may ask for any."""
    rng = np.random.default_rng(_SEED)
    rows = np.column_stack([m.quantile_z(rng.standard_normal(_DRAWS)) for m in book.marginals])
    out = []
    for axis, codes in zip(book.axes, book.encode(rows).T, strict=True):
        counts = np.bincount(codes, minlength=axis.cells) + 0.5
        out.append(counts / counts.sum())
    return tuple(out)
