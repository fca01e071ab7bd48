"""What a row adds to the sums of its node: gradients and hessians of losses, rounded as libraries round them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit, softmax

Array = np.ndarray


class LossKind(IntEnum):
    """The losses that compiled code knows, to within the rounding of `Loss.terms`."""

    INDICATOR = 0
    """Gradients are indicators of the output's class (one output: of class 1), or the target itself; hessians are 1."""
    LOGISTIC = 1
    SOFTMAX = 2
    """Hessians are multiplied by `Loss.factor`."""
    SQUARED = 3
    POISSON = 4
    """Hessians are multiplied by `Loss.factor`."""
    GAMMA = 5
    TWEEDIE = 6
    """`Loss.factor` is the power of the variance."""
    ONE_VS_REST = 7
    """One logistic loss a class."""
    JOINT_SOFTMAX = 8
    """As `JointSoftmax`: hessians depend on what a turn's trees move scores by."""
    OF_LEAVES = 9
    """Another formula in each leaf, which compiled code does not know: a `LeafLoss`."""


class Loss(Protocol):
    """What a row with a score and a label adds to the sums of its node."""

    @property
    def kind(self) -> LossKind:
        """Which of the losses that compiled code knows."""
        ...

    @property
    def factor(self) -> float:
        """The number that this kind takes; see `LossKind`."""
        ...

    def terms(
        self, scores: Float[Array, "n K"], output: int, labels: Float[Array, " n"]
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return gradients and hessians, rounded as the library rounds them before it adds them up.

        Parameters
        ----------
        scores
            Of rows, shape (n, K), K outputs.
        output
            Whose gradients.
        labels
            The class's number, or the target as it was fitted, shape (n,).
        """
        ...


@runtime_checkable
class LeafLoss(Protocol):
    """A loss whose terms depend on the leaf as well, by what is stated of it."""

    def leaf_terms(
        self,
        scores: Float[Array, "n K"],
        output: int,
        labels: Float[Array, " n"],
        moved: Float[Array, "n K"],
        tree: int,
        leaves: Int[Array, " n"],
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return gradients and hessians.

        Parameters
        ----------
        scores, output, labels
            As of `Loss.terms`.
        moved
            What the trees of this turn add to the scores of each row, shape (n, K).
        tree
            Which tree, from 0.
        leaves
            The number of the leaf that each row reaches in it, shape (n,).
        """
        ...


@dataclass(frozen=True)
class PlainLoss:
    """A loss as it stands in books; a library that computes it in other steps has a subclass with these.

    Parameters
    ----------
    kind, factor
        See `LossKind`.
    single
        Whether gradients and hessians are rounded to 32 bits before they are added up.
    """

    kind: LossKind
    factor: float = 1.0
    single: bool = False

    def terms(
        self, scores: Float[Array, "n K"], output: int, labels: Float[Array, " n"]
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return gradients and hessians; see `Loss.terms`."""
        g, h = self.formula(np.asarray(scores, np.float64), output, np.asarray(labels, np.float64))
        if self.single:
            g, h = (np.asarray(each, np.float32).astype(np.float64) for each in (g, h))
        return g, h

    def formula(self, scores: Array, output: int, labels: Array) -> tuple[Array, Array]:
        """Return gradients and hessians in 64 bits."""
        own = scores[:, output]
        one = np.ones(len(own))
        match self.kind:
            case LossKind.INDICATOR:
                return labels.astype(np.float64), one
            case LossKind.LOGISTIC | LossKind.ONE_VS_REST:
                is_it = labels if self.kind == LossKind.LOGISTIC else labels == output
                share = expit(own)
                return share - is_it, share * (1.0 - share)
            case LossKind.SOFTMAX:
                share = softmax(scores, axis=1)[:, output]
                return share - (labels == output), self.factor * share * (1.0 - share)
            case LossKind.SQUARED:
                return own - labels, one
            case LossKind.POISSON:
                return np.exp(own) - labels, self.factor * np.exp(own)
            case LossKind.GAMMA:
                return 1.0 - labels * np.exp(-own), labels * np.exp(-own)
            case LossKind.TWEEDIE:
                power = self.factor
                low, high = labels * np.exp((1.0 - power) * own), np.exp((2.0 - power) * own)
                return high - low, (2.0 - power) * high - (1.0 - power) * low
            case LossKind.JOINT_SOFTMAX | LossKind.OF_LEAVES:
                raise AssertionError("terms that depend on leaves are no plain ones; see `LeafLoss`")


@dataclass(frozen=True)
class JointSoftmax:
    """The log-loss of several classes, whose leaf values solve one system for all outputs.

    The hessian of an output is its row of the matrix of second derivatives times what the turn moves the scores by, so
    that the step is part of it: ``g + h / rate + penalty * step / rate = 0``.
    """

    kind: LossKind = LossKind.JOINT_SOFTMAX
    factor: float = 1.0

    def terms(
        self, scores: Float[Array, "n K"], output: int, labels: Float[Array, " n"]
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return gradients, and hessians where the turn moves nothing; see `Loss.terms`."""
        return self.leaf_terms(scores, output, labels, np.zeros_like(scores), 0, np.zeros(len(scores), dtype=np.int64))

    def leaf_terms(
        self,
        scores: Float[Array, "n K"],
        output: int,
        labels: Float[Array, " n"],
        moved: Float[Array, "n K"],
        tree: int,
        leaves: Int[Array, " n"],
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return gradients and hessians; see `LeafLoss`."""
        shares = softmax(scores, axis=1)
        own = shares[:, output]
        return own - (labels == output), own * (moved[:, output] - (shares * moved).sum(axis=1))


@dataclass(frozen=True)
class Membership:
    """The loss of trees grown side by side, which count the rows of each class: one output a class."""

    kind: LossKind = LossKind.INDICATOR
    factor: float = 1.0

    def terms(
        self, scores: Float[Array, "n K"], output: int, labels: Float[Array, " n"]
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return which rows are of the output's class, or the targets where there is one output."""
        is_it = labels == output if scores.shape[1] > 1 else labels
        return np.asarray(is_it, np.float64), np.ones(len(labels))
