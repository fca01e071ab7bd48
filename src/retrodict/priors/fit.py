"""A prior from a public sample of the same features."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import PriorError, SchemaError
from retrodict.plain_text import listing
from retrodict.priors.classes import TAKEN_AS_ALL, ClassPrior
from retrodict.priors.contract import Prior
from retrodict.priors.copula import CopulaPrior
from retrodict.priors.empirical import EmpiricalPrior
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.marginals import Marginal, listed, sample_marginal
from retrodict.priors.scores import correlation_of_scores, nominal, normal_scores, order_of
from retrodict.priors.shrinkage import shrunk_by_class
from retrodict.priors.uniform import uniform_marginal
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

FitKind = Literal["uniform", "independent", "copula", "empirical"]
FittedPrior = IndependentPrior | CopulaPrior | EmpiricalPrior | ClassPrior

FEWEST = 10
"""Rows of a class that say more of it than all rows do."""
_PSEUDO = 2.0
"""Rows that all rows together count as beside those of a class: so that what a class lacks is rare, not impossible."""


def fit_prior(
    frame: pd.DataFrame,
    kind: FitKind = "copula",
    *,
    target: str | None = None,
    schema: Schema | None = None,
    bandwidth: float | None = None,
    by_class: bool = False,
) -> FittedPrior:
    """Fit a prior to a public sample.

    Parameters
    ----------
    frame
        At least two rows; missing values are kept as a missing rate (`empirical`: in the rows).
    kind
        `uniform` over the sample's ranges and categories; `independent`, the sample's marginals; `copula`, the
        marginals tied by the correlation of their normal scores; `empirical`, the smoothed rows.
    target
        A column that is no feature; its class shares are kept in `class_shares`.
    schema
        The features, if they are known better than from the frame.
    bandwidth
        Of `empirical` only; see `EmpiricalPrior`.
    by_class
        Whether each class of `target` is fitted on its own. Classes of fewer than ten rows have the prior of all rows;
        of others, correlations are shrunken towards what the classes share, and towards none, as far as rows that are
        held out are then likeliest (Friedman 1989, doi:10.1080/01621459.1989.10478752).

    Returns
    -------
    Prior
        Over the frame's columns other than `target`, with bounds at the sample's ranges and the categories that its
        rows hold, unless the schema says more.

    Raises
    ------
    PriorError
        If the kind is unknown, or the frame has no or one row, a column without values or with infinite ones; or if
        the target has no classes to fit by.
    """
    if kind not in get_args(FitKind):
        raise PriorError(f"unknown kind of prior '{kind}'; use one of {', '.join(get_args(FitKind))}")
    if bandwidth is not None and kind != "empirical":
        raise PriorError(f"bandwidth belongs to kind empirical, not {kind}; leave it out")
    if len(frame) < 2:
        raise PriorError(f"a prior can't be fitted to {len(frame)} row{'s' * (len(frame) != 1)}; give at least 2")
    try:
        if schema is None:
            frame = observed_categories(frame, target)
        known = Schema.from_frame(frame, target) if schema is None else schema
        rows = known.encode(frame)
    except SchemaError as error:
        raise PriorError(f"the sample does not make a prior: {error}") from error
    _check_present(known, rows)
    shares = _class_shares(frame, target, known)
    orders = _orders(known, rows) if kind == "copula" else {}
    pooled = _fitted(known, rows, kind, bandwidth, orders, shares)
    if not by_class:
        return pooled
    if kind == "uniform":
        raise PriorError("a uniform prior knows no classes; leave by_class out, or fit kind independent or copula")
    if shares is None:
        raise PriorError("by_class needs a target column of classes; name it as target")
    return _by_class(known, rows, np.asarray(frame[target]), pooled, kind, bandwidth, orders, shares)


def _fitted(
    schema: Schema,
    rows: Array,
    kind: FitKind,
    bandwidth: float | None,
    orders: Mapping[int, list[int]],
    shares: Mapping[Hashable, float] | None,
) -> IndependentPrior | CopulaPrior | EmpiricalPrior:
    if kind == "uniform":
        uniforms = tuple(uniform_marginal(feature) for feature in schema.features)
        return IndependentPrior(schema, uniforms, class_shares=shares)
    if kind == "empirical":
        return EmpiricalPrior(schema, rows, bandwidth, class_shares=shares)
    marginals = tuple(_marginals(schema, rows, orders))
    if kind == "independent":
        return IndependentPrior(schema, marginals, class_shares=shares)
    correlation, notes = correlation_of_scores(schema, rows, orders)
    return CopulaPrior(schema, marginals, correlation, notes, shares)


def _by_class(
    schema: Schema,
    rows: Array,
    labels: Array,
    pooled: IndependentPrior | CopulaPrior | EmpiricalPrior,
    kind: FitKind,
    bandwidth: float | None,
    orders: Mapping[int, list[int]],
    shares: Mapping[Hashable, float],
) -> ClassPrior:
    """Return a prior of each class; one of few rows, or that lacks a column's values, has that of all rows."""
    of = {label: np.flatnonzero(labels == label) for label in shares}
    told = [k for k, own in of.items() if len(own) >= FEWEST and not np.isnan(rows[own]).all(axis=0).any()]
    tied = {}
    if kind == "copula":
        tied = dict(zip(told, shrunk_by_class(schema, [rows[of[label]] for label in told], orders), strict=True))
    parts: list[Prior] = []
    for label in shares:
        own = of[label]
        if label not in told:
            parts.append(replace(pooled, class_shares=None))
        elif kind == "empirical":
            parts.append(EmpiricalPrior(schema, rows[own], bandwidth))
        else:
            weights = np.full(len(rows), _PSEUDO / len(rows))
            weights[own] += 1.0
            missing = weights @ np.isnan(rows) / weights.sum()
            features = [replace(f, missing=float(m)) for f, m in zip(schema.features, missing, strict=True)]
            here = replace(schema, features=tuple(features))
            marginals = tuple(_marginals(schema, rows, orders, weights))
            if kind == "independent":
                parts.append(IndependentPrior(here, marginals))
            else:
                parts.append(CopulaPrior(here, marginals, *tied[label]))
    few = [str(label) for label in shares if label not in told]
    notes: tuple[Note, ...] = ()
    if few:
        text = f"too few rows of {listing(few)}: taken to be like all rows"
        notes = (Note(TAKEN_AS_ALL, text, classes=few),)
    return ClassPrior(tuple(parts), tuple(shares.values()), notes, shares, classes=tuple(shares))


