"""Log-probabilities of estimators that average or compare members, from those of the members.

Their own `predict_proba` adds probabilities that were rounded first: to 32 bits by most libraries of boosted trees,
which are zero or one beyond 17 log-odds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import logsumexp
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils import check_array

from retrodict.models.type_lookup import faithful_of_type

Array = np.ndarray

Score = Callable[[Any], Float[Array, "n k"]]
"""From an estimator's input of n rows to log-probabilities."""


def combined(estimator: Any, score_of: Callable[[Any], Score | None]) -> Score | None:
    """Return the log-probabilities of an estimator from those of its members.

    Parameters
    ----------
    estimator
        A fitted classifier.
    score_of
        From a member to its log-probabilities; ``None`` where they are no better than the logs of what it puts out.

    Returns
    -------
    callable or None
        ``None`` where the estimator has no such members, or one of them has nothing better.
    """
    make = faithful_of_type(type(estimator), _MADE)
    if make is None or not all(hasattr(member, "classes_") for member in estimator.estimators_):
        return None
    scores = [score_of(member) for member in estimator.estimators_]
    known = [score for score in scores if score is not None]
    return make(estimator, known) if len(known) == len(scores) else None


def _against_rest(estimator: OneVsRestClassifier, scores: Sequence[Score]) -> Score | None:
    if estimator.multilabel_:
        return None
    return scores[0] if len(estimator.classes_) == 2 else partial(_shared_out, scores)


def _shared_out(scores: Sequence[Score], X: Any) -> Float[Array, "n k"]:
    """Divide each class's probability against the rest by their sum."""
    alone = np.column_stack([score(X)[:, 1] for score in scores])
    return np.asarray(alone - logsumexp(alone, axis=1, keepdims=True))


def _voting(estimator: VotingClassifier, scores: Sequence[Score]) -> Score | None:
    if estimator.voting != "soft":
        return None
    weights = estimator._weights_not_none  # those of members that were dropped are left out
    return partial(_averaged, scores, np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64))


def _averaged(scores: Sequence[Score], weights: Float[Array, " m"], X: Any) -> Float[Array, "n k"]:
    each = np.stack([score(X) for score in scores])
    return np.asarray(logsumexp(each, axis=0, b=(weights / weights.sum())[:, None, None]))


def _bagged(estimator: BaggingClassifier, scores: Sequence[Score]) -> Score | None:
    whole = all(len(member.classes_) == len(estimator.classes_) for member in estimator.estimators_)
    chosen = [partial(_of_columns, *pair) for pair in zip(scores, estimator.estimators_features_, strict=True)]
    return partial(_of_matrix, partial(_averaged, chosen, np.ones(len(chosen)))) if whole else None


def _of_columns(score: Score, columns: Any, X: Any) -> Float[Array, "n k"]:
    return score(X[:, columns])


def _of_matrix(score: Score, X: Any) -> Float[Array, "n k"]:
    """Hand rows on as bagging does: without names."""
    return score(check_array(X, accept_sparse=["csr", "csc"], dtype=None, ensure_all_finite=False))


_MADE: dict[type, Callable[[Any, Sequence[Score]], Score | None]] = {
    OneVsRestClassifier: _against_rest,
    VotingClassifier: _voting,
    BaggingClassifier: _bagged,
}
