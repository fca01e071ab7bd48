"""The model term: the model's log-loss above that of the best cross-fitted mixture of strong learners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.budget.learners import Predict, fit_learner
from retrodict.budget.ratio import FOLDS, INVISIBLE

Array = np.ndarray

_FLOOR = -13.8
_ITERATIONS = 200


@dataclass(frozen=True, eq=False)
class Excess:
    """What the model loses beyond the envelope.

    Parameters
    ----------
    rows
        ``log env(y|x) - log Q(y|x)`` of each held-out row, shape (n,).
    loss
        Log-loss of each held-out row under the model, shape (n,).
    correction
        Estimated loss of the envelope above the best mixture that comes from finitely many training rows.
    weights
        Share of each member in the envelope: the model, the model recalibrated, then the learners.
    """

    rows: Float[Array, " n"]
    loss: Float[Array, " n"]
    correction: float
    weights: dict[str, float]

    @property
    def value(self) -> float:
        """The mean excess with the correction, nats."""
        return float(self.rows.mean()) + self.correction

    @property
    def short(self) -> float:
        """By how much more it may fall short: as much as was corrected, and what so few rows cannot show."""
        return max(self.correction, INVISIBLE / len(self.rows))


def excess_loss(
    X: Float[Array, "n d"],
    y: Int[Array, " n"],
    log_q: Float[Array, "n k"],
    more_X: Float[Array, "m d"],
    more_y: Int[Array, " m"],
    sizes: Int[Array, " d"],
    learners: Sequence[str],
    rng: np.random.Generator,
) -> Excess:
    """Estimate ``E_P KL(P(y|x) || Q(y|x))`` from rows that the model did not see.

    Parameters
    ----------
    X, y
        Held-out rows and their class codes.
    log_q
        The model's log-probabilities at the held-out rows, finite at the true labels.
    more_X, more_y
        Other rows of the same source that learners may be trained on; may be empty.
    sizes
        Categories of each feature, 0 for a number.
    learners
        Names of classifiers.
    rng
        Splits the rows.

    Notes
    -----
    The envelope's loss is at least the conditional entropy of the labels, so that the difference is, in expectation,
    at most the model term: a lower bound. The correction takes away the part of the shortfall that comes from
    training on finitely many rows (what halves disagree on); approximation error is left.
    """
    k, seed = log_q.shape[1], int(rng.integers(2**31))
    fold = _stratified(y, rng)
    rows = np.arange(len(y))
    bounded = np.maximum(log_q, _FLOOR)
    names = ["the model", "the model, recalibrated", *learners]
    members = np.empty((len(y), len(names), k))
    members[:, 0] = log_q
    for f in range(FOLDS):
        train, held = fold != f, fold == f
        recalibrate = fit_learner("curves", bounded[train], y[train], k, np.zeros(k, dtype=np.int64), seed)
        members[held, 1] = recalibrate(bounded[held])
        for i, learner in enumerate(_fit(learners, X[train], y[train], more_X, more_y, k, sizes, seed)):
            members[held, 2 + i] = learner(X[held])
    p = np.exp(members)
    own = p[rows, :, y]
    weights = np.array([_mixture(own[fold != f]) for f in range(FOLDS)])
    envelope = np.log((own * weights[fold]).sum(axis=1))
    loss = -log_q[rows, y]
    correction = _disagreement(
        X, y, more_X, more_y, fold, sizes, learners, k, seed, rng, np.einsum("nmk,nm->nk", p, weights[fold]), weights[0]
    )
    return Excess(envelope + loss, loss, correction, dict(zip(names, weights.mean(axis=0).tolist(), strict=True)))


def _fit(
    learners: Sequence[str], X: Array, y: Array, more_X: Array, more_y: Array, k: int, sizes: Array, seed: int
) -> list[Predict]:
    X, y = np.concatenate([X, more_X]), np.concatenate([y, more_y])
    return [fit_learner(name, X, y, k, sizes, seed) for name in learners]


def _mixture(p: Float[Array, "n m"]) -> Float[Array, " m"]:
    """Return the shares of a mixture that make the rows likeliest (expectation-maximisation)."""
    shares = np.full(p.shape[1], 1.0 / p.shape[1])
    for _ in range(_ITERATIONS):
        joint = p * shares
        shares = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def _disagreement(
    X: Array,
    y: Array,
    more_X: Array,
    more_y: Array,
    fold: Array,
    sizes: Array,
    learners: Sequence[str],
    k: int,
    seed: int,
    rng: np.random.Generator,
    envelope: Array,
    weights: Array,
) -> float:
    """Return the loss that comes from training on finitely many rows: halves judged on the fold that neither saw.

    Half of ``sum_c Var(p_c)/p_c`` is lost; halves have twice the variance, and their difference four times.
    """
    held = fold == 0
    parts = []
    side, other = _stratified(y, rng, 2), _stratified(more_y, rng, 2)
    for half in (0, 1):
        chosen, more = ~held & (side == half), other == half
        fitted = _fit(learners, X[chosen], y[chosen], more_X[more], more_y[more], k, sizes, seed)
        p = np.array([np.exp(member(X[held])) for member in fitted])
        parts.append(np.einsum("mnk,m->nk", p, weights[2:]))
    return float(((parts[0] - parts[1]) ** 2 / envelope[held]).sum(axis=1).mean() / 8)


def _stratified(y: Int[Array, " n"], rng: np.random.Generator, folds: int = FOLDS) -> Int[Array, " n"]:
    """Return a fold for each row such that classes are spread evenly over folds."""
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    fold = np.empty(len(y), dtype=np.int64)
    fold[order] = np.arange(len(y)) % folds
    return fold
