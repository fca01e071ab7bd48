"""What the prediction that training began with states of the target."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from retrodict.disclosures.kinds import ClassShares, Disclosure, TargetMoments, TargetQuantiles
from retrodict.disclosures.place import Place
from retrodict.families.xgboost.counts import UNWEIGHTED, share_fits, start_shares
from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.objectives import BINARY, MANY, quantile
from retrodict.families.xgboost.paths import base_path

WEIGHTED = "of the rows as weighted"

_MEAN_SINCE = (3, 0)
"""From here on the start is the mean itself; before, it was one Newton step towards it."""
_ESTIMATED_SINCE = (2, 0)
"""Before, only absolute error had a start of its own; all others began with a half, which states nothing."""
_ADDED = 1e-6
"""What is added to the share of each class before its logarithm is taken."""
_QUANTILES_UNTIL = (3, 3)
"""Before, absolute and quantile error began with that quantile of the targets, and set leaves to quantiles; a release
later they take a Newton step towards it."""
_CLASSES_SINCE = (3, 1)
"""From here on each class has a start of its own."""


def start_facts(learner: Learner, place: Place, n: int | None) -> Iterator[Disclosure]:
    """Yield the share of a class, or a mean or quantile of the targets.

    Parameters
    ----------
    learner
        The model. Where its start was set by the user, it states nothing.
    place
        Where it stands.
    n
        Rows, where known: shares are then of whole rows.
    """
    if not learner.estimated:
        return
    shared: dict[str, Any] = {"features": (), "source": place.at(base_path()), "exact": place.sample or WEIGHTED}
    if learner.targets > 1:
        yield from _of_targets(learner, place, shared)
        return
    shares = class_shares(learner)
    if shares is not None:
        if n is not None and all(share_fits(share, n) for share in shares):
            shares = [round(share * n) / n for share in shares]
            shared["exact"] = place.sample or UNWEIGHTED
        own = place.labels if place.labels is not None and len(place.labels) == len(shares) else range(len(shares))
        yield ClassShares(tuple(own), tuple(shares), **shared)
        return
    at = _quantile(learner)
    if at is not None:
        yield TargetQuantiles((at,), place.targets([learner.base[0]]), **shared)
        return
    mean = _mean(learner)
    if mean is not None and place.target is None:
        yield TargetMoments(mean, **shared)


def _of_targets(learner: Learner, place: Place, shared: dict[str, Any]) -> Iterator[Disclosure]:
    """Yield the mean or quantile of each of several targets, in their order."""
    if len(learner.base) != learner.targets:
        return
    levels = quantile(learner.settings) if learner.objective == "reg:quantileerror" else ()
    for i, base in enumerate(learner.base):
        own = {**shared, "source": place.at(f"{base_path()}[{i}]")}
        alone = replace(learner, base=(base,), targets=1)
        level = _quantile(alone)
        mean = _mean(alone)
        if level is not None:
            yield TargetQuantiles((levels[i] if i < len(levels) else level,), (base,), **own)
        elif mean is not None and alone.objective in BINARY:
            yield ClassShares((0, 1), (1.0 - mean, mean), **own)
        elif mean is not None:
            yield TargetMoments(mean, **own)


def class_shares(learner: Learner) -> list[float] | None:
    """Return the shares of the classes that a start states; ``None`` where it states none."""
    if learner.objective in BINARY:
        mean = _mean(learner)
        return None if mean is None or not 0.0 < mean < 1.0 else [1.0 - mean, mean]
    if learner.objective in MANY and learner.version >= _CLASSES_SINCE and len(learner.base) == learner.classes:
        return [max(0.0, share * (1.0 + learner.classes * _ADDED) - _ADDED) for share in start_shares(learner)]
    return None


def _quantile(learner: Learner) -> float | None:
    if learner.version >= _QUANTILES_UNTIL:
        return None
    if learner.objective == "reg:absoluteerror":
        return 0.5
    if learner.objective == "reg:quantileerror" and learner.version >= _ESTIMATED_SINCE:
        return quantile(learner.settings)[0]
    return None


def _cancels(learner: Learner) -> bool:
    """Whether the gradients of all rows add up to nothing at the start, as they do at the mean of the targets.

    A loss of the user's own is written as squared error, and begins with the library's default.
    """
    first = [learner.trees[i] for i in learner.first_trees]
    return all(not tree.inner[0] or abs(float(tree.weight[0])) <= _NOTHING for tree in first)


def _mean(learner: Learner) -> float | None:
    """Return the mean of the targets, taking back the one step that was made towards it before XGBoost 3."""
    base, objective = learner.base[0], learner.objective
    if learner.version < _ESTIMATED_SINCE:
        return None
    if objective not in _FROM_MEAN or (base == _DEFAULT and not _cancels(learner)):
        return None
    if objective in {"reg:squarederror", "reg:linear"} or learner.version >= _MEAN_SINCE:
        return base
    if objective == "binary:logitraw":
        return 0.5 + 0.25 * base
    if objective in BINARY:
        return 0.5 - 0.25 * math.log(1.0 / base - 1.0) if 0.0 < base < 1.0 else None
    if base <= 0 or objective not in {"count:poisson", "reg:gamma", "reg:tweedie"}:
        return None
    step = math.log(base)
    if objective == "count:poisson":
        return 1.0 + step * math.exp(learner.setting("poisson_regression_param", "max_delta_step", 0.7))
    power = 2.0 if objective == "reg:gamma" else learner.setting("tweedie_regression_param", _POWER, 1.5)
    below = 1.0 - step * (power - 1.0)
    return (1.0 + step * (2.0 - power)) / below if below > 0 else None


_DEFAULT = 0.5
"""What the library begins with where it computes no start."""
_NOTHING = 1e-4
"""What gradients of rows at the mean leave of a root's value: sums are of 32 bits."""
_FROM_MEAN = frozenset(
    ("reg:squarederror", "reg:linear", "reg:logistic", *BINARY, "count:poisson", "reg:gamma", "reg:tweedie")
)
"""Objectives of which it is known that the mean of the targets is where they begin."""
_POWER = "tweedie_variance_power"
