"""Gradients and hessians in the steps in which LightGBM computes them, rounded to 32 bits row by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.matching.losses import LossKind, PlainLoss

Array = np.ndarray

LINEAR_IN_TARGET = frozenset({"regression", "poisson", "gamma", "tweedie"})
"""Losses of a value whose gradients and hessians are linear in it, so that rows of one score mix to any target."""
OF_CLASSES = frozenset({"binary", "multiclass", "multiclassova", "cross_entropy", "cross_entropy_lambda"})
_STEEP = -37.0
"""The score from which on cross-entropy is computed in another way."""


@dataclass(frozen=True)
class RoundedLoss(PlainLoss):
    """A loss of the library's.

    Parameters
    ----------
    objective
        As the library calls it.
    sigmoid
        What scores are multiplied by, of losses of two classes.
    weights
        What a row of each class counts, for each output, shape (K, classes); empty where each row counts once.
    """

    objective: str = "regression"
    sigmoid: float = 1.0
    weights: tuple[tuple[float, ...], ...] = ()

    def terms(
        self, scores: Float[Array, "n K"], output: int, labels: Float[Array, " n"]
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return gradients and hessians; see `Loss.terms`."""
        with np.errstate(over="ignore", invalid="ignore"):  # of rows that no table has, exponentials may be too large
            return super().terms(scores, output, labels)

    def formula(
        self, scores: Float[Array, "n K"], output: int, labels: Float[Array, " n"]
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return gradients and hessians in 64 bits, before they are rounded."""
        match self.objective:
            case "binary" | "multiclassova":
                g, h = self._two_classes(scores[:, output], labels == (1.0 if self.objective == "binary" else output))
            case "multiclass":
                g, h = self._softmax(scores, output, labels)
            case "cross_entropy":
                g, h = _cross_entropy(scores[:, output], labels)
            case _:
                g, h = super().formula(scores, output, labels)
        if not self.weights:
            return g, h
        counts = np.asarray(self.weights[output])[labels.astype(np.int64)]
        return g * counts, h * counts

    def _two_classes(self, score: Array, is_it: Array) -> tuple[Array, Array]:
        sign = np.where(is_it, 1.0, -1.0)
        with np.errstate(over="ignore"):
            response = -sign * self.sigmoid / (1.0 + np.exp(sign * self.sigmoid * score))
        size = np.abs(response)
        return response, size * (self.sigmoid - size)

    def _softmax(self, scores: Array, output: int, labels: Array) -> tuple[Array, Array]:
        parts = np.exp(scores - scores.max(axis=1, keepdims=True))
        total = np.zeros(len(parts))
        for k in range(parts.shape[1]):  # one after the other, as the library adds them
            total += parts[:, k]
        share = parts[:, output] / total
        return np.where(labels == output, share - 1.0, share), self.factor * share * (1.0 - share)


def _cross_entropy(score: Array, labels: Array) -> tuple[Array, Array]:
    with np.errstate(over="ignore", invalid="ignore"):
        back = np.exp(-score)
        gradient = ((1.0 - labels) - labels * back) / (1.0 + back)
        hessian = back / ((1.0 + back) * (1.0 + back))
    steep = score <= _STEEP
    forth = np.exp(np.where(steep, score, 0.0))
    return np.where(steep, forth - labels, gradient), np.where(steep, forth, hessian)


def loss_of(text: ModelText, weights: tuple[tuple[float, ...], ...] = ()) -> RoundedLoss | None:
    """Return the loss of a model; ``None`` where its rows' terms are not linear in their labels.

    Parameters
    ----------
    text
        The model.
    weights
        What rows of each class count; see `RoundedLoss`.
    """
    objective = text.objective
    if objective is None:
        return None
    name, single = objective.name, True
    match name:
        case "binary" | "cross_entropy" | "cross_entropy_lambda":
            kind, factor = LossKind.LOGISTIC, 1.0
        case "multiclassova":
            kind, factor = LossKind.ONE_VS_REST, 1.0
        case "multiclass":
            classes = float(objective.classes or 2)
            kind, factor = LossKind.SOFTMAX, classes / (classes - 1.0)
        case "regression":
            kind, factor = LossKind.SQUARED, 1.0
        case "poisson":
            kind, factor = LossKind.POISSON, float(np.exp(text.number("poisson_max_delta_step", 0.7)))
        case "gamma":
            kind, factor = LossKind.GAMMA, 1.0
        case "tweedie":
            kind, factor = LossKind.TWEEDIE, text.number("tweedie_variance_power", 1.5)
        case _:
            return None
    if name in LINEAR_IN_TARGET:
        single = False  # rounding is not linear in the target: statements have it as their own rounding
    return RoundedLoss(kind, factor, single, name, objective.sigmoid, weights)
