"""Quantile regression: how much surer the model is of a row than it is, as a rule, of other rows like it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict import threads, time_limit
from retrodict.evaluation.membership.asked import Asked, Known, Scores
from retrodict.evaluation.membership.folds import cross_fitted
from retrodict.evaluation.membership.signals import log_odds, of_values
from retrodict.families.sklearn.train import judges
from retrodict.models.noise import noise_of

Array = np.ndarray

NAME = "quantile regression"

_LONGEST = 250
"""Categories that the trees tell apart; those beyond in a longer list count as one."""
_BEYOND = 1.0
"""How far beyond the surest finite log-odds those stand that are infinite."""


def quantile_scores(asked: Asked, seed: np.random.SeedSequence) -> Iterator[Scores]:
    """Yield the attack that holds each row's signal against what is usual of such rows.

    Bertran et al., Scalable Membership Inference Attacks via Quantile Regression (2023): of rows that are no members
    it learns the distribution of the signal given features and true label. A row is the likelier a member, the higher
    the quantile of its own signal. The distribution is their Gaussian one: boosted trees of its mean, and of its mean
    distance from that. The signal is the log-odds of the true label; of a regressor the error, or the loss of other
    noise, of which the logarithm is taken. Trees are fitted to four fifths of the others, and the rest of these is
    judged by them beside a fifth of the members (`cross_fitted`).

    Parameters
    ----------
    asked
        Rows of both kinds.
    seed
        Of the parts.
    """
    started = time.perf_counter()
    signal, X, sizes = _signal(asked), *_given(asked)
    other = np.repeat([False, True], [len(asked.members), len(asked.others)])

    def fit(shown: Bool[Array, " n"]) -> Float[Array, " n"]:
        time_limit.check("the usual signal of all rows was learned")
        learned = np.flatnonzero(shown & other)
        if not len(learned):
            return np.zeros(len(other))
        mean = _fitted(X, signal, learned, sizes)
        off = np.abs(signal - mean)
        spread = _fitted(X, off, learned, sizes)
        return (signal - mean) / np.maximum(spread, _share(off[learned]))

    members, others = cross_fitted(asked, fit, np.random.default_rng(seed))
    yield Scores(NAME, "by_query", members, others, seconds=time.perf_counter() - started)


def _share(off: Float[Array, " n"]) -> float:
    """Return the least distance from the mean that is held to be usual: a tenth of that of all rows."""
    return max(0.1 * float(off.mean()), 1e-12)


def _fitted(X: Array, y: Array, learned: Int[Array, " k"], sizes: Array) -> Float[Array, " n"]:
    X = np.where(np.isnan(X[learned]).all(axis=0), 0.0, X)  # the library makes no bins of a column without values
    trees = judges.usual_value(sizes, len(learned))
    with threads.fitting(len(learned), X.shape[1]):
        trees.fit(X[learned], y[learned])
    with threads.asking(*X.shape):
        return np.asarray(trees.predict(X), dtype=np.float64)


def _signal(asked: Asked) -> Float[Array, " n"]:
    """Return one finite number a row, members first."""
    sides = (asked.members, asked.others)
    found = np.concatenate([_of_labels(one) if asked.labels else _of_values(asked, one) for one in sides])
    finite = found[np.isfinite(found)]
    if not len(finite):
        return np.sign(found)
    return np.clip(found, finite.min() - _BEYOND, finite.max() + _BEYOND)


def _of_labels(one: Known) -> Float[Array, " n"]:
    return log_odds(one.output, one.rows.y.astype(np.intp))


def _of_values(asked: Asked, one: Known) -> Float[Array, " n"]:
    told = of_values(one.output, one.rows.y, noise_of(asked.base.meter.model))
    with np.errstate(divide="ignore"):
        return -np.log(-told.get("loss", told["absolute error"]))


def _given(asked: Asked) -> tuple[Float[Array, "n d"], Int[Array, " d"]]:
    """Return features and true label, members first, and the number of categories of each column; 0 for a number."""
    columns = asked.inputs.layout.columns
    rows = [np.column_stack([side.X, side.y]) for side in (asked.members.rows, asked.others.rows)]
    sizes = np.array([len(column.categories) if column.listed else 0 for column in columns])
    X = np.concatenate(rows)
    return np.where(sizes > 0, np.minimum(X, _LONGEST), X), sizes
