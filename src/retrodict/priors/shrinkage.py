"""Correlations by class from few rows each, shrunken as far as rows that are held out are then likeliest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from jaxtyping import Float
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from retrodict.priors.repair import repaired
from retrodict.priors.scores import correlation_of_scores, ranked_scores
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

_FOLDS = 5
_OWN = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Weights of a class's own correlations beside those that classes share."""
_NONE = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
"""Weights of no correlation at all."""


def shrunk_by_class(
    schema: Schema, rows: Sequence[Float[Array, "n d"]], orders: Mapping[int, list[int]]
) -> list[tuple[Float[Array, "d d"], tuple[Note, ...]]]:
    """Return the latents' correlation in each class, with notes of what could not be told.

    ``(1 - b) ((1 - a) S + a R) + b I``, where R is the class's own and S the mean of the classes' by their rows: a and
    b are those under which the normal scores of rows that are held out, a fifth at a time, are likeliest in all classes
    together (Friedman 1989, "Regularized Discriminant Analysis", doi:10.1080/01621459.1989.10478752).

    Parameters
    ----------
    schema
        The features.
    rows
        Of each class, in the schema's encoding.
    orders
        Of features that have no order, that of their categories.
    """
    scores = [standard(ranked_scores(own, orders)) for own in rows]
    own_weight, none_weight = weights_by_class(scores)
    found = [correlation_of_scores(schema, own, orders) for own in rows]
    matrices = mixed([matrix for matrix, _ in found], [len(own) for own in rows], own_weight, none_weight)
    out = []
    for matrix, (_, notes) in zip(matrices, found, strict=True):
        # Of ties the correlations are corrected pair by pair, which may contradict one another.
        out.append((repaired(matrix, schema.names)[0], notes))
    return out


def standard(scores: Float[Array, "n d"]) -> Float[Array, "n d"]:
    """Return scores of mean 0 and variance 1 in each column, missing and constant ones 0."""
    present = ~np.isnan(scores)
    count = np.maximum(present.sum(axis=0), 1)
    centred = np.where(present, scores - np.where(present, scores, 0.0).sum(axis=0) / count, 0.0)
    sd = np.sqrt((centred**2).sum(axis=0) / count)
    return np.asarray(centred / np.where(sd > 0, sd, 1.0))


def mixed(
    own: Sequence[Float[Array, "d d"]], sizes: Sequence[int], own_weight: float, none_weight: float
) -> list[Float[Array, "d d"]]:
    """Return the correlations of classes of these sizes, shrunken by the weights a and b of `shrunk_by_class`."""
    shared = np.average(own, axis=0, weights=sizes) if len(own) else np.empty((0, 0))
    eye = np.eye(len(shared))
    return [
        (1.0 - none_weight) * ((1.0 - own_weight) * shared + own_weight * matrix) + none_weight * eye for matrix in own
    ]


def weights_by_class(scores: Sequence[Float[Array, "n d"]]) -> tuple[float, float]:
    """Return a and b of `shrunk_by_class`, under which held-out rows are likeliest.

    Parameters
    ----------
    scores
        Of each class, as `standard` makes them.
    """
    total = dict.fromkeys(product(_OWN if len(scores) > 1 else (1.0,), _NONE), 0.0)
    for fold in range(_FOLDS):
        known = [np.delete(own, np.s_[fold::_FOLDS], axis=0) for own in scores]
        held = [own[fold::_FOLDS] for own in scores]
        own = [_correlation(one) for one in known]
        for weights in total:
            shrunken = mixed(own, [len(one) for one in known], *weights)
            total[weights] += sum(_log_density(one, matrix) for one, matrix in zip(held, shrunken, strict=True))
    return max(total, key=lambda weights: total[weights])


def _correlation(scores: Array) -> Array:
    """Return the correlation of columns; of a constant one it is none."""
    out = standard(scores).T @ standard(scores) / len(scores)
    np.fill_diagonal(out, 1.0)
    return np.asarray(out)


def _log_density(rows: Array, correlation: Array) -> float:
    """Return the normal log-density of rows, but for a constant; of a correlation that has none, -inf."""
    try:
        factor = cho_factor(correlation)
    except LinAlgError:
        return -np.inf
    determinant = 2.0 * np.log(np.diag(factor[0])).sum()
    return float(-0.5 * (rows * cho_solve(factor, rows.T).T).sum() - 0.5 * len(rows) * determinant)
