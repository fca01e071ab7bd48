"""Two divergences of rows from real rows, the same in all cells: Jensen-Shannon by classifiers, and energy distance."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from retrodict.families.sklearn.train import judges

Array = np.ndarray

FOLDS = 3
TREES = 40
LARGEST = float(np.log(2))
_COMPONENTS = 16  # principal components that the linear learner sees
_SQUARED = 8  # of which it sees products
_REACH = 6.0  # standard deviations beyond which its columns are cut
_RIDGE = 1.0
_MAX_LOGIT = 8.0
_DISTINCT = 0.9  # share of distinct real rows from which copies are no part of the truth


@dataclass(frozen=True, eq=False)
class Divergences:
    """How far rows are from real rows, within groups (the classes) and on average over them.

    Parameters
    ----------
    js
        Jensen-Shannon divergence in nats, from 0 to ln 2.
    energy
        Standardised energy distance, from 0 to 1.
    js_of, energy_of
        The same of each group, shape (k,); NaN for a group without real rows.
    """

    js: float
    energy: float
    js_of: Float[Array, " k"]
    energy_of: Float[Array, " k"]


def divergences(
    real: Float[Array, "n p"],
    other: Float[Array, "m p"],
    real_group: Int[Array, " n"],
    other_group: Int[Array, " m"],
    seed: int,
) -> Divergences:
    """Estimate both divergences of ``P(x|group)`` and ``Q(x|group)``, weighted by the real groups' shares.

    A group that has real rows and no others is as far away as can be: ln 2 and 1.

    Parameters
    ----------
    real, other
        Points of one Euclidean space; see `retrodict.tables.layout.embed`.
    real_group, other_group
        Codes 0, 1, ...; all zero for a divergence of the features alone.
    seed
        Of folds and trees.

    Notes
    -----
    With weights that give both sides the same groups in the same shares, the divergence of the pairs (x, group) is the
    mean over groups of that within them; so one classifier of pairs serves all groups. The classifier is a calibrated
    mean of a logistic regression (components, their squares and products, components within groups) and of extremely
    randomised trees, each row judged by one that did not see it. With its log-odds ``f``, ``ln 2 + (E_P[log s(f)] +
    E_Q[log s(-f)]) / 2`` is at most the divergence on average, whatever the classifier (Nowozin, Cseke and Tomioka,
    NeurIPS 2016): what classifiers can't see in so few rows is missing from it. What falls below zero by chance is cut,
    for all groups together; the groups' own values are cut after that.

    Energy: ``(2 E|X-Y| - E|X-X'| - E|Y-Y'|) / (2 E|X-Y|)``, no row beside itself (Szekely and Rizzo, Journal of
    Statistical Planning and Inference 143, 2013).
    """
    k = int(max(real_group.max(initial=0), other_group.max(initial=0))) + 1
    shares = np.bincount(real_group, minlength=k) / len(real)
    met = (shares > 0) & (np.bincount(other_group, minlength=k) > 0)
    js, energy = np.where(shares > 0, LARGEST, np.nan), np.where(shares > 0, 1.0, np.nan)
    if met.any():
        a, b = met[real_group], met[other_group]
        js[met] = _jensen_shannon(real[a], other[b], real_group[a], other_group[b], k, seed)[met]
        energy[met] = [_energy(real[real_group == g], other[other_group == g]) for g in np.flatnonzero(met)]
    known = shares > 0
    mean_js, mean_energy = shares[known] @ js[known], shares[known] @ energy[known]
    return Divergences(
        float(np.clip(mean_js, 0.0, LARGEST)),
        float(np.clip(mean_energy, 0.0, 1.0)),
        np.clip(js, 0.0, LARGEST),
        np.clip(energy, 0.0, 1.0),
    )


def _jensen_shannon(
    real: Array, other: Array, real_group: Array, other_group: Array, k: int, seed: int
) -> Float[Array, " k"]:
    """Return the divergence of each group, not cut; NaN for one that is not met."""
    points, group = np.vstack([real, other]), np.concatenate([real_group, other_group])
    is_real = np.arange(len(points)) < len(real)
    weights = _balanced(is_real, group, k)
    rng = np.random.default_rng([seed, len(real), len(other)])
    fold = _folds(points, is_real, group, rng)
    logits = _held_out(points, group, is_real, weights, fold, k, int(rng.integers(2**31)))
    f = np.empty(len(points))
    for one in range(FOLDS):
        out = fold == one
        f[out] = _calibrated(logits[~out], is_real[~out], weights[~out], logits[out])
    gain = LARGEST + log_expit(np.where(is_real, f, -f))
    with np.errstate(invalid="ignore", divide="ignore"):
        sides = [np.bincount(group[s], gain[s], k) / np.bincount(group[s], minlength=k) for s in (is_real, ~is_real)]
    return (sides[0] + sides[1]) / 2


def _balanced(is_real: Array, group: Array, k: int) -> Float[Array, " n"]:
    """Return weights with mean one that give the other rows the real rows' groups, and both sides the same sum."""
    real, other = np.bincount(group[is_real], minlength=k), np.bincount(group[~is_real], minlength=k)
    weights = np.where(is_real, 1.0, (real / np.maximum(other, 1))[group])
    return weights / weights.mean()


