"""How far the equations of leaf values hold: for which rows, and with the step that trees agree on or another.

A file states no learning rate, no penalty (L1 or L2), no cap and no draws; a pickle does. What is not stated shows in
the trees in part: an inner node's value and those of the leaves beneath are of the same sums.
"""

from __future__ import annotations

from retrodict.families.xgboost.counts import UNWEIGHTED, Counted
from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.objectives import BINARY, MANY
from retrodict.families.xgboost.rates import Rates, share_off
from retrodict.families.xgboost.settings_facts import Configuration

PRECISION = "to 32 bits"
UNKNOWN_STEP = "if leaf values are plain steps, of a rate and a penalty that the file does not state"
WEIGHTED = "of the rows as weighted"
AS_TREES_AGREE = "as far as values of inner nodes and leaves agree"
_MOST_OFF = 0.005
"""The share of splits whose sums may be too rounded to agree."""


def exactness(
    learner: Learner, config: Configuration | None, rates: Rates | None, found: Counted | None, n: int | None
) -> bool | str:
    """Return how far the equations of leaf values hold as they are stated.

    Parameters
    ----------
    learner
        The model.
    config
        Its configuration, where one is kept.
    rates
        The learning rate and the penalty, where trees agree on them.
    found
        Counts of its trees, where hessians are counts.
    n
        Rows, where trees leave no doubt that they saw all.

    Returns
    -------
    bool or str
        In words for which rows and to which precision; ``False`` where trees show that the formula does not hold. Never
        ``True``: sums are of 32 bits.
    """
    kept = config is not None and config.kept
    other = _other_step(learner, config)
    if other:
        return f"not of plain steps, for {', '.join(other)}"
    if rates is None:
        return UNKNOWN_STEP
    if share_off(learner.trees, rates) > _MOST_OFF:
        return False
    words = [PRECISION] if kept else [PRECISION, AS_TREES_AGREE]
    words += _of_loss(learner)
    words += of_rows(learner, config, found, n)
    if learner.parallel > 1:
        words.append("at the score before each round of trees")
    # hessians of the first round that are alike show the score that all rows had
    if found is None or learner.objective not in (*BINARY, *MANY, "count:poisson"):
        words.append("if the user gave no scores to begin with")
    return ", ".join(words)


def of_rows(learner: Learner, config: Configuration | None, found: Counted | None, n: int | None) -> list[str]:
    """Return of which rows sums over the nodes are, and how these count; see `exactness`."""
    weighted = learner.setting("reg_loss_param", "scale_pos_weight", 1.0) != 1.0
    words = [WEIGHTED if weighted else UNWEIGHTED]
    share = None if config is None else config.number("subsample")
    if n is None and share != 1.0:
        drawn = share is not None or (found is not None and found.every and len(set(found.roots)) > 1)
        words.append("of each tree's draw" if drawn else "if no rows were drawn")
    return words


def _other_step(learner: Learner, config: Configuration | None) -> list[str]:
    """Return what was set so that leaf values are no plain steps, by the library's names."""
    found = ["dart"] if learner.drops is not None else []
    for name in ("alpha", "max_delta_step"):
        value = None if config is None else config.number(name)
        if value:
            found.append(name)
    if learner.objective == "count:poisson" and "max_delta_step" not in found:
        found += ["max_delta_step"]  # it has one by default
    signs = str(config.settings.get("monotone_constraints", "")) if config is not None and config.kept else ""
    return [*found, "monotone_constraints"] if any(sign in signs for sign in "123456789") else found


def _of_loss(learner: Learner) -> list[str]:
    kind = learner.objective.partition(":")[0]
    if kind == "rank":
        return ["of pairs of rows of one query, not of single rows"]
    if learner.objective == "survival:cox":
        return ["of rows beside all that were at risk at their time, not of single rows"]
    return []
