"""KL divergence of rows from draws, by cross-fitted probabilistic classification of one against the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from retrodict.budget.learners import Predict, fit_learner

Array = np.ndarray

FOLDS = 5
INVISIBLE = 4.0
"""Over the number of rows, a divergence as good as invisible: it makes eight units of deviance."""

_MAX_LOGIT = 14.0
_RIDGE = 0.1


@dataclass(frozen=True, eq=False)
class Ratio:
    """An estimated log-density ratio and the divergence that it gives.

    Parameters
    ----------
    log_ratio
        ``log P(x)/Q(x)`` of each real row by classifiers that did not see it, normalised over the draws, shape (n,);
        mean over repetitions.
    plug_in
        Mean log-ratio of the real rows by the calibrated classifiers alone.
    donsker_varadhan
        ``E_P[T] - log E_Q[exp T]`` at those log-ratios: on average at most the divergence.
    correction
        Estimated shortfall of the Donsker-Varadhan form: half the variance of the log-ratio over training rows.
    se
        Standard error of the corrected form: rows, draws, repetitions, and a quarter of the correction.
    draws_variance, split_variance
        Parts of `se` squared: the draws', and the repetitions' with the correction's.
    auc
        Area under the curve of the classifiers on held-out rows.
    ess
        Effective number of draws under the estimated ratio.
    above
        How many judging draws score at least as high as each real row, by the classifiers that did not see it, in the
        first repetition, shape (n,).
    n_draws
        Judging draws.
    """

    log_ratio: Float[Array, " n"]
    plug_in: float
    donsker_varadhan: float
    correction: float
    se: float
    draws_variance: float
    split_variance: float
    auc: float
    ess: float
    above: Int[Array, " n"]
    n_draws: int

    @property
    def estimate(self) -> float:
        """The corrected Donsker-Varadhan form, nats."""
        return self.donsker_varadhan + self.correction

    @property
    def short(self) -> float:
        """By how much more it may fall short: half of what was corrected, and what so few rows cannot show."""
        return max(self.correction / 2, INVISIBLE / len(self.log_ratio))

    @property
    def over(self) -> float:
        """What chance shows in so few rows where there is nothing."""
        return INVISIBLE / 2 / len(self.log_ratio)

    @property
    def beyond(self) -> float:
        """Share of real rows that lie where fewer than ten draws do."""
        return float((self.above < 10).mean())


def divergence(
    real: Float[Array, "n d"],
    fitting: Float[Array, "m d"],
    judging: Float[Array, "j d"],
    sizes: Int[Array, " d"],
    learners: Sequence[str],
    rng: np.random.Generator,
    repeats: int = 1,
) -> Ratio:
    """Estimate ``KL(P || Q)`` from rows of P and draws of Q.

    Parameters
    ----------
    real
        Rows of P, at least 2 `FOLDS` of them.
    fitting, judging
        Draws of Q: those that classifiers are fitted to, and those that ratios are normalised over. A third more of
        either costs time only.
    sizes
        Categories of each feature, 0 for a number.
    learners
        Names of classifiers, which are stacked.
    rng
        Splits the rows.
    repeats
        How often everything is done anew with other splits.

    Notes
    -----
    The Donsker-Varadhan form at a log-ratio with error ``e(x)`` falls short of the divergence by ``Var_P(e)/2`` to
    second order, and by nothing to first order. The part of ``Var_P(e)`` that comes from training on finitely many
    rows is measured by what two classifiers fitted to halves disagree on, at fresh draws weighted by the ratio, so
    that no row judges a classifier that saw it.
    """
    runs = [_Once(real, fitting, judging, sizes, learners, rng) for _ in range(repeats)]
    values = np.array([run.value + run.correction for run in runs])
    log_ratio = np.mean([run.log_ratio for run in runs], axis=0)
    correction = float(np.mean([run.correction for run in runs]))
    split = float(values.var(ddof=1) / repeats) if repeats > 1 else 0.0
    draws = float(np.mean([run.draws_variance for run in runs]))
    rows = float(log_ratio.var(ddof=1) / len(real))
    return Ratio(
        log_ratio=log_ratio,
        plug_in=float(np.mean([run.scores.mean() for run in runs])),
        donsker_varadhan=float(np.mean([run.value for run in runs])),
        correction=correction,
        se=float(np.sqrt(rows + draws + split + (correction / 4) ** 2)),
        draws_variance=draws,
        split_variance=split + (correction / 4) ** 2,
        auc=float(np.mean([run.auc for run in runs])),
        ess=float(np.median([run.ess for run in runs])),
        above=runs[0].above,
        n_draws=len(judging),
    )


class _Once:
    """One round: folds, members, their stack, the ratios and what halves disagree on."""

    def __init__(
        self,
        real: Array,
        fitting: Array,
        judging: Array,
        sizes: Array,
        learners: Sequence[str],
        rng: np.random.Generator,
    ) -> None:
        X, label = np.concatenate([real, fitting]), np.repeat([1, 0], [len(real), len(fitting)])
        fold = np.concatenate([balanced_folds(len(real), rng), balanced_folds(len(fitting), rng)])
        seed = int(rng.integers(2**31))
        held_out = np.empty((len(X), len(learners)))
        judged = np.empty((FOLDS, len(judging), len(learners)))
        for k in range(FOLDS):
            members = [_logit(name, X[fold != k], label[fold != k], sizes, seed) for name in learners]
            for i, member in enumerate(members):
                held_out[fold == k, i], judged[k, :, i] = member(X[fold == k]), member(judging)
        offset = np.log(len(real) / len(fitting))
        stacks = [Stack(held_out[fold != k], label[fold != k]) for k in range(FOLDS)]
        own, draws = np.empty(len(X)), np.empty((FOLDS, len(judging)))
        for k, stack in enumerate(stacks):
            own[fold == k], draws[k] = stack(held_out[fold == k]) - offset, stack(judged[k]) - offset
        weights = np.exp(draws)
        mean = weights.mean(axis=1)
        self.scores, of_row = own[label == 1], fold[label == 1]
        # log of a mean of m weights falls short of the mean's log by their variance over 2 m
        log_mean = np.log(mean) + weights.var(axis=1) / mean**2 / (2 * len(judging))
        self.log_ratio = self.scores - log_mean[of_row]
        self.value = float(self.log_ratio.mean())
        shared = (weights / mean[:, None]).mean(axis=0)
        self.draws_variance = float(shared.var(ddof=1) / len(judging))
        self.ess = float(shared.sum() ** 2 / (shared**2).sum())
        self.above = np.empty(len(real), dtype=np.int64)
        for k in range(FOLDS):
            rows = of_row == k
            self.above[rows] = len(judging) - np.searchsorted(np.sort(draws[k]), self.scores[rows], side="left")
        self.auc = _auc(own, label)
        self.correction = _disagreement(X, label, fold != 0, judging, sizes, learners, stacks[0], shared, seed, rng)


def _disagreement(
    X: Array,
    label: Array,
    chosen: Array,
    judging: Array,
    sizes: Array,
    learners: Sequence[str],
    stack: Stack,
    weights: Array,
    seed: int,
    rng: np.random.Generator,
) -> float:
    """Return half the variance of the log-ratio over the training rows, from two halves of those chosen."""
    half = np.empty(len(X), dtype=np.int64)
    for side in (0, 1):
        half[label == side] = balanced_folds(int((label == side).sum()), rng, 2)
    logits = []
    for part in (0, 1):
        rows = chosen & (half == part)
        members = [_logit(name, X[rows], label[rows], sizes, seed) for name in learners]
        logits.append(stack(np.column_stack([member(judging) for member in members])))
    gap = logits[0] - logits[1]
    share = weights / weights.sum()
    # Halves have twice the variance, their difference four times; half of what is left is the shortfall.
    return float(share @ (gap - share @ gap) ** 2 / 8)


class Stack:
    """A calibrated combination of members' logits: a logistic regression on them with weights of at least zero.

    Where the draws come from a prior that was fitted to the very rows, a held-out row is one that the others lack:
    members rank it too low, and a negative weight would make a divergence of that.
    """

    def __init__(self, logits: Float[Array, "n m"], label: Int[Array, " n"]) -> None:
        width = logits.shape[1]
        columns, sign = np.column_stack([logits, np.ones(len(logits))]), 2.0 * label - 1.0

        def loss(w: Array) -> tuple[float, Array]:
            margin = sign * (columns @ w)
            slope = -sign * expit(-margin)
            ridge = _RIDGE * np.append(w[:-1], 0.0)
            return float(-log_expit(margin).sum() + ridge @ w / 2), columns.T @ slope + ridge

        start = np.append(np.full(width, 1.0 / width), 0.0)
        bounds = [(0.0, None)] * width + [(None, None)]
        self._weights = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x

    def __call__(self, logits: Float[Array, "n m"]) -> Float[Array, " n"]:
        """Return the combined logit of each row."""
        return np.clip(logits @ self._weights[:-1] + self._weights[-1], -_MAX_LOGIT, _MAX_LOGIT)


def balanced_folds(n: int, rng: np.random.Generator, folds: int = FOLDS) -> Int[Array, " n"]:
    """Return a fold for each of `n` rows, of equal sizes up to one."""
    return rng.permutation(np.arange(n) % folds)


def _logit(name: str, X: Array, label: Array, sizes: Array, seed: int) -> Predict:
    predict = fit_learner(name, X, label, 2, sizes, seed)

    def logit(rows: Array) -> Array:
        log_p = predict(rows)
        return log_p[:, 1] - log_p[:, 0]

    return logit


def _auc(scores: Array, label: Array) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(label, scores))