def _folds(points: Array, is_real: Array, group: Array, rng: np.random.Generator) -> Int[Array, " n"]:
    """Return a fold for each row, every group of either side in equal parts.

    Where real rows differ from one another, equal points of the other side share a fold: a prior that draws its few
    rows again and again would otherwise be known by its copies, however near to the truth the rows are.
    """
    bundle = np.arange(len(group))
    same = np.unique(np.column_stack([group, points]), axis=0, return_inverse=True)[1].reshape(-1)
    if len(np.unique(same[is_real])) > _DISTINCT * is_real.sum():
        bundle = np.where(is_real, same.max() + 1 + bundle, same)
    fold = np.empty(len(group), dtype=np.int64)
    start = 0
    for side in (is_real, ~is_real):
        for g in np.unique(group[side]):
            rows = np.flatnonzero(side & (group == g))
            names, place = np.unique(bundle[rows], return_inverse=True)
            order = rng.permutation(len(names))
            fold[rows] = (start + order[place]) % FOLDS
            start += len(names)
    return fold


def _held_out(
    points: Array, group: Array, is_real: Array, weights: Array, fold: Array, k: int, seed: int
) -> Float[Array, "n 2"]:
    """Return each row's log-odds of being real, by two learners that did not see it."""
    groups = (group[:, None] == np.arange(k)).astype(np.float64) if k > 1 else np.empty((len(group), 0))
    flat = _curves(points, groups, weights)
    for_trees = np.column_stack([points, groups]).astype(np.float32)
    line, trees = judges.study_pair(TREES, for_trees.shape[1], k, seed)
    out = np.empty((len(points), 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of iterations: the odds are calibrated afterwards
        for one in range(FOLDS):
            fit, judged = fold != one, fold == one
            line.fit(flat[fit], is_real[fit], weights[fit])
            trees.fit(for_trees[fit], is_real[fit], weights[fit])
            p = trees.predict_proba(for_trees[judged])[:, 1]
            small = 1 / (4 * TREES)
            p = np.clip(p, small, 1 - small)
            out[judged] = np.column_stack([line.decision_function(flat[judged]), np.log(p / (1 - p))])
    return np.clip(out, -_MAX_LOGIT, _MAX_LOGIT)


def _curves(points: Array, groups: Array, weights: Array) -> Float[Array, "n q"]:
    """Return what the linear learner sees; made of all rows of both sides, whichever side they are of."""
    centred = points - weights @ points / weights.sum()
    scale = np.sqrt(weights @ centred**2 / weights.sum())
    centred = centred[:, scale > 1e-9] / scale[scale > 1e-9]
    if not centred.shape[1]:
        return np.zeros((len(points), 1))
    if centred.shape[1] > _COMPONENTS:
        values, axes = np.linalg.eigh(centred.T @ centred)
        centred = centred @ axes[:, np.argsort(-values)[:_COMPONENTS]]
        centred = centred / np.maximum(centred.std(axis=0), 1e-9)
    z = np.clip(centred, -_REACH, _REACH)
    i, j = np.triu_indices(min(z.shape[1], _SQUARED))
    products = np.clip(z[:, i] * z[:, j], -(_REACH**2), _REACH**2) / 2
    within = (groups[:, :, None] * z[:, None, :]).reshape(len(z), -1)
    return np.column_stack([z, products, groups, within])


def _calibrated(logits: Array, is_real: Array, weights: Array, judged: Array) -> Float[Array, " j"]:
    """Return the log-odds that a weighted logistic regression of the learners' log-odds gives other rows.

    Slopes are at least zero: a learner that is wrong on held-out rows has seen nothing, and gets no say.
    """
    sign = np.where(is_real, 1.0, -1.0)
    share = weights / weights.sum()
    columns = np.column_stack([logits, np.ones(len(logits))])
    ridge = _RIDGE / len(logits)

    def loss(w: Array) -> tuple[float, Array]:
        margin = sign * (columns @ w)
        slope = -(share * sign * expit(-margin)) @ columns
        return float(-share @ log_expit(margin) + ridge * (w[:-1] @ w[:-1]) / 2), slope + ridge * np.append(w[:-1], 0.0)

    bounds = [(0.0, None)] * logits.shape[1] + [(None, None)]
    found = minimize(loss, np.array([0.3, 0.3, 0.0]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return np.clip(np.column_stack([judged, np.ones(len(judged))]) @ found, -_MAX_LOGIT, _MAX_LOGIT)


def _energy(a: Float[Array, "n p"], b: Float[Array, "m p"]) -> float:
    """Return the standardised energy distance of two clouds, not cut; a cloud of one point has no spread."""
    from scipy.spatial.distance import cdist, pdist

    between = float(cdist(a, b).mean())
    if between == 0.0:
        return 0.0
    within = [float(pdist(one).mean()) if len(one) > 1 else 0.0 for one in (a, b)]
    return 1.0 - sum(within) / (2.0 * between)
