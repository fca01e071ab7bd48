"""The likelihood ``log p(y|x)`` of any fitted scikit-learn classifier, by the most exact route it offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB

from retrodict.families.assumed import Assumptions
from retrodict.families.sklearn.model.forest import ForestOutputs, plain_forest
from retrodict.families.sklearn.model.logits import logits_score
from retrodict.families.sklearn.model.mixtures import Score, combined
from retrodict.families.sklearn.structure.delegates import delegate_of
from retrodict.families.sklearn.structure.guests import log_proba_of_guest
from retrodict.models import links
from retrodict.models.type_lookup import faithful_of_type

Array = np.ndarray


@dataclass(frozen=True)
class Route:
    """One way from model input to ``log p(y|x)``.

    Parameters
    ----------
    score
        From the estimator's input of n rows to (n, k) log-probabilities.
    name
        The route in words.
    margins
        Where the link is assumed: from the input to the scores that it is applied to.
    labels
        Where only labels are given: from the input to the indices of predicted classes, shape (n,).
    """

    score: Callable[[Any], Float[Array, "n k"]]
    name: str
    margins: Callable[[Any], Array] | None = None
    labels: Callable[[Any], Array] | None = None


_EXACT_LOGS = dict.fromkeys((GaussianNB, MultinomialNB, ComplementNB, BernoulliNB, CategoricalNB), True)
"""Families whose `predict_log_proba` never leaves the log domain."""


_BY_OUTPUT = "exact (predict_proba)"


def route_of(estimator: Any, assumed: Assumptions) -> Route:
    """Return the most exact route to ``log p(y|x)``: logits, log-probabilities, probabilities, margins, labels.

    Parameters
    ----------
    estimator
        A fitted classifier.
    assumed
        The link and error rate, for models without probabilities.
    """
    if len(estimator.classes_) == 1:
        return Route(_certain, "exact (a single class)")
    delegate = delegate_of(estimator)
    if delegate is not None:
        inner = route_of(delegate.estimator, assumed)
        return inner if delegate.reach is None else _after(delegate.reach, inner)
    guest = log_proba_of_guest(estimator)
    if guest is not None:
        return Route(guest, "exact (margins)")
    members = combined(estimator, partial(_better_than_its_output, assumed))
    if members is not None:
        return Route(members, "exact (members' logits)")
    score = logits_score(estimator)
    if score is not None:
        return Route(partial(score, estimator), "exact (logits)")
    if faithful_of_type(type(estimator), _EXACT_LOGS):
        return Route(estimator.predict_log_proba, "exact (predict_log_proba)")
    if hasattr(estimator, "predict_proba"):
        own = estimator.predict_proba
        return Route(partial(_log_proba, ForestOutputs(estimator, own) if plain_forest(estimator) else own), _BY_OUTPUT)
    # one score a *pair* of classes says nothing of one class
    pairs = getattr(estimator, "decision_function_shape", "ovr") == "ovo" and len(estimator.classes_) > 2
    if hasattr(estimator, "decision_function") and not pairs:
        return _linked(estimator, assumed.link_slope)
    labels = partial(_label_index, estimator)
    score_labels = partial(_error_rate, labels, len(estimator.classes_), assumed.error_rate)
    return Route(score_labels, f"hard label, error rate {assumed.error_rate:g}", labels=labels)


def _better_than_its_output(assumed: Assumptions, member: Any) -> Score | None:
    """Return a member's log-probabilities, where they are more than the logs of the probabilities that it puts out."""
    route = route_of(member, assumed)
    plain = route.name == _BY_OUTPUT or route.margins is not None or route.labels is not None
    return None if plain else route.score


def _after(transform: Callable[[Any], Any], inner: Route) -> Route:
    def then(function: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
        return None if function is None else partial(_chain, transform, function)

    return Route(partial(_chain, transform, inner.score), inner.name, then(inner.margins), then(inner.labels))


def _chain(first: Callable[[Any], Any], then: Callable[[Any], Any], X: Any) -> Any:
    return then(first(X))


def _certain(X: Any) -> Float[Array, "n 1"]:
    return np.zeros((X.shape[0], 1))


def _log_proba(proba: Callable[[Any], Array], X: Any) -> Float[Array, "n k"]:
    return links.log_of(proba(X))


def _linked(estimator: Any, slope: float) -> Route:
    link = "expit" if len(estimator.classes_) == 2 else "softmax"
    score = partial(_margin_score, estimator.decision_function, slope)
    return Route(score, f"assumed link: {link}({slope:g} x decision_function)", margins=estimator.decision_function)


def _margin_score(decision: Callable[[Any], Array], slope: float, X: Any) -> Float[Array, "n k"]:
    return links.two_columns_or_softmax(slope * np.asarray(decision(X), dtype=np.float64))


def _label_index(estimator: Any, X: Any) -> Array:
    positions = {label: i for i, label in enumerate(estimator.classes_.tolist())}
    return np.array([positions[label] for label in np.asarray(estimator.predict(X)).tolist()], dtype=np.intp)


def _error_rate(labels: Callable[[Any], Array], k: int, rate: float, X: Any) -> Float[Array, "n k"]:
    predicted = labels(X)
    out = np.full((len(predicted), k), np.log(rate / (k - 1)))
    out[np.arange(len(predicted)), predicted] = np.log1p(-rate)
    return out
