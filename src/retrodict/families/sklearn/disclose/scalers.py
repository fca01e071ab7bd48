"""Scalers and power and quantile transforms: means, variances, ranges, quantiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn import preprocessing

from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import Disclosure, Quantiles, Range, SampleSize
from retrodict.disclosures.place import Place


def standard(step: preprocessing.StandardScaler, place: Place) -> Iterator[Disclosure]:
    """Yield mean, variance and row number of each column."""
    if not hasattr(step, "n_samples_seen_"):  # stripped
        yield from _scaled(step, place)
        return
    seen = np.asarray(step.n_samples_seen_)
    if (seen != np.rint(seen)).any():  # sums of weights
        yield from place.moments("mean_", step.mean_, step.var_, exact="of the rows as weighted")
        return
    if step.mean_ is not None:
        yield from place.moments("mean_", step.mean_, step.var_, n=seen)
    if seen.ndim == 0:  # with missing values there is one for each column
        yield SampleSize(int(seen), features=(), source=place.at("n_samples_seen_"), exact=place.exact)


def _scaled(step: preprocessing.StandardScaler, place: Place) -> Iterator[Disclosure]:
    """Yield what scaling needs; a scale of one also stands for a variance of zero."""
    variances = None if step.scale_ is None else np.square(step.scale_)
    exact = variances is None or not (variances == 1.0).any()
    if getattr(step, "mean_", None) is not None:
        yield from place.moments("mean_", step.mean_, variances, exact=exact)
    elif variances is not None:
        yield from place.moments("scale_", None, variances, exact=exact)


def _seen(step: Any, place: Place) -> Iterator[Disclosure]:
    n = getattr(step, "n_samples_seen_", None)
    if n is not None:
        yield SampleSize(int(n), features=(), source=place.at("n_samples_seen_"), exact=place.exact)


def min_max(step: preprocessing.MinMaxScaler, place: Place) -> Iterator[Disclosure]:
    """Yield each column's range."""
    yield from place.ranges("data_min_", step.data_min_, step.data_max_)
    yield from _seen(step, place)


def max_abs(step: preprocessing.MaxAbsScaler, place: Place) -> Iterator[Disclosure]:
    """Yield a range on each side of zero; one of its ends is reached."""
    yield from place.ranges("max_abs_", -step.max_abs_, step.max_abs_, "one end is reached")
    yield from _seen(step, place)


def robust(step: preprocessing.RobustScaler, place: Place) -> Iterator[Disclosure]:
    """Yield each column's median and the distance between two quantiles."""
    low, high = (p / 100.0 for p in step.quantile_range)
    for i, column in enumerate(place.columns):
        if not column.number:
            continue
        width = None
        # a width of zero is stored as one, so that one tells nothing; a unit variance hides the width in a factor
        if step.scale_ is not None and step.scale_[i] != 1.0 and not step.unit_variance:
            width = float(abs(step.scale_[i] * column.scale))
        medians = () if step.center_ is None else (float(column.back(step.center_[i])),)
        if medians or width is not None:
            yield Quantiles(
                (0.5,) if medians else (),
                medians,
                width,
                None if width is None else (low, high),
                features=(column.name,),
                source=place.at("center_" if medians else "scale_"),
                exact=place.exact,
            )


def quantile(step: preprocessing.QuantileTransformer, place: Place) -> Iterator[Disclosure]:
    """Yield each column's quantiles; where there is one for each row, that is the whole column, sorted.

    A value that stands there once is of one row.
    """
    every_row = step.n_quantiles_ < step.n_quantiles
    subsampled = step.subsample is not None and not every_row
    exact: bool | str = place.sample or (f"of at most {step.subsample} rows" if subsampled else True)
    for i, column in enumerate(place.columns):
        values = column.raw_numbers(step.quantiles_[:, i])
        if values is None:
            continue
        values = np.sort(values)
        shared: dict[str, Any] = {
            "features": (column.name,),
            "source": place.at("quantiles_"),
            "exact": exact,
        }
        told = (tuple(step.references_.tolist()), tuple(values.tolist()))
        yield Quantiles(*told, **shared, personal=every_row and _some_once(values))
        yield Range(float(values[0]), float(values[-1]), **shared)
    if every_row:
        yield SampleSize(int(step.n_quantiles_), features=(), source=place.at("n_quantiles_"), exact=place.exact)


_SAME = 1e-9
"""Of the largest value: interpolating between equal values leaves them this near to one another."""


def _some_once(values: Float[np.ndarray, " n"]) -> bool:
    """Whether any of sorted values stands among them once."""
    apart = np.diff(values) > _SAME * np.abs(values).max()
    return bool((np.append(True, apart) & np.append(apart, True)).any())


def power(step: preprocessing.PowerTransformer, place: Place) -> Iterator[Disclosure]:
    """Yield mean and variance of the transformed column, under the transform's name."""
    if step.standardize:
        bare = tuple(Column.derived(f"{step.method}({c.label})") for c in place.columns)
        yield from standard(step._scaler, place.inner("_scaler", bare))


READERS = {
    preprocessing.StandardScaler: standard,
    preprocessing.MinMaxScaler: min_max,
    preprocessing.MaxAbsScaler: max_abs,
    preprocessing.RobustScaler: robust,
    preprocessing.QuantileTransformer: quantile,
    preprocessing.PowerTransformer: power,
}
TOGETHER: dict[type, tuple[type, ...]] = {preprocessing.KBinsDiscretizer: (preprocessing.OneHotEncoder,)}
"""The encoder of bins, which lists no values but the bins."""
