"""Imputers: means, medians and modes; whole rows where neighbours fill the gaps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn import impute

from retrodict.disclosures.kinds import Disclosure, Moments, Quantiles
from retrodict.disclosures.place import Place


def simple(step: impute.SimpleImputer, place: Place) -> Iterator[Disclosure]:
    """Yield each column's mean or median; a mode is one of its values and no statistic of use."""
    for column, fill in zip(place.columns, np.asarray(step.statistics_, dtype=object), strict=True):
        if not column.number or step.strategy not in {"mean", "median"} or fill != fill:
            continue
        value = float(column.back(fill))
        names, source = (column.name,), place.at("statistics_")
        if step.strategy == "mean":
            yield Moments(value, features=names, source=source, exact=place.exact)
        else:
            yield Quantiles((0.5,), (value,), features=names, source=source, exact=place.exact)


def neighbours(step: impute.KNNImputer, place: Place) -> Iterator[Disclosure]:
    """Yield every row, gaps included."""
    yield place.rows("_fit_X", step._fit_X)


READERS = {impute.SimpleImputer: simple, impute.KNNImputer: neighbours}
