"""Imputers: means, medians and modes, columns with gaps, and whole rows where neighbours fill the gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import impute
from sklearn.impute._iterative import IterativeImputer  # its public name is there only after an experimental import

from retrodict.disclosures.kinds import Disclosure, Gaps, Moments, Quantiles, Values
from retrodict.disclosures.place import Place
from retrodict.families.sklearn.structure.imputed import doubtful, imputed

_OR_EMPTY = "or of no row at all: columns without any value are filled with zero too"


def simple(step: impute.SimpleImputer, place: Place) -> Iterator[Disclosure]:
    """Yield each column's mean, median or most frequent value; one that is none had no value in any row."""
    _, empty = imputed(step, len(place.columns))
    yield from _empty(empty, place, "statistics_")
    fills = np.asarray(step.statistics_, dtype=object)
    for column, fill, none, doubt in zip(place.columns, fills, empty, doubtful(step), strict=True):
        if not column.number or isinstance(fill, str) or fill is None or none:
            continue
        value = float(column.back(fill))
        shared: dict[str, Any] = {
            "features": (column.name,),
            "source": place.at("statistics_"),
            "exact": place.sample or (_OR_EMPTY if doubt else True),
        }
        if step.strategy == "mean":
            yield Moments(value, **shared)
        elif step.strategy == "median":
            yield Quantiles((0.5,), (value,), **shared)
        elif step.strategy == "most_frequent":
            yield Values(np.array([value]), **shared, personal=None)


def neighbours(step: impute.KNNImputer, place: Place) -> Iterator[Disclosure]:
    """Yield every row, gaps included."""
    yield from _empty(imputed(step, len(place.columns))[1], place, "_valid_mask")
    if getattr(step, "_fit_X", None) is not None:
        yield place.rows("_fit_X", step._fit_X)


def _empty(mask: Any, place: Place, source: str) -> Iterator[Disclosure]:
    names = tuple(column.name for column, none in zip(place.columns, mask, strict=True) if none)
    if names:
        yield Gaps(True, features=names, source=place.at(source), exact=place.exact)


def chained(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the columns that had no value; the walk reads the regressions that fill gaps in the others."""
    yield from _empty(imputed(step, len(place.columns))[1], place, "_is_empty_feature")


def indicated(step: impute.MissingIndicator, place: Place) -> Iterator[Disclosure]:
    """Yield the columns that had gaps."""
    if step.features == "missing-only" and len(step.features_):
        names = tuple(place.columns[i].name for i in step.features_)
        yield Gaps(features=names, source=place.at("features_"), exact=place.exact)


READERS = {
    impute.SimpleImputer: simple,
    impute.KNNImputer: neighbours,
    impute.MissingIndicator: indicated,
    IterativeImputer: chained,
}
