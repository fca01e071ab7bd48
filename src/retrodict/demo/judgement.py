"""Judge the demo's reconstruction: accuracies on held-back rows, and distances to the real rows, beside the prior's."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool
from scipy.stats import ks_2samp

from retrodict import threads
from retrodict.demo.inputs import TARGET
from retrodict.evaluation.proportions import wilson
from retrodict.families.sklearn.train.examples import scaled_logistic
from retrodict.models import Meter, Model

Array = np.ndarray

CONTROLS = 10
_RESAMPLES = 4_000


@dataclass(frozen=True)
class Accuracy:
    """A share of held-out rows that were predicted right, with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Judgement:
    """What the demo reports.

    Parameters
    ----------
    base, replica, control
        Test accuracies. The control is the mean of `CONTROLS` models, each on prior draws with labels of its own.
    larger_class
        Test accuracy of always answering the class that is larger in the prior file.
    agreement
        Share of held-out rows on which replica and base model give the same answer.
    lift
        Replica minus control, with an interval over held-out rows.
    distance_rebuilt, distance_prior
        Mean Kolmogorov-Smirnov distance to the real training rows, over features and classes (0 same, 1 apart).
    """

    base: Accuracy
    replica: Accuracy
    control: Accuracy
    larger_class: float
    agreement: float
    lift: Accuracy
    distance_rebuilt: float
    distance_prior: float


def judge(
    base: Model,
    rebuilt: pd.DataFrame,
    prior_rows: pd.DataFrame,
    class_shares: Mapping[Hashable, float],
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    seed: int,
) -> Judgement:
    """Train replica and controls, and compare.

    Parameters
    ----------
    base
        The base model.
    rebuilt
        The reconstruction's rows.
    prior_rows
        As many rows drawn from the prior alone, without labels.
    class_shares
        The prior file's; the controls' labels are drawn from them.
    train, holdout
        The real parts, now allowed to be seen: to compare with.
    seed
        Of the controls' labels and of the resampling.
    """
    rng = np.random.default_rng(seed)
    names = [name for name in train.columns if name != TARGET]
    truth = holdout[TARGET].to_numpy()
    answers = np.array(base.schema.target.classes, dtype=object)[
        Meter(base).output(base.schema.encode(holdout)).argmax(axis=1)
    ]
    replica = _said(rebuilt[names], rebuilt[TARGET].astype(object), holdout[names])
    labels, shares = list(class_shares), np.array(list(class_shares.values()))
    controls = []
    for _ in range(CONTROLS):
        drawn = np.asarray(labels, dtype=object)[rng.choice(len(labels), len(prior_rows), p=shares / shares.sum())]
        controls.append(_said(prior_rows[names], drawn, holdout[names]) == truth)
    right = np.array(controls)
    return Judgement(
        base=_wilson(answers == truth),
        replica=_wilson(replica == truth),
        control=_resampled(right, rng),
        larger_class=float((truth == max(class_shares, key=lambda label: class_shares[label])).mean()),
        agreement=float((replica == answers).mean()),
        lift=_resampled((replica == truth) - right.astype(float), rng),
        distance_rebuilt=_distance(rebuilt, train, names),
        distance_prior=_distance(prior_rows, train, names),
    )


def _said(rows: pd.DataFrame, labels: Any, asked: pd.DataFrame) -> Array:
    """Return what a model fitted to rows and labels says of other rows."""
    with threads.fitting(*rows.shape):
        return np.asarray(scaled_logistic().fit(rows, labels).predict(asked))


def _wilson(right: Bool[Array, " n"]) -> Accuracy:
    return Accuracy(float(right.mean()), *wilson(int(right.sum()), len(right)))


def _resampled(right: Array, rng: np.random.Generator) -> Accuracy:
    """Return the mean over models and held-out rows, with an interval over both, drawn anew with replacement."""
    models, rows = right.shape
    means = np.empty(_RESAMPLES)
    for i in range(_RESAMPLES):
        picked = right[rng.integers(models, size=models)].mean(axis=0)
        means[i] = picked[rng.integers(rows, size=rows)].mean()
    low, high = np.quantile(means, [0.025, 0.975])
    return Accuracy(float(right.mean()), float(low), float(high))


def _distance(rows: pd.DataFrame, train: pd.DataFrame, names: Sequence[str]) -> float:
    """Return the mean distance by feature and class; rows without labels stand for every class."""
    distances = []
    for label, real in train.groupby(TARGET):
        own = rows if TARGET not in rows else rows[rows[TARGET].astype(object) == label]
        distances += [ks_2samp(own[name], real[name]).statistic for name in names]
    return float(np.mean(distances))