def observed_categories(frame: pd.DataFrame, target: str | None) -> pd.DataFrame:
    """Return a sample whose features declare only the categories that its rows hold; others have probability zero."""
    columns = [frame.iloc[:, j] for j in range(frame.shape[1])]
    unused = [
        isinstance(column.dtype, pd.CategoricalDtype)
        and column.name != target
        and column.nunique() < len(column.cat.categories)
        for column in columns
    ]
    if not any(unused):
        return frame
    kept = [
        column.cat.remove_unused_categories() if drop else column for column, drop in zip(columns, unused, strict=True)
    ]
    return pd.concat(kept, axis=1)


def _check_present(schema: Schema, rows: Array) -> None:
    empty = [name for name, gone in zip(schema.names, np.isnan(rows).all(axis=0), strict=True) if gone]
    if empty:
        raise PriorError(f"the sample holds no values of {', '.join(empty)}; drop the columns or fill them")


def _class_shares(frame: pd.DataFrame, target: str | None, schema: Schema) -> dict[Hashable, float] | None:
    if target is None or target not in frame.columns or not schema.target.is_class:
        return None
    counts = frame[target].value_counts(normalize=True)
    return {label: float(counts.get(label, 0.0)) for label in schema.target.classes}


def _orders(schema: Schema, rows: Array) -> dict[int, list[int]]:
    """Return the order in which a latent meets the categories of each feature that has none of its own."""
    scores = normal_scores(schema, rows)
    return {j: order_of(rows[:, j], feature, scores) for j, feature in enumerate(schema.features) if nominal(feature)}


def _marginals(
    schema: Schema, rows: Array, orders: Mapping[int, list[int]], weights: Float[Array, " n"] | None = None
) -> list[Marginal]:
    out: list[Marginal] = []
    for j, feature in enumerate(schema.features):
        present = ~np.isnan(rows[:, j])
        values, own = rows[present, j], None if weights is None else weights[present]
        if feature.listed:
            counts = np.bincount(values.astype(np.int64), own, minlength=len(feature.categories))
            out.append(listed(counts.astype(np.float64), orders.get(j)))
        else:
            out.append(sample_marginal(values, integer=feature.kind == "integer", feature=feature.name, weights=own))
    return out
