"""How good answers are, with intervals over the rows that they were asked of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import rankdata

from retrodict.evaluation.fidelity.resampling import Resample, interval
from retrodict.evaluation.proportions import wilson
from retrodict.evaluation.replicas.training import Answers

Array = np.ndarray

ACCURACY, BALANCED, AUC, LOG_LOSS, BRIER = "accuracy", "balanced accuracy", "AUC", "log-loss", "Brier score"
R2, MAE, RMSE = "R2", "MAE", "RMSE"
AGREEMENT = "agreement"
LOWER_IS_BETTER = frozenset({LOG_LOSS, BRIER, MAE, RMSE})
_UNIT = frozenset({ACCURACY, BALANCED, AUC, AGREEMENT})
_EPS = float(np.finfo(np.float64).eps)  # a probability of zero costs 36 nats, not all


@dataclass(frozen=True)
class Score:
    """A measure with its 95% interval, and how much worse it is than the base model's; ``None`` where undefined."""

    value: float
    low: float
    high: float
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None


def scores(
    answers: Answers, truth: Float[Array, " n"], k: int, weights: Resample, base: Answers | None
) -> dict[str, Score]:
    """Return every measure of answers about rows whose truth is known.

    Parameters
    ----------
    answers
        Of a model.
    truth
        Class codes, or values.
    k
        Number of classes; 0 for real values.
    weights
        Bootstrap weights of the rows.
    base
        The base model's answers about the same rows: then gaps are measured, row by row.
    """
    own = _measures(answers, truth, k, weights)
    beside = {} if base is None else _measures(base, truth, k, weights)
    out = {}
    for name, replicates in own.items():
        score = _bounded(name, *interval(replicates))
        if name == ACCURACY:
            score = _wilson(score.value, len(truth))
        if name in beside:
            worse = replicates - beside[name] if name in LOWER_IS_BETTER else beside[name] - replicates
            score = Score(score.value, score.low, score.high, *interval(worse))
        out[name] = score
    return out


def agreement(answers: Answers, base: Answers, k: int, weights: Resample) -> Score:
    """Return how far two models agree: the share of equal labels, or the R2 of one's predictions of the other's."""
    if k:
        return _wilson(float((answers.said == base.said).mean()), len(base.said))
    return _bounded(R2, *interval(_r2(answers.said, base.said, weights)))


def _measures(answers: Answers, truth: Array, k: int, weights: Resample) -> dict[str, Array]:
    if not k:
        error = answers.said - truth
        return {
            R2: _r2(answers.said, truth, weights),
            MAE: weights.means(np.abs(error)),
            RMSE: np.sqrt(weights.means(error**2)),
        }
    right = (answers.said == truth).astype(np.float64)
    out = {ACCURACY: weights.means(right), BALANCED: _balanced(right, truth, weights)}
    if answers.p is not None:
        one = truth[:, None] == np.arange(k)
        auc = _auc(answers.p, one, weights)
        out |= {} if auc is None else {AUC: auc}
        out[LOG_LOSS] = weights.means(-np.log(np.clip(answers.p[one], _EPS, 1.0)))
        out[BRIER] = weights.means(((answers.p - one) ** 2).sum(axis=1) / (2 if k == 2 else 1))
    return out


def _r2(said: Array, truth: Array, weights: Resample) -> Array:
    mean = weights.means(truth)
    spread = weights.means(truth**2) - mean**2
    rounding = 1e-12 * np.maximum(weights.means(truth**2), 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1.0 - weights.means((said - truth) ** 2) / spread
    return np.where(spread > rounding, found, np.nan)


def _within(weights: Resample, chosen: Array, values: Array) -> Array:
    """Return the mean over some rows in each replicate; that of the table itself where a replicate has none of them."""
    own = weights.rows[:, chosen]
    total = own.sum(axis=1)
    return np.where(total > 0, own @ values[chosen] / np.where(total > 0, total, 1.0), values[chosen].mean())


def _balanced(right: Array, truth: Array, weights: Resample) -> Array:
    return np.mean([_within(weights, truth == c, right) for c in np.unique(truth)], axis=0)


def _auc(p: Array, one: Array, weights: Resample) -> Array | None:
    """Return the AUC of each class against the others, averaged over classes; ``None`` where a single one is present.

    A replicate is taken from the rows' placements (each row's share of the other side that it is right about), whose
    means over either side are the AUC: the error is that of DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988.
    """
    found = []
    columns = [1] if p.shape[1] == 2 else range(p.shape[1])  # of two classes, one is the other's mirror
    for c in columns:
        own = one[:, c]
        if own.all() or not own.any():
            continue
        rank, placed = rankdata(p[:, c]), np.empty(len(p))
        placed[own] = (rank[own] - rankdata(p[own, c])) / (~own).sum()
        placed[~own] = 1 - (rank[~own] - rankdata(p[~own, c])) / own.sum()
        of_own, of_others = _within(weights, own, placed), _within(weights, ~own, placed)
        found.append(of_own + of_others - of_others[0])
    return np.mean(found, axis=0) if found else None


def _wilson(share: float, n: int) -> Score:
    return Score(share, *wilson(round(share * n), n))


def _bounded(name: str, value: float, low: float, high: float) -> Score:
    if name in LOWER_IS_BETTER or name in _UNIT:
        low = max(low, 0.0)
    if name in _UNIT or name in (R2, BRIER):
        high = min(high, 1.0 if name != BRIER else 2.0)
    return Score(value, low, high)
