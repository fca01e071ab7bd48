"""Gradients of scikit-learn's smooth models with respect to their inputs, through their own weights.

Linear models, LDA and multilayer perceptrons, behind scalers that act on each column by itself. What is returned is a
function that gives the outputs, with a function that takes a weight for each output back to the inputs: one forward and
one backward pass, whatever the number of outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import expit
from sklearn import linear_model, preprocessing
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline

from retrodict.models import links
from retrodict.models.contract import Gradient, PullBack
from retrodict.models.type_lookup import faithful_of_type

Array = np.ndarray

Scores = Callable[[Array], tuple[Array, PullBack]]
"""From inputs to scores of shape (n, q), with the way back."""


def gradient_of(estimator: Any, classifier: bool) -> Gradient | None:
    """Return an estimator's outputs with their way back; ``None`` where it is not known to be smooth.

    Parameters
    ----------
    estimator
        A fitted estimator, or a pipeline of scalers and one.
    classifier
        Whether its outputs are ``log p(y|x)``, shape (n, k), or predicted means, shape (n,).
    """
    steps = [step for _, step in estimator.steps] if type(estimator) is Pipeline else [estimator]
    scale, offset = 1.0, 0.0
    for step in steps[:-1]:
        affine = (1.0, 0.0) if step in (None, "passthrough") else _affine(step)
        if affine is None:
            return None
        scale, offset = scale * affine[0], offset * affine[0] + affine[1]
    last = steps[-1]
    found = faithful_of_type(type(last), _SCORES)
    scores = None if found is None else found(last)
    if scores is None or (not classifier and getattr(last, "n_outputs_", 1) != 1):
        return None

    def gradient(X: Float[Array, "n d"]) -> tuple[Array, PullBack]:
        values, back = scores(np.asarray(X, dtype=np.float64) * scale + offset)
        if not classifier:
            return values[:, 0], lambda weight: back(weight[:, None]) * scale
        out = links.two_columns_or_softmax(values)
        return out, lambda weight: back(_through_link(weight, out, values.shape[1])) * scale

    return gradient


def _through_link(weight: Array, out: Array, scores: int) -> Array:
    """Return what weights of log-probabilities are as weights of scores."""
    left = weight - np.exp(out) * weight.sum(axis=1, keepdims=True)
    return left[:, 1:] if scores == 1 else left


def _affine(step: Any) -> tuple[Any, Any] | None:
    """Return scale and offset of a scaler that acts on each column by itself; ``None`` of any other step."""
    known = faithful_of_type(type(step), _SCALERS)
    return None if known is None else known(step)


def _standard(step: Any) -> tuple[Any, Any]:
    scale = 1.0 if step.scale_ is None else 1.0 / step.scale_
    return scale, -(step.mean_ if step.with_mean else 0.0) * scale


def _robust(step: Any) -> tuple[Any, Any]:
    scale = 1.0 if step.scale_ is None else 1.0 / step.scale_
    return scale, -(0.0 if step.center_ is None else step.center_) * scale


def _min_max(step: Any) -> tuple[Any, Any] | None:
    return None if step.clip else (step.scale_, step.min_)


def _max_abs(step: Any) -> tuple[Any, Any] | None:
    return None if getattr(step, "clip", False) else (1.0 / step.scale_, 0.0)


_SCALERS: dict[type, Callable[[Any], tuple[Any, Any] | None]] = {
    preprocessing.StandardScaler: _standard,
    preprocessing.MinMaxScaler: _min_max,
    preprocessing.MaxAbsScaler: _max_abs,
    preprocessing.RobustScaler: _robust,
}


def _linear(estimator: Any) -> Scores | None:
    weights = np.atleast_2d(estimator.coef_)
    bias = np.broadcast_to(np.ravel(estimator.intercept_), len(weights))
    return lambda X: (X @ weights.T + bias, lambda weight: weight @ weights)


def _logistic(estimator: Any) -> Scores | None:
    """Releases that could be told to be one-vs-rest, or a softmax of two opposite scores, have no way back here."""
    return None if getattr(estimator, "multi_class", None) in {"ovr", "multinomial"} else _linear(estimator)


def _perceptron(estimator: Any) -> Scores | None:
    several = estimator.n_outputs_ > 1 and estimator.out_activation_ != "softmax"
    if several or estimator.out_activation_ not in {"identity", "logistic", "softmax"}:
        return None
    activate, slope = _ACTIVATIONS[estimator.activation]
    last = len(estimator.coefs_) - 1

    def scores(X: Array) -> tuple[Array, PullBack]:
        hidden, kept = X, []
        for layer, (weights, bias) in enumerate(zip(estimator.coefs_, estimator.intercepts_, strict=True)):
            hidden = hidden @ weights + bias
            if layer < last:
                hidden = activate(hidden)
                kept.append(hidden)

        def back(weight: Array) -> Array:
            for layer in range(last, -1, -1):
                weight = weight @ estimator.coefs_[layer].T
                if layer:
                    weight = weight * slope(kept[layer - 1])
            return weight

        return hidden, back

    return scores


_ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "relu": (lambda a: np.maximum(a, 0.0), lambda h: (h > 0).astype(np.float64)),
    "tanh": (np.tanh, lambda h: 1.0 - h**2),
    "logistic": (expit, lambda h: h * (1.0 - h)),
    "identity": (lambda a: a, np.ones_like),
}
"""An activation, and its slope by its own value."""

_REGRESSORS = (
    *(linear_model.LinearRegression, linear_model.Ridge, linear_model.RidgeCV, linear_model.Lasso),
    *(linear_model.LassoCV, linear_model.ElasticNet, linear_model.ElasticNetCV, linear_model.BayesianRidge),
    *(linear_model.ARDRegression, linear_model.HuberRegressor, linear_model.SGDRegressor),
)

_SCORES: dict[type, Callable[[Any], Scores | None]] = {
    **dict.fromkeys(_REGRESSORS, _linear),
    **dict.fromkeys((linear_model.LogisticRegression, linear_model.LogisticRegressionCV), _logistic),
    LinearDiscriminantAnalysis: _linear,
    **dict.fromkeys((MLPClassifier, MLPRegressor), _perceptron),
}
"""Scores by the family of an estimator: linear ones whose link, if any, is the softmax (or log-odds) of them."""
