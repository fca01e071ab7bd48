"""What is left of the statistics of a table once some of its rows are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from retrodict.disclosures import Covariance, Disclosure, Moments
from retrodict.priors.implied.facts import Facts, rows_variance
from retrodict.schema import Schema

Array = np.ndarray


def others(facts: Facts, schema: Schema, rows: Float[Array, "k d"], total: int) -> Facts:
    """Return the facts with means, variances and covariances of all rows turned into those of the rows not given.

    Sums and sums of squares of the table, less those of the known rows: exact where the statistics are.

    Parameters
    ----------
    facts
        Of all rows.
    schema
        How `rows` are encoded.
    rows
        The known rows.
    total
        How many rows the table has; more than are known.
    """
    known = len(rows) / total

    def turned(fact: Disclosure) -> Disclosure:
        if fact.within is not None or fact.exact is not True:
            return fact
        if isinstance(fact, Moments) and fact.mean is not None and fact.features[0] in schema.names:
            return _moments(fact, _column(fact, schema, rows), known)
        if isinstance(fact, Covariance) and fact.mean is not None and set(fact.features) <= set(schema.names):
            return _covariance(fact, rows[:, [schema.names.index(name) for name in fact.features]], known)
        return fact

    return tuple(turned(fact) for fact in facts)


def _column(fact: Moments, schema: Schema, rows: Array) -> Array:
    name = fact.features[0]
    column = rows[:, schema.names.index(name)]
    categories = schema[name].categories
    return column == categories.index(fact.category) if fact.category in categories else column


def _moments(fact: Moments, column: Array, known: float) -> Moments:
    if fact.mean is None or np.isnan(column).any():
        return fact
    mean = (fact.mean - known * column.mean()) / (1.0 - known)
    variance = rows_variance(fact)
    if variance is not None:
        square = (variance + fact.mean**2 - known * np.square(column).mean()) / (1.0 - known)
        variance = max(0.0, float(square - mean**2))
    return replace(fact, mean=float(mean), variance=variance, n=None, ddof=None)


def _covariance(fact: Covariance, columns: Array, known: float) -> Covariance:
    if fact.mean is None or np.isnan(columns).any():
        return fact
    factor = (fact.n - fact.ddof) / fact.n if fact.n and fact.ddof else 1.0
    mean = (fact.mean - known * columns.mean(axis=0)) / (1.0 - known)
    square = fact.matrix * factor + np.outer(fact.mean, fact.mean) - known * (columns.T @ columns) / len(columns)
    return replace(fact, matrix=square / (1.0 - known) - np.outer(mean, mean), mean=mean, n=None, ddof=None)
