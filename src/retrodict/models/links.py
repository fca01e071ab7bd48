"""From a model's scores to log-probabilities, exact where a probability would underflow."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.special import log_expit, logsumexp

Array = np.ndarray


def binary(scores: Float[Array, " n"]) -> Float[Array, "n 2"]:
    """Return ``log [1 - expit(f), expit(f)]`` of log-odds, shape (n,) -> (n, 2).

    Both columns share one ``log1p(exp(-|f|))``, which neither overflows nor cancels.
    """
    scores = np.asarray(scores, dtype=np.float64)
    out = np.empty((2, len(scores))).T  # by column: inference reads one class at a time
    tail = np.abs(scores)
    np.negative(tail, out=tail)
    np.exp(tail, out=tail)
    np.log1p(tail, out=tail)
    np.minimum(scores, 0.0, out=out[:, 1])
    np.minimum(-scores, 0.0, out=out[:, 0])
    out -= tail[:, None]
    return out


def softmax(scores: Float[Array, "n k"]) -> Float[Array, "n k"]:
    """Return ``log softmax(f)`` of each row."""
    out = np.array(scores.T, dtype=np.float64, order="C")  # by column: numpy reduces short rows slowly
    out -= out.max(axis=0)
    out -= np.log(np.exp(out).sum(axis=0))
    return out.T


def one_vs_rest(scores: Float[Array, "n k"]) -> Float[Array, "n k"]:
    """Return the log of ``expit(f)`` normalised over classes, as liblinear and SGD classifiers do."""
    each = log_expit(np.asarray(scores, dtype=np.float64))
    return each - logsumexp(each, axis=1, keepdims=True)


def two_columns_or_softmax(scores: Array) -> Float[Array, "n k"]:
    """Return log-probabilities of logits: shape (n,) or (n, 1) is binary log-odds, (n, k) a softmax."""
    if scores.ndim == 1:
        return binary(scores)
    return binary(scores[:, 0]) if scores.shape[1] == 1 else softmax(scores)


def log_of(proba: Float[Array, "n k"]) -> Float[Array, "n k"]:
    """Return the log of probabilities; an exact zero becomes -inf, on purpose and silently."""
    with np.errstate(divide="ignore"):
        return np.log(np.asarray(proba, dtype=np.float64))
