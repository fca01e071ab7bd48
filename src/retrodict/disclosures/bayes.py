"""Naive Bayes: class counts, and each feature's moments or counts by class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn import naive_bayes

from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import CategoryCounts, ClassShares, Disclosure, SampleSize
from retrodict.disclosures.place import Place


def _classes(step: Any, place: Place) -> Iterator[Disclosure]:
    counts = np.asarray(step.class_count_)
    exact = place.sample or (True if (counts == np.rint(counts)).all() else "of the rows as weighted")
    shared: dict[str, Any] = {"features": (), "source": place.at("class_count_"), "exact": exact}
    yield ClassShares(place.classes(step), tuple((counts / counts.sum()).tolist()), **shared)
    if exact != "of the rows as weighted":
        yield SampleSize(int(counts.sum()), **shared)


def gaussian(step: naive_bayes.GaussianNB, place: Place) -> Iterator[Disclosure]:
    """Yield each class's means and variances, without the smoothing that was added."""
    yield from _classes(step, place)
    rows = zip(place.classes(step), step.theta_, step.var_ - step.epsilon_, step.class_count_, strict=True)
    for label, means, variances, n in rows:
        yield from place.moments("theta_", means, variances, n=int(n), within=label)


def counts(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield each class's mean of every column, from their sums."""
    yield from _classes(step, place)
    if len(step.feature_count_) != len(step.class_count_):
        return
    for label, sums, n in zip(place.classes(step), step.feature_count_, step.class_count_, strict=True):
        yield from place.moments("feature_count_", sums / n, n=int(n), within=label)


def bernoulli(step: naive_bayes.BernoulliNB, place: Place) -> Iterator[Disclosure]:
    """Yield, for each class, the share of rows in which a column lies above the cut."""
    if step.binarize is not None:
        place = replace(place, columns=tuple(_cut(column, step.binarize) for column in place.columns))
    yield from counts(step, place)


def _cut(column: Column, at: float) -> Column:
    if column.indicator and 0.0 <= at < 1.0 and column.scale == 1.0:
        return column
    return Column.derived(f"{column.label}>{float(column.back(at)):g}")


def categorical(step: naive_bayes.CategoricalNB, place: Place) -> Iterator[Disclosure]:
    """Yield, for each class, how often each code (or category) of a column occurred."""
    yield from _classes(step, place)
    for i, (column, table) in enumerate(zip(place.columns, step.category_count_, strict=True)):
        codes = np.arange(table.shape[1])
        known = column.categories is not None and len(column.categories) == len(codes) and not column.indicator
        values: Any = column.categories if known and column.categories else tuple(column.back(codes).tolist())
        for label, row in zip(place.classes(step), table, strict=True):
            yield CategoryCounts(
                values,
                tuple(row.tolist()),
                features=(column.name,),
                source=place.at(f"category_count_[{i}]"),
                exact=place.exact,
                within=label,
            )


READERS = {
    naive_bayes.GaussianNB: gaussian,
    naive_bayes.MultinomialNB: counts,
    naive_bayes.ComplementNB: counts,
    naive_bayes.BernoulliNB: bernoulli,
    naive_bayes.CategoricalNB: categorical,
}
