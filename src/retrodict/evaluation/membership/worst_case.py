"""The worst case: a classifier that was shown outputs of known members and others, and judges further rows."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float

from retrodict import threads, time_limit
from retrodict.evaluation.membership.asked import Asked, Known, Scores
from retrodict.evaluation.membership.folds import cross_fitted
from retrodict.evaluation.membership.signals import of_labels, of_values
from retrodict.families.sklearn.train import judges
from retrodict.models.noise import noise_of

Array = np.ndarray

NAME = "worst case"

LEARNED = 4_000
"""Rows of either kind that one classifier learns from, at most: what is left to learn of a dozen numbers from more is
less than the error of the AUC."""

_FLOOR = -100.0
"""What stands for the logarithm of 0: below that of any probability that differs from 0 for an attack's purposes."""
_MOST_CLASSES = 10
"""Classes whose probabilities are told apart by rank, the largest first; the rest is what they leave."""
_MOST_LABELS = 20
"""Classes up to which the true one is an indicator each, which lets a line have a threshold a class."""


def worst_case_scores(asked: Asked, seed: np.random.SeedSequence) -> Iterator[Scores]:
    """Yield the attack that learns from outputs how those of members differ.

    It stands for whoever knows the membership of many rows (Shokri et al., 2017, with the best of shadow models: the
    model itself; the worst case of SACRO-ML). What it looks at: class probabilities by size, those of the true label,
    the signals of `signals`, whether the prediction is right. Extremely random trees and a logistic regression, whose
    log-odds are averaged; each row is judged by what was learned from other rows (`cross_fitted`).

    Parameters
    ----------
    asked
        Rows of both kinds.
    seed
        Of the parts and of the trees.
    """
    started = time.perf_counter()
    bare, full = _features(asked)
    kind = np.repeat([1, 0], [len(asked.members), len(asked.others)])
    deal, draw, trees = (np.random.default_rng(one) for one in seed.spawn(3))

    def fit(shown: Bool[Array, " n"]) -> Float[Array, " n"]:
        time_limit.check("the classifier of outputs had judged all rows")
        learned = np.concatenate([_some(np.flatnonzero(shown & (kind == one)), draw) for one in (0, 1)])
        if len(np.unique(kind[learned])) < 2:
            return np.zeros(len(kind))
        odds = np.zeros(len(kind))
        learners = ((judges.output_trees(len(learned), int(trees.integers(2**31))), bare), (judges.output_line(), full))
        for estimator, matrix in learners:
            with threads.fitting(len(learned), matrix.shape[1]):
                estimator.fit(matrix[learned], kind[learned])
            with threads.asking(*matrix.shape):
                p = estimator.predict_proba(matrix)[:, 1]
            odds += np.log(p + _LEAST) - np.log(1.0 - p + _LEAST)
        return odds

    members, others = cross_fitted(asked, fit, deal)
    yield Scores(NAME, "by_query", members, others, seconds=time.perf_counter() - started, learned=True)


_LEAST = 1e-6
"""Keeps the odds of a classifier that is sure finite."""


def _some(rows: Array, rng: np.random.Generator) -> Array:
    return rows if len(rows) <= LEARNED else rng.permutation(rows)[:LEARNED]


def _features(asked: Asked) -> tuple[Float[Array, "n p"], Float[Array, "n q"]]:
    """Return what is looked at, members first: for trees, and the same for a line, with an indicator a class."""
    sides = (asked.members, asked.others)
    bare = np.concatenate([_of_labels(one) if asked.labels else _of_values(asked, one) for one in sides])
    bare = np.clip(bare, _FLOOR, -_FLOOR) if asked.labels else np.nan_to_num(bare, neginf=np.nanmin(_finite(bare)))
    if not asked.labels:
        return bare, bare
    labels = np.concatenate([one.rows.y for one in sides]).astype(np.intp)
    k = asked.members.output.shape[1]
    indicators = labels[:, None] == np.arange(k)[None, : k if k <= _MOST_LABELS else 0]
    return np.column_stack([bare, labels]), np.column_stack([bare, indicators])


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


def _of_labels(one: Known) -> Float[Array, "n p"]:
    labels = one.rows.y.astype(np.intp)
    falling = -np.sort(-one.output, axis=1)[:, :_MOST_CLASSES]
    right = one.output.argmax(axis=1) == labels
    return np.column_stack([falling, np.exp(falling), *of_labels(one.output, labels).values(), right])


def _of_values(asked: Asked, one: Known) -> Float[Array, "n p"]:
    told = of_values(one.output, one.rows.y, noise_of(asked.base.meter.model))
    return np.column_stack([one.output, one.rows.y, one.output - one.rows.y, *told.values()])
