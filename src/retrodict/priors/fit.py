"""A prior from a public sample of the same features."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Literal, get_args

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.special import ndtri
from scipy.stats import rankdata

from retrodict.errors import PriorError, SchemaError
from retrodict.priors.copula import CopulaPrior
from retrodict.priors.empirical import EmpiricalPrior
from retrodict.priors.hermite import HermiteSeries, hermite_series, latent_for, pearson_polynomial
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.marginals import Discrete, Marginal, Normal, listed, sample_marginal
from retrodict.priors.uniform import uniform_marginal
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema

Array = np.ndarray

FitKind = Literal["uniform", "independent", "copula", "empirical"]
FittedPrior = IndependentPrior | CopulaPrior | EmpiricalPrior

_STRONGEST = 0.999  # latent correlation that a sample is trusted with


def fit_prior(
    frame: pd.DataFrame,
    kind: FitKind = "copula",
    *,
    target: str | None = None,
    schema: Schema | None = None,
    bandwidth: float | None = None,
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

    Returns
    -------
    Prior
        Over the frame's columns other than `target`, with bounds at the sample's ranges and the categories that its
        rows hold, unless the schema says more.

    Raises
    ------
    PriorError
        If the kind is unknown, or the frame has no or one row, a column without values or with infinite ones.
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
    if kind == "uniform":
        uniforms = tuple(uniform_marginal(feature) for feature in known.features)
        return IndependentPrior(known, uniforms, class_shares=shares)
    if kind == "empirical":
        return EmpiricalPrior(known, rows, bandwidth, class_shares=shares)
    if kind == "independent":
        return IndependentPrior(known, tuple(_marginals(known, rows)), class_shares=shares)
    scores = _normal_scores(known, rows)
    orders = {j: _order(rows[:, j], feature, scores) for j, feature in enumerate(known.features) if _nominal(feature)}
    marginals = _marginals(known, rows, orders.get)
    correlation, notes = _latent_correlation(known, rows, orders)
    return CopulaPrior(known, tuple(marginals), correlation, notes, shares)


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


def _nominal(feature: Feature) -> bool:
    return feature.kind == "categorical" and len(feature.categories) > 2


def _marginals(
    schema: Schema, rows: Array, order: Callable[[int], list[int] | None] = lambda _: None
) -> list[Marginal]:
    out: list[Marginal] = []
    for j, feature in enumerate(schema.features):
        present = rows[~np.isnan(rows[:, j]), j]
        if feature.listed:
            counts = np.bincount(present.astype(np.int64), minlength=len(feature.categories))
            out.append(listed(counts.astype(np.float64), order(j)))
        else:
            out.append(sample_marginal(present, integer=feature.kind == "integer", feature=feature.name))
    return out


def _normal_scores(schema: Schema, rows: Array) -> Float[Array, "n p"]:
    """Return standardised mid-rank normal scores of every feature that has an order; missing ones are 0."""
    columns = [_scores(rows[:, j]) for j, feature in enumerate(schema.features) if not _nominal(feature)]
    return np.column_stack(columns) if columns else np.empty((len(rows), 0))


def _scores(column: Array) -> Float[Array, " n"]:
    present = ~np.isnan(column)
    out = np.zeros(len(column))
    scores = ndtri((rankdata(column[present]) - 0.5) / present.sum())
    sd = scores.std()
    out[present] = (scores - scores.mean()) / (sd if sd > 0 else 1.0)
    return out


def _order(column: Array, feature: Feature, scores: Float[Array, "n p"]) -> list[int]:
    """Return a nominal feature's categories by their mean along the first principal component of the scores.

    Nominal categories have no order, but a latent needs one: this keeps most of how they go with the numbers.
    """
    k = len(feature.categories)
    if not scores.shape[1]:
        return list(range(k))
    axis = np.linalg.eigh(scores.T @ scores)[1][:, -1]
    along = scores @ (axis * np.sign(axis[np.abs(axis).argmax()]))
    means = [float(along[column == c].mean()) if (column == c).any() else 0.0 for c in range(k)]
    return sorted(range(k), key=lambda c: (means[c], c))


def _latent_correlation(
    schema: Schema, rows: Array, orders: dict[int, list[int]]
) -> tuple[Float[Array, "d d"], tuple[Note, ...]]:
    """Return the latents' correlation: that of the normal scores, corrected for the ties of listed values.

    Ties weaken the correlation of scores; what the latents must have is solved for, as for Pearson correlations.
    """
    ranked = rows.copy()
    for j, order in orders.items():
        place = np.empty(len(order))
        place[order] = np.arange(len(order))
        present = ~np.isnan(rows[:, j])
        ranked[present, j] = place[rows[present, j].astype(np.int64)]
    scores = np.full_like(ranked, np.nan)
    series: list[HermiteSeries | None] = []
    for j in range(ranked.shape[1]):
        present = ~np.isnan(ranked[:, j])
        scores[present, j] = ndtri((rankdata(ranked[present, j]) - 0.5) / present.sum())
        series.append(_tied_series(scores[present, j]))
    # Pandas correlates over the rows in which both values are present; fewer than three say nothing.
    pairwise = pd.DataFrame(scores).corr(min_periods=3).to_numpy()
    out = np.eye(len(schema))
    unknown = []
    for i in range(len(schema)):
        for j in range(i):
            first, second = series[i], series[j]
            if first is None or second is None:
                continue  # a constant goes with nothing
            if np.isnan(pairwise[i, j]):
                unknown.append(f"'{schema.names[j]}' and '{schema.names[i]}'")
                continue
            untied = isinstance(first.marginal, Normal) and isinstance(second.marginal, Normal)
            value = pairwise[i, j] if untied else latent_for(pairwise[i, j], pearson_polynomial(first, second))
            out[i, j] = out[j, i] = np.clip(value, -_STRONGEST, _STRONGEST)
    text = f"too few rows hold both of {', '.join(unknown[:5])}{', ...' * (len(unknown) > 5)}: taken as unrelated"
    return out, (Note("taken_as_unrelated", text, pairs=unknown),) if unknown else ()


def _tied_series(scores: Float[Array, " n"]) -> HermiteSeries | None:
    """Return the series of a column of scores as a step function of its latent; ``None`` for a constant."""
    distinct, counts = np.unique(scores, return_counts=True)
    if len(distinct) == 1:
        return None
    # A column with hardly any ties is its latent: the steps are too many and too small to matter.
    smooth = counts.max() <= max(2, 0.01 * len(scores))
    return hermite_series(Normal(0.0, 1.0) if smooth else Discrete(distinct, counts.astype(np.float64)))
