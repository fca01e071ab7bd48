"""Row counts of nodes, which XGBoost does not state, from the sums of hessians that it does.

Where every row adds the same hessian, the sum is a count: in all trees with squared, absolute and quantile error, and
in the trees of the first round with all objectives whose hessian does not depend on the target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from retrodict.families.xgboost.learner import BoostedTree, Learner
from retrodict.families.xgboost.objectives import BINARY, MANY

Array = np.ndarray

UNWEIGHTED = "if no row had a weight and the loss was the library's own"
"""Weights that are whole numbers can't be told from rows that stand as many times in the table; and a loss of the
user's own, whose hessians may be any, is written as squared error."""

_CONSTANT = frozenset(("reg:squarederror", "reg:linear", "reg:absoluteerror", "reg:quantileerror"))
_CLOSE, _RELATIVE = 0.01, 4e-7
"""How far a quotient may lie from the whole number: sums have 24 bits, and so has each row's hessian."""

_MOST_ROWS = 2_000_000
"""Beyond, 24 bits do not tell one row from the next."""


@dataclass(frozen=True, eq=False)
class Counted:
    """Trees of which counts are known.

    Parameters
    ----------
    trees, counts
        Their positions, and the rows at each node of each.
    every
        Whether these are all trees, so that their roots tell whether each saw the whole table.
    """

    trees: tuple[int, ...]
    counts: tuple[Int[Array, " nodes"], ...]
    every: bool

    @property
    def roots(self) -> tuple[int, ...]:
        """Rows that each tree saw."""
        return tuple(int(own[0]) for own in self.counts)


def counted(learner: Learner) -> Counted | None:
    """Return the counts of a model's trees; ``None`` where sums are no counts, or rows had weights of their own."""
    if not learner.trees or learner.groups is None:
        return None
    every = learner.objective in _CONSTANT
    chosen = range(len(learner.trees)) if every else learner.first_trees
    counts = []
    for i in chosen:
        each = _each(learner, int(learner.groups[i]))
        own = None if each is None else _whole(learner.trees[i], each)
        if own is None:
            return None
        counts.append(own)
    return Counted(tuple(chosen), tuple(counts), every) if counts else None


def _each(learner: Learner, group: int) -> float | None:
    """Return what every row adds to the sum of the first round; ``None`` where that depends on its target."""
    if learner.setting("reg_loss_param", "scale_pos_weight", 1.0) != 1.0:
        return None
    if learner.objective in _CONSTANT:
        return 1.0
    base = learner.base[group if len(learner.base) > 1 else 0]
    if learner.objective in BINARY:
        # without the logistic at the end, the start is a score, whatever it was computed as
        score = base if learner.objective == "binary:logitraw" else _log_odds(base)
        share = _logistic(np.float32(score))
        return float(max(share * (np.float32(1.0) - share), np.float32(1e-16)))
    if learner.objective in MANY:
        shares = start_shares(learner)
        return 2.0 * shares[group] * (1.0 - shares[group])
    if learner.objective == "count:poisson" and base > 0:
        return base * math.exp(learner.setting("poisson_regression_param", "max_delta_step", 0.7))
    return None


def _log_odds(share: float) -> float:
    return -math.log(1.0 / share - 1.0) if 0.0 < share < 1.0 else math.nan


def _logistic(score: np.float32) -> np.float32:
    return np.float32(1.0) / (np.float32(1.0) + np.exp(-score))


def start_shares(learner: Learner) -> list[float]:
    """Return the class shares that a multi-class model starts from."""
    scores = np.array(learner.base if len(learner.base) > 1 else learner.base * learner.classes)
    shares = np.exp(scores - scores.max())
    return (shares / shares.sum()).tolist()


def _whole(tree: BoostedTree, each: float) -> Int[Array, " nodes"] | None:
    rows = tree.hessian.astype(np.float64) / each
    if not np.isfinite(rows).all() or not 0 < rows[0] < _MOST_ROWS:
        return None
    whole = np.rint(rows)
    if (np.abs(rows - whole) > _CLOSE + _RELATIVE * rows).any():
        return None
    inner = tree.inner
    if (whole[inner] != whole[tree.left[inner]] + whole[tree.right[inner]]).any():
        return None
    return whole.astype(np.int64)


def share_fits(share: float, n: int) -> bool:
    """Whether a share of 32 bits is one of whole rows among so many, which chance alone seldom makes so."""
    near = share * n
    slack = 2.0**-21 * n + 1e-6  # scores of several classes are rounded, and then their exponentials
    return slack < _CHANCE and abs(near - round(near)) <= slack


_CHANCE = 0.02
"""Up to here a share that has nothing to do with so many rows would seldom fit."""
