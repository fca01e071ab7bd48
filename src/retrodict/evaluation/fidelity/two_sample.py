"""Whether a classifier can tell a table from real rows, and the divergence that its odds imply."""

from __future__ import annotations

import warnings

import numpy as np
from jaxtyping import Float
from scipy.stats import rankdata

from retrodict import threads
from retrodict.evaluation.fidelity.table import Table
from retrodict.families.sklearn.train import judges
from retrodict.tables.layout import Layout

Array = np.ndarray

AUC, KL = "two-sample AUC", "density-ratio KL"
FOLDS = 3
_SURE = 1e-6
_VALUES = 200  # a list of more is left to the common encoding


def two_sample(layout: Layout, real: Table, other: Table, seed: int) -> dict[str, Float[Array, " r"]]:
    """Return how well a classifier tells a table from real rows, and a lower bound on ``KL(real || table)``.

    The classifier is the mean of boosted trees on the columns and a logistic regression on the common encoding; each
    row is judged by one that did not see it. The AUC is 0.5 where the two can't be told apart. The odds are put right
    by a logistic regression of two coefficients, and give the bound ``E_real[f] - E_table[e^f] + 1`` with `f` the
    logarithm of the odds; a bound, since no classifier is perfect and a sample is finite.

    Parameters
    ----------
    real, other
        Codes and points with weights.
    seed
        Of the folds.

    Notes
    -----
    Lopez-Paz and Oquab, ICLR 2017 (the test); LeDell, Petersen and van der Laan, Electronic Journal of Statistics 9,
    2015 (the error of an AUC over folds); Nguyen, Wainwright and Jordan, IEEE Trans. Information Theory 56, 2010 (the
    bound). The error is that of the rows that are judged; that of fitting the classifier is not in it.
    """
    from sklearn.model_selection import StratifiedKFold

    X, points = np.vstack([real.X, other.X]), np.vstack([real.points, other.points])
    is_real = np.arange(len(X)) < len(real)
    score, placed = np.empty(len(X)), np.empty(len(X))
    for fit, judge in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(X, is_real):
        score[judge] = _log_odds(layout, X, points, is_real, fit, judge)
        placed[judge] = _placements(score[judge], is_real[judge])
    with warnings.catch_warnings(), threads.fitting(len(X), 1):
        warnings.simplefilter("ignore")  # tables that are told apart without error leave no finite best slope
        right = judges.calibrating_line().fit(score[:, None], is_real)
    f = right.decision_function(score[:, None])
    of_real, of_other = real.weights.means(placed[is_real]), other.weights.means(placed[~is_real])
    auc = np.clip(of_real + of_other - of_other[0], 0, 1)  # both means are the AUC; each has the error of its own rows
    bound = real.weights.means(f[is_real]) - other.weights.means(np.exp(f[~is_real])) + 1
    return {AUC: auc, KL: bound}


def _log_odds(layout: Layout, X: Array, points: Array, is_real: Array, fit: Array, judge: Array) -> Array:
    """Return the log-odds that the mean of two classifiers gives the rows to judge, the tables' sizes still in them."""
    empty = np.isnan(X[fit]).all(axis=0)
    X = np.where(empty, 0.0, X)  # trees refuse to bin a column without values, and learn nothing from it
    lists = [bool(column.listed) and len(column.categories) <= _VALUES for column in layout.columns]
    trees, line = judges.telling_trees(len(fit), lists), judges.telling_line()
    with warnings.catch_warnings(), threads.fitting(*X.shape):
        warnings.simplefilter("ignore")  # of iterations: the odds are put right afterwards
        p = trees.fit(X[fit], is_real[fit]).predict_proba(X[judge])[:, 1]
        p = (p + line.fit(points[fit], is_real[fit]).predict_proba(points[judge])[:, 1]) / 2
    p = np.clip(p, _SURE, 1 - _SURE)
    return np.log(p / (1 - p))


def _placements(score: Array, is_real: Array) -> Array:
    """Return, for each real row, the share of the table's rows with a smaller score, and the other way round."""
    rank = rankdata(score)
    out = np.empty(len(score))
    for own, sign in ((is_real, 1.0), (~is_real, -1.0)):
        below = (rank[own] - rankdata(score[own])) / max(len(score) - own.sum(), 1)
        out[own] = below if sign > 0 else 1 - below
    return out
