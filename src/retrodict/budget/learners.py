"""The classifiers that the estimates rest on, by name, all with one face: fit codes, answer log-probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict import threads, time_limit
from retrodict.budget.design import Design
from retrodict.errors import RequestError
from retrodict.families.sklearn.train import judges

Array = np.ndarray
Predict = Callable[[Array], Array]

RATIO_LEARNERS = ("curves", "pairs", "boosting")
"""By default for density ratios: logistic regression on squares, on products, and boosted trees."""

ENVELOPE_LEARNERS = ("curves", "pairs", "boosting", "forest")
"""By default for the lower envelope of the model's loss."""

_FLOOR = np.log(1e-6)


def check_learners(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of learners.

    Raises
    ------
    RequestError
        If one is unknown, or there is none.
    """
    odd = [name for name in names if name not in ENVELOPE_LEARNERS]
    if odd or not names:
        raise RequestError(f"learners must be some of {', '.join(ENVELOPE_LEARNERS)}, got {', '.join(odd) or 'none'}")
    return tuple(names)


def fit_learner(
    name: str, X: Float[Array, "n d"], y: Int[Array, " n"], k: int, sizes: Int[Array, " d"], seed: int
) -> Predict:
    """Fit one classifier and return its log-probabilities as a function of rows.

    Parameters
    ----------
    name
        One of `ENVELOPE_LEARNERS`.
    X, y
        Encoded rows, shape (n, d), and class codes in 0..k-1; a class may be absent.
    k
        Number of classes.
    sizes
        Categories of each feature, 0 for a number.
    seed
        Of what is random in it.

    Returns
    -------
    callable
        Rows (n, d) to log-probabilities (n, k), each at least log(1e-6) before they are made to sum to one.

    Raises
    ------
    TimeLimitError
        If the time limit was reached.
    """
    time_limit.check("all of the budget's classifiers were fitted")
    design = Design.of(X, sizes)
    present = np.unique(y)
    if len(present) == 1:
        return lambda rows: _spread(np.zeros((len(rows), 1)), present, k)
    matrix: Callable[[Array], Array] = {"curves": design.curves, "pairs": design.pairs}.get(name, design.curves)
    if name == "boosting":
        matrix = _codes(sizes)
    estimator = _estimator(name, sizes, seed)
    seen = matrix(X)
    with threads.fitting(*seen.shape):
        estimator.fit(seen, y)

    def predict(rows: Float[Array, "n d"]) -> Float[Array, "n k"]:
        asked = matrix(rows)
        with threads.asking(*asked.shape):
            p = estimator.predict_proba(asked)
        return _spread(np.log(np.maximum(p, 1e-300)), present, k)

    return predict


def _estimator(name: str, sizes: Array, seed: int) -> Any:
    if name == "boosting":
        return judges.boosting(sizes, seed)
    if name == "forest":
        return judges.forest(seed)
    return judges.scaled_line({"curves": 1.0, "pairs": 0.1}[name])


def _codes(sizes: Array) -> Callable[[Array], Array]:
    """Return rows as boosting takes them: a list that is too long for its bins is cut at its end."""
    return lambda X: np.where(sizes > 0, np.minimum(X, 250.0), X)


def _spread(log_p: Array, present: Array, k: int) -> Array:
    out = np.full((len(log_p), k), _FLOOR)
    out[:, present] = np.maximum(log_p, _FLOOR)
    return out - np.log(np.exp(out).sum(axis=1, keepdims=True))
