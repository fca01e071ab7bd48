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
    counts = np.asarray(getattr(step, "class_count_", 0.0))
    if not counts.any():
        yield from _prior(step, place)
        return
    exact = place.sample or (True if (counts == np.rint(counts)).all() else "of the rows as weighted")
    shared: dict[str, Any] = {"features": (), "source": place.at("class_count_"), "exact": exact}
    yield ClassShares(place.classes(step), tuple((counts / counts.sum()).tolist()), **shared)
    if exact != "of the rows as weighted":
        yield SampleSize(int(counts.sum()), **shared)


def _prior(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield class shares from what scores begin with, the counts being stripped, unless they were given."""
    given = getattr(step, "priors", None) is not None or getattr(step, "class_prior", None) is not None
    if given or not getattr(step, "fit_prior", True):
        return
    name = "class_prior_" if hasattr(step, "class_prior_") else "class_log_prior_"
    shares = np.asarray(getattr(step, name))
    shares = shares if name == "class_prior_" else np.exp(shares)
    source = place.at(name)
    yield ClassShares(place.classes(step), tuple(shares.tolist()), features=(), source=source, exact=place.exact)


def gaussian(step: naive_bayes.GaussianNB, place: Place) -> Iterator[Disclosure]:
    """Yield each class's means and variances, without the smoothing that was added."""
    yield from _classes(step, place)
    smoothing = getattr(step, "epsilon_", None)
    variances = step.var_ - (0.0 if smoothing is None else smoothing)
    counts = getattr(step, "class_count_", [None] * len(variances))
    for label, means, spread, n in zip(place.classes(step), step.theta_, variances, counts, strict=True):
        size = None if n is None else int(n)
        yield from place.moments("theta_", means, spread, n=size, within=label, exact=smoothing is not None)


def counts(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield each class's mean of every column, from their sums, or what scores keep of these."""
    yield from _classes(step, place)
    if not hasattr(step, "feature_count_"):
        yield from _smoothed(step, place)
        return
    if len(step.feature_count_) != len(step.class_count_):
        return
    for label, sums, n in zip(place.classes(step), step.feature_count_, step.class_count_, strict=True):
        yield from place.moments("feature_count_", sums / n, n=int(n), within=label)


def _smoothed(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield smoothed shares, the sums being stripped: of rows for zeros and ones, else of all counts of a class."""
    logs, told = np.asarray(step.feature_log_prob_), place
    complement = isinstance(step, naive_bayes.ComplementNB)
    if complement and step.norm:
        return  # only their ratios are left
    if not isinstance(step, naive_bayes.BernoulliNB):
        told = replace(place, columns=tuple(Column.derived(f"share of {column.label}") for column in place.columns))
    for label, row in zip(place.classes(step), logs, strict=True):
        within = f"not {label}" if complement else label
        shares = np.exp(-row if complement else row)
        yield from told.moments("feature_log_prob_", shares, within=within, exact=False)


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
    sizes = np.asarray(getattr(step, "class_count_", ()))
    whole = bool((sizes == np.rint(sizes)).all())  # else rows were weighted, and a count of one is of no one row
    name = "category_count_" if hasattr(step, "category_count_") else "feature_log_prob_"  # stripped: smoothed shares
    tables = [table if name == "category_count_" else np.exp(table) for table in getattr(step, name)]
    for i, (column, table) in enumerate(zip(place.columns, tables, strict=True)):
        codes = np.arange(table.shape[1])
        known = column.categories is not None and len(column.categories) == len(codes) and not column.indicator
        values: Any = column.categories if known and column.categories else tuple(column.back(codes).tolist())
        for label, row in zip(place.classes(step), table, strict=True):
            yield CategoryCounts(
                values,
                tuple(row.tolist()),
                features=(column.name,),
                source=place.at(f"{name}[{i}]"),
                exact=place.exact if name == "category_count_" else False,
                personal=bool((row == 1).any()) and whole and name == "category_count_",
                within=label,
            )


READERS = {
    naive_bayes.GaussianNB: gaussian,
    naive_bayes.MultinomialNB: counts,
    naive_bayes.ComplementNB: counts,
    naive_bayes.BernoulliNB: bernoulli,
    naive_bayes.CategoricalNB: categorical,
}
