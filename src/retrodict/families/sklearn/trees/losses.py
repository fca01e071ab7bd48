"""What a row adds to the sums of its node, computed by scikit-learn's own losses, to the last bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn._loss import (
    HalfBinomialLoss,
    HalfGammaLoss,
    HalfMultinomialLoss,
    HalfPoissonLoss,
    HalfSquaredError,
)

from retrodict.matching.losses import LossKind

Array = np.ndarray

_ROUNDED = 2.0**-24
"""The rounding of a number to 32 bits, of its size."""
_DEVIATIONS = 6.0
"""Of a sum of roundings, which have either sign: it is seldom further off."""
_SUMMED = 1e-15
"""What each row adds to the rounding of a sum in 64 bits, of a row's gradient."""
_LOSSES: dict[str, tuple[LossKind, type]] = {
    "squared_error": (LossKind.SQUARED, HalfSquaredError),
    "poisson": (LossKind.POISSON, HalfPoissonLoss),
    "gamma": (LossKind.GAMMA, HalfGammaLoss),
}


@dataclass(frozen=True)
class BoostedLoss:
    """A loss of boosting, as scikit-learn computes it.

    Parameters
    ----------
    kind, factor
        See `LossKind`.
    name
        As the estimator calls it.
    classes
        How many; 0 of a regressor.
    single
        Whether gradients and hessians are rounded to 32 bits, as histograms add them; else hessians are those of the
        Newton step that `GradientBoosting...` takes.
    weights
        Of each class, by its number; empty where rows count alike.
    """

    kind: LossKind
    name: str
    classes: int
    single: bool
    weights: tuple[float, ...] = ()
    factor: float = 1.0

    def terms(self, scores: Array, output: int, labels: Array) -> tuple[Array, Array]:
        """Return gradients and hessians; see `Loss.terms`."""
        labels = np.ascontiguousarray(labels, dtype=np.float64)
        raw = np.ascontiguousarray(scores if self.classes > 2 else scores[:, 0], dtype=np.float64)
        loss: Any = self._loss()
        if self.single:
            return self._of_histograms(loss, raw, output, labels)
        g = np.asarray(loss.gradient(labels, raw))
        g = g[:, output] if self.classes > 2 else g
        if not self.classes:
            return g, np.ones(len(g))
        is_it = (labels == output).astype(np.float64) if self.classes > 2 else labels
        share = is_it + g  # as the step takes it from what is left, not from the score
        return g, share * (1.0 - share)

    def slack(self, rows: Float[Array, " m"] | float, gradient: float) -> Float[Array, " m"] | float:
        """Return how far a sum over some rows may be off by rounding.

        Parameters
        ----------
        rows
            How many.
        gradient
            How large one's is, about.
        """
        own = _SUMMED * gradient * rows
        if self.classes or not self.single:
            return own
        return own + _DEVIATIONS * _ROUNDED * gradient * np.sqrt(rows)

    def _of_histograms(self, loss: Any, raw: Array, output: int, labels: Array) -> tuple[Array, Array]:
        weights = np.asarray(self.weights)[labels.astype(np.int64)] if self.weights else None
        g, h = np.empty(raw.shape, dtype=np.float32), np.empty(raw.shape, dtype=np.float32)
        loss.gradient_hessian(labels, raw, sample_weight=weights, gradient_out=g, hessian_out=h)
        if self.name == "squared_error":
            h = np.ones_like(g)
        if not self.classes:  # a target is a mix of two, each of which would be rounded alone
            return np.asarray(loss.gradient(labels, raw)), h.astype(np.float64)
        own = (g[:, output], h[:, output]) if self.classes > 2 else (g, h)
        return own[0].astype(np.float64), own[1].astype(np.float64)

    def _loss(self) -> Any:
        if self.classes > 2:
            return HalfMultinomialLoss(n_classes=self.classes)
        if self.classes:
            return HalfBinomialLoss()
        return _LOSSES[self.name][1]()


def loss_of(name: str, classes: int, *, single: bool, weights: tuple[float, ...] = ()) -> BoostedLoss | None:
    """Return a loss by its name; ``None`` where leaves are not Newton steps of sums.

    Parameters
    ----------
    name
        As the estimator calls it.
    classes
        How many; 0 of a regressor.
    single, weights
        See `BoostedLoss`.
    """
    if classes and name == "log_loss":
        kind = LossKind.SOFTMAX if classes > 2 else LossKind.LOGISTIC
        return BoostedLoss(kind, name, classes, single, weights)
    if not classes and name in (_LOSSES if single else ("squared_error",)):
        return BoostedLoss(_LOSSES[name][0], name, classes, single, weights)
    return None
