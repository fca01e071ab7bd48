"""Log-probabilities of scikit-learn families that have logits, from the logits themselves.

Their own ``predict_log_proba`` takes the log of a probability that has already underflowed (or was clipped); the scores
before the last step still hold it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.sparse import issparse
from scipy.special import expit
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, SGDClassifier
from sklearn.neural_network import MLPClassifier

from retrodict.models import links
from retrodict.models.type_lookup import faithful_of_type

Array = np.ndarray

Score = Callable[[Any, Any], Float[Array, "n k"]]


def plain(estimator: Any, X: Any) -> Float[Array, "n k"]:
    """Logits as `decision_function` gives them: log-odds, or one score a class for a softmax."""
    return links.two_columns_or_softmax(estimator.decision_function(X))


def _one_vs_rest(estimator: Any, X: Any) -> Float[Array, "n k"]:
    scores = estimator.decision_function(X)
    return links.binary(scores) if scores.ndim == 1 else links.one_vs_rest(scores)


def _doubled(estimator: Any, X: Any) -> Float[Array, "n k"]:
    return links.binary(2.0 * estimator.decision_function(X))


def _perceptron_layers(estimator: Any, X: Any) -> Float[Array, "n k"]:
    """Forward pass up to, not through, the output activation."""
    hidden = X if issparse(X) else np.asarray(X, dtype=np.float64)
    last = len(estimator.coefs_) - 1
    activate = _ACTIVATIONS[estimator.activation]
    for layer, (weights, bias) in enumerate(zip(estimator.coefs_, estimator.intercepts_, strict=True)):
        hidden = hidden @ weights
        hidden += bias
        if layer < last:
            activate(hidden)
    return links.two_columns_or_softmax(hidden)


def _relu(values: Array) -> None:
    np.maximum(values, 0.0, out=values)


def _tanh(values: Array) -> None:
    np.tanh(values, out=values)


def _logistic(values: Array) -> None:
    expit(values, out=values)


def _identity(values: Array) -> None:
    del values


_ACTIVATIONS: dict[str, Callable[[Array], None]] = {
    "relu": _relu,
    "tanh": _tanh,
    "logistic": _logistic,
    "identity": _identity,
}


def _logistic_regression(estimator: Any) -> Score:
    """Older scikit-learn has a `multi_class` parameter that decides between softmax and one-vs-rest."""
    mode = estimator.get_params(deep=False).get("multi_class")
    few = len(estimator.classes_) <= 2
    if mode == "multinomial" and few:
        return _doubled  # softmax of (-f, f)
    if mode == "ovr" or (mode is not None and mode != "multinomial" and estimator.solver == "liblinear"):
        return _one_vs_rest
    return plain


def _sgd(estimator: Any) -> Score | None:
    return _one_vs_rest if estimator.loss == "log_loss" else None


def _gradient_boosting(estimator: Any) -> Score:
    return _doubled if estimator.loss == "exponential" else plain


def _always_plain(estimator: Any) -> Score:
    del estimator
    return plain


def _perceptron(estimator: Any) -> Score | None:
    multilabel = estimator.out_activation_ == "logistic" and estimator.n_outputs_ > 1
    return None if multilabel else _perceptron_layers


_LOGITS: dict[type, Callable[[Any], Score | None]] = {
    LogisticRegression: _logistic_regression,
    LogisticRegressionCV: _logistic_regression,
    SGDClassifier: _sgd,
    LinearDiscriminantAnalysis: _always_plain,
    QuadraticDiscriminantAnalysis: _always_plain,
    MLPClassifier: _perceptron,
    GradientBoostingClassifier: _gradient_boosting,
    HistGradientBoostingClassifier: _always_plain,
}


def logits_score(estimator: Any) -> Score | None:
    """Return the function from (estimator, X) to log-probabilities, or ``None`` where the family has no logits.

    A subclass counts as its family where it overrides nothing; else it may have changed what its probabilities are.
    """
    choose = faithful_of_type(type(estimator), _LOGITS)
    return None if choose is None else choose(estimator)
