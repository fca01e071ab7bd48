"""Priors and models of a world fitted to a table: what is assumed of a truth that is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from retrodict import threads
from retrodict.errors import RequestError
from retrodict.theory.posteriors import joint

Array = np.ndarray

Grid = Int[Array, "n d"]
"""The bin of each feature in each state."""


def prior_of(kind: str, grid: Grid, p_x: Float[Array, " n"]) -> Float[Array, " n"]:
    """Return an assumed prior over the states.

    Parameters
    ----------
    kind
        `independent`, the truth's own margins multiplied, as from a table of characteristics; `uniform` over all
        states; or `true`.
    grid, p_x
        The states, and their true probabilities.

    Raises
    ------
    RequestError
        If no prior has the name.
    """
    if kind == "independent":
        product = np.prod([_margin(grid[:, j], p_x)[grid[:, j]] for j in range(grid.shape[1])], axis=0)
        return product / product.sum()
    if kind == "uniform":
        return np.full(len(p_x), 1 / len(p_x))
    if kind == "true":
        return p_x
    raise RequestError(f"unknown prior '{kind}' of a table's world; use independent, uniform or true")


def model_of(kind: str, grid: Grid, p_x: Array, p_y_given_x: Float[Array, "n k"]) -> Float[Array, "n k"]:
    """Return a model fitted to the truth itself, as if to infinitely many rows: its error is its form alone.

    Parameters
    ----------
    kind
        `logistic` (one weight a bin and class), `naive_bayes`, `tree` (16 leaves), `shares` (class shares whatever the
        state), or `true`.
    grid, p_x, p_y_given_x
        The states, and the truth.

    Raises
    ------
    RequestError
        If no model has the name.
    """
    if kind not in MODELS:
        raise RequestError(f"unknown model '{kind}' of a table's world; use one of {', '.join(MODELS)}")
    return MODELS[kind](grid, p_x, p_y_given_x)


def _naive_bayes(grid: Grid, p_x: Array, p_y: Array) -> Array:
    together = joint(p_x, p_y)
    shares = together.sum(axis=0)
    logs = np.log(shares)[None, :].repeat(len(grid), axis=0)
    for j in range(grid.shape[1]):
        logs += np.log(np.stack([_margin(grid[:, j], of_class) for of_class in together.T], axis=1) / shares)[
            grid[:, j]
        ]
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def _logistic(grid: Grid, p_x: Array, p_y: Array) -> Array:
    from retrodict.families.sklearn.train.examples import unpenalised_logistic

    columns = [np.eye(grid[:, j].max() + 1)[grid[:, j]][:, 1:] for j in range(grid.shape[1])]
    X = np.hstack(columns)
    return _fitted(unpenalised_logistic(), X, p_x, p_y)


def _tree(grid: Grid, p_x: Array, p_y: Array) -> Array:
    from retrodict.families.sklearn.train.examples import small_tree

    return _fitted(small_tree(), grid, p_x, p_y)


def _fitted(estimator: object, X: Array, p_x: Array, p_y: Array) -> Array:
    n, k = p_y.shape
    rows, labels = np.repeat(X, k, axis=0), np.tile(np.arange(k), n)
    weights = joint(p_x, p_y).ravel() * n  # mean weight near one: what solvers' tolerances are made for
    with threads.fitting(*rows.shape):
        return estimator.fit(rows, labels, sample_weight=weights).predict_proba(X)  # type: ignore[attr-defined]


def _margin(codes: Array, weights: Array) -> Array:
    return np.bincount(codes, weights=weights)


MODELS: dict[str, Callable[[Grid, Array, Array], Array]] = {
    "logistic": _logistic,
    "naive_bayes": _naive_bayes,
    "tree": _tree,
    "shares": lambda grid, p_x, p_y: np.broadcast_to(p_x @ p_y, p_y.shape),
    "true": lambda grid, p_x, p_y: p_y,
}
