"""Correlations stated between features, turned into correlations of their latents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from retrodict.errors import PriorError
from retrodict.priors.hermite import HermiteSeries, hermite_series, latent_for, pearson_polynomial, pearson_range
from retrodict.priors.marginals import Marginal, Normal
from retrodict.schema import Schema

Array = np.ndarray

Measure = Literal["pearson", "spearman", "kendall"]

MEASURES: tuple[str, ...] = get_args(Measure)

_SLACK = 1e-6  # published correlations are rounded: a hair beyond what is attainable is taken as the end


@dataclass(frozen=True)
class Correlation:
    """One stated correlation.

    Parameters
    ----------
    between
        The names of two features.
    value
        In [-1, 1].
    measure
        `pearson` (of the values; of category indices for ordinal and binary features), `spearman` or `kendall`.
    rounding
        How far the value may have been rounded: one that is out of reach by no more is taken as the end of what can be.

    Raises
    ------
    PriorError
        If a feature is paired with itself, the value is outside [-1, 1] or the measure is unknown.
    """

    between: tuple[str, str]
    value: float
    measure: Measure = "pearson"
    rounding: float = 0.0

    def __post_init__(self) -> None:
        a, b = self.between
        if a == b:
            raise PriorError(f"a correlation of '{a}' with itself was given; name two different features")
        if not (math.isfinite(self.value) and -1 <= self.value <= 1):
            raise PriorError(f"the correlation of '{a}' and '{b}' must lie in [-1, 1], got {self.value:g}; correct it")
        if self.measure not in MEASURES:
            raise PriorError(f"unknown correlation measure '{self.measure}'; use one of {', '.join(MEASURES)}")


def latent_correlation(
    schema: Schema, marginals: Sequence[Marginal], stated: Sequence[Correlation]
) -> Float[Array, "d d"]:
    """Return the correlation of the latents at which the features have the stated correlations.

    Spearman and Kendall: the closed forms of the normal copula (Kruskal 1958, doi:10.1080/01621459.1958.10501481).
    Pearson: solved for, after the Hermite series of the marginals (Cario and Nelson 1997, "NORTA").

    Parameters
    ----------
    schema, marginals
        The features and their marginals.
    stated
        Correlations; pairs that are not stated are uncorrelated.

    Raises
    ------
    PriorError
        If a feature is unknown or has no order, a pair stands twice, or a Pearson correlation is out of reach of the
        marginals.
    """
    matrix = np.eye(len(schema))
    series: dict[int, HermiteSeries] = {}
    seen: set[frozenset[str]] = set()
    for correlation in stated:
        i, j = (_position(schema, name) for name in correlation.between)
        pair = frozenset(correlation.between)
        if pair in seen:
            raise PriorError(f"the correlation of {_pair(correlation)} stands twice; keep one")
        seen.add(pair)
        if correlation.measure == "spearman":
            latent = 2 * math.sin(math.pi * correlation.value / 6)
        elif correlation.measure == "kendall":
            latent = math.sin(math.pi * correlation.value / 2)
        elif isinstance(marginals[i], Normal) and isinstance(marginals[j], Normal):
            latent = correlation.value
        else:
            for k in (i, j):
                if k not in series:
                    series[k] = hermite_series(marginals[k])
            latent = _reached(series[i], series[j], correlation)
        matrix[i, j] = matrix[j, i] = latent
    return matrix


def _reached(first: HermiteSeries, second: HermiteSeries, correlation: Correlation) -> float:
    polynomial = pearson_polynomial(first, second)
    low, high = pearson_range(polynomial)
    slack = max(_SLACK, correlation.rounding)
    if not low - slack <= correlation.value <= high + slack:
        raise PriorError(
            f"the pearson correlation of {_pair(correlation)} can't be {correlation.value:g}: with these marginals it "
            f"lies between {low:.3f} and {high:.3f}; correct it or use spearman"
        )
    return latent_for(correlation.value, polynomial)


def _position(schema: Schema, name: str) -> int:
    if name not in schema.names:
        raise PriorError(f"a correlation names '{name}', which is no feature; the features are {_names(schema)}")
    feature = schema[name]
    if feature.kind == "categorical" and len(feature.categories) > 2:
        raise PriorError(
            f"a correlation names '{name}', whose {len(feature.categories)} categories have no order; "
            "declare it ordinal or leave the correlation out"
        )
    return schema.names.index(name)


def _pair(correlation: Correlation) -> str:
    return f"'{correlation.between[0]}' and '{correlation.between[1]}'"


def _names(schema: Schema, limit: int = 10) -> str:
    return ", ".join(schema.names[:limit]) + (", ..." if len(schema) > limit else "")
