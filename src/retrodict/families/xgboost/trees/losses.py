"""What a row adds to the sums of XGBoost's nodes, in the steps of 32 bits in which the library computes it.

It adds gradients of 32 bits up in 64, so that sums are as exact as these terms are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retrodict.matching.losses import LossKind, PlainLoss

Array = np.ndarray

_ONE = np.float32(1.0)
_LEAST = np.float32(1e-16)
"""What the library takes a hessian to be at least (`eps` of its logistic and softmax losses)."""
_GREATEST = np.float32(88.7)
"""Where the library cuts an exponent off, lest it overflows."""
DELTA = 0.7
"""The default cap on steps of Poisson regression, which its hessians take as a factor."""
_POWER = 1.5
"""The default power of the variance of Tweedie regression."""

KINDS = {
    "binary:logistic": LossKind.LOGISTIC,
    "binary:logitraw": LossKind.LOGISTIC,
    "multi:softprob": LossKind.SOFTMAX,
    "multi:softmax": LossKind.SOFTMAX,
    "reg:squarederror": LossKind.SQUARED,
    "reg:linear": LossKind.SQUARED,
    "count:poisson": LossKind.POISSON,
    "reg:gamma": LossKind.GAMMA,
    "reg:tweedie": LossKind.TWEEDIE,
}
"""Objectives whose gradients and hessians are known, and linear in the target."""

Settings = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class SingleLoss(PlainLoss):
    """A loss as XGBoost computes it, see `PlainLoss`; all in 32 bits.

    Parameters
    ----------
    positive
        What rows of the second of two classes count (`scale_pos_weight`).
    """

    positive: float = 1.0

    def terms(self, scores: Array, output: int, labels: Array) -> tuple[Array, Array]:
        """Return gradients and hessians; see `Loss.terms`."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # far from any row, as the library does
            g, h = self.formula(np.asarray(scores, np.float32), output, np.asarray(labels, np.float32))
        return g.astype(np.float64), h.astype(np.float64)

    def formula(self, scores: Array, output: int, labels: Array) -> tuple[Array, Array]:
        """Return gradients and hessians in 32 bits."""
        own = scores[:, output]
        factor = np.float32(self.factor)
        match self.kind:
            case LossKind.LOGISTIC:
                share = sigmoid(own)
                weight = np.where(labels == _ONE, np.float32(self.positive), _ONE)
                return (share - labels) * weight, np.maximum(share * (_ONE - share), _LEAST) * weight
            case LossKind.SOFTMAX:
                # the library looks for the greatest score from the smallest positive number on
                top = np.maximum(scores.max(axis=1, keepdims=True), np.finfo(np.float32).tiny)
                powers = exp(scores - top)
                share = powers[:, output] / powers.astype(np.float64).sum(axis=1).astype(np.float32)
                hessian = np.maximum(np.float32(2.0) * share * (_ONE - share), _LEAST)
                return np.where(labels == output, share - _ONE, share), hessian
            case LossKind.POISSON:
                return exp(own) - labels, exp(own + np.float32(np.log(self.factor)))
            case LossKind.GAMMA:
                return _ONE - labels / exp(own), labels / exp(own)
            case LossKind.TWEEDIE:
                low, high = exp((_ONE - factor) * own), exp((np.float32(2.0) - factor) * own)
                rising = (np.float32(2.0) - factor) * high
                return high - labels * low, rising - labels * (_ONE - factor) * low
            case _:
                return own - labels, np.ones(len(own), dtype=np.float32)


def exp(values: Array) -> Array:
    """Return exponentials as the GNU C library has them since 2.27, to the last of 32 bits; numpy's own are others.

    It is `expf` of Arm's optimized routines (MIT license): ``2^(k / 32)`` from a list, times a polynomial of the rest.
    """
    scaled = np.clip(values.astype(np.float64), -_FARTHEST, _FARTHEST) * (_PARTS / np.log(2.0))
    whole = np.rint(scaled)
    rest = scaled - whole
    number = whole.astype(np.int64)
    power = np.ldexp(_ROOTS[number % _PARTS], (number // _PARTS).astype(np.int32))
    third, second, first = _TERMS
    return (((third * rest + second) * (rest * rest) + (first * rest + 1.0)) * power).astype(np.float32)


_PARTS = 32
_ROOTS = np.exp2(np.arange(_PARTS) / _PARTS)
_TERMS = tuple(
    float.fromhex(term) / _PARTS**power
    for term, power in (("0x1.c6af84b912394p-5", 3), ("0x1.ebfce50fac4f3p-3", 2), ("0x1.62e42ff0c52d6p-1", 1))
)
_FARTHEST = 200.0
"""Beyond, exponentials of 32 bits are zero or infinite."""


def sigmoid(scores: Array) -> Array:
    """Return shares of scores of 32 bits."""
    return _ONE / (exp(np.minimum(-scores, _GREATEST)) + _ONE)


def loss_of(objective: str, settings: Settings) -> SingleLoss | None:
    """Return the loss of an objective; ``None`` where its gradients are not linear in the target, or not known.

    Parameters
    ----------
    objective
        Its name.
    settings
        Its settings, section by section, as a model file has them.
    """
    kind = KINDS.get(objective)
    if kind is None:
        return None
    positive = _number(settings, "reg_loss_param", "scale_pos_weight", 1.0)
    factor = {
        LossKind.SOFTMAX: 2.0,
        LossKind.POISSON: float(np.exp(_number(settings, "poisson_regression_param", "max_delta_step", DELTA))),
        LossKind.TWEEDIE: _number(settings, "tweedie_regression_param", "tweedie_variance_power", _POWER),
    }.get(kind, 1.0)
    return SingleLoss(kind, factor, single=True, positive=positive if kind == LossKind.LOGISTIC else 1.0)


def _number(settings: Settings, section: str, name: str, default: float) -> float:
    return float(settings.get(section, {}).get(name, default))


def start_of(objective: str, base: tuple[float, ...], outputs: int) -> Array:
    """Return the scores before the first tree, one an output, shape (K,): predictions before training, as scores.

    Parameters
    ----------
    objective
        Its name.
    base
        The prediction that training began with, as a model file states it: one number, or one an output.
    outputs
        How many scores a row has.
    """
    stated = np.asarray(base, dtype=np.float32)
    if objective == "binary:logistic":
        stated = -_log(_ONE / stated - _ONE)
    elif objective in ("count:poisson", "reg:gamma", "reg:tweedie"):
        stated = _log(stated)
    out: Array = np.broadcast_to(stated, (outputs,)).astype(np.float64)
    return out


def _log(values: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values.astype(np.float64)).astype(np.float32)
