"""Rows of a sample as normal scores: the latents of a copula, and how they are correlated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.special import ndtri
from scipy.stats import rankdata

from retrodict.priors.hermite import HermiteSeries, hermite_series, latent_for, pearson_polynomial
from retrodict.priors.marginals import Discrete, Normal
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema

Array = np.ndarray

_STRONGEST = 0.999  # latent correlation that a sample is trusted with


def nominal(feature: Feature) -> bool:
    """Return whether a feature's values have no order."""
    return feature.kind == "categorical" and len(feature.categories) > 2


def normal_scores(schema: Schema, rows: Array) -> Float[Array, "n p"]:
    """Return standardised mid-rank normal scores of every feature that has an order; missing ones are 0."""
    columns = [_scores(rows[:, j]) for j, feature in enumerate(schema.features) if not nominal(feature)]
    return np.column_stack(columns) if columns else np.empty((len(rows), 0))


def _scores(column: Array) -> Float[Array, " n"]:
    present = ~np.isnan(column)
    out = np.zeros(len(column))
    scores = ndtri((rankdata(column[present]) - 0.5) / present.sum())
    sd = scores.std()
    out[present] = (scores - scores.mean()) / (sd if sd > 0 else 1.0)
    return out


def order_of(column: Array, feature: Feature, scores: Float[Array, "n p"]) -> list[int]:
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


def ranked_scores(rows: Float[Array, "n d"], orders: Mapping[int, list[int]]) -> Float[Array, "n d"]:
    """Return mid-rank normal scores of every feature, NaN where missing.

    Parameters
    ----------
    rows
        In the schema's encoding.
    orders
        Of features that have no order, that of their categories.
    """
    ranked = rows.copy()
    for j, order in orders.items():
        place = np.empty(len(order))
        place[order] = np.arange(len(order))
        present = ~np.isnan(rows[:, j])
        ranked[present, j] = place[rows[present, j].astype(np.int64)]
    scores = np.full_like(ranked, np.nan)
    for j in range(ranked.shape[1]):
        present = ~np.isnan(ranked[:, j])
        scores[present, j] = ndtri((rankdata(ranked[present, j]) - 0.5) / present.sum())
    return scores


def correlation_of_scores(
    schema: Schema, rows: Array, orders: Mapping[int, list[int]]
) -> tuple[Float[Array, "d d"], tuple[Note, ...]]:
    """Return the latents' correlation: that of the normal scores, corrected for the ties of listed values.

    Ties weaken the correlation of scores; what the latents must have is solved for, as for Pearson correlations.
    """
    scores = ranked_scores(rows, orders)
    series = [_tied_series(column[~np.isnan(column)]) for column in scores.T]
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
