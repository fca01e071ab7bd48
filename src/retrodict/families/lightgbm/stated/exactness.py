"""How far the equations of leaf values hold: for which rows, and with the step that the file states or another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrodict.families.lightgbm.stated.drawn import drawn_of
from retrodict.families.lightgbm.stated.weights import UNKNOWN, WEIGHED, uneven
from retrodict.families.lightgbm.text.model_text import ModelText

_OTHER_STEPS = ("lambda_l1", "max_delta_step", "path_smooth", "use_quantized_grad", "linear_tree")
"""Settings with which a leaf's value is another function of its sums."""
_RANKING = frozenset({"lambdarank", "rank_xendcg"})
_SINGLE_PRECISION = frozenset({"gpu", "cuda"})
_SIX_DIGITS = 2e-5


def other_step(text: ModelText) -> tuple[str, ...]:
    """Return what was set so that leaf values are no plain step ``-rate G / (H + penalty)``, by the library's names."""
    found = [name for name in _OTHER_STEPS if text.number(name, 0.0) > 0]
    monotone = any(one not in ("", "0") for one in text.parameters.get("monotone_constraints", "").split(","))
    found += ["monotone_constraints"] if monotone or "monotone_constraints" in text.header else []
    boosting = text.parameters.get("boosting", "gbdt")
    if text.averaged or boosting not in ("gbdt", "goss"):
        found.append(f"boosting={'rf' if text.averaged else boosting}")
    return tuple(found)


def words_of(
    text: ModelText, starts: Sequence[float | None], weights: bool | None, penalties_differ: bool, checked: bool
) -> tuple[str, ...]:
    """Return what keeps the equations of leaf values from holding as they are stated; empty where nothing does.

    Parameters
    ----------
    text
        The model.
    starts
        The score of all rows before each first tree; ``None`` where it is not known.
    weights
        Whether rows had weights; ``None`` where that is not known.
    penalties_differ
        Whether some leaves have a greater penalty than the one that is stated.
    checked
        Whether values of inner nodes were there to agree with those of leaves.
    """
    if "learning_rate" not in text.parameters or "lambda_l2" not in text.parameters:
        return ("if leaf values are plain steps, of a rate and a penalty that the file does not state",)
    found = []
    if text.objective is None or text.objective.name == "custom":
        found.append("of a loss that the file does not name")
    elif text.objective.name in _RANKING:
        found.append("of pairs of rows of one query, not of single rows")
    if (other := other_step(text)) and other != ("linear_tree",):
        found.append(f"not of plain steps, for {', '.join(other)}")
    elif other:
        found.append("of the constants that linear leaves have beside their terms")
    drawn = drawn_of(text)
    if drawn.words is not None:
        found.append(drawn.words)
    if drawn.one_sided and drawn.sampled:
        found.append("in which rows of small gradients count more")
    found += [WEIGHED] if weights or uneven(text) else [UNKNOWN] if weights is None else []
    found += _of_start(text, starts, weights)
    later = {tree.shrinkage for tree in text.trees[text.per_iteration :]} - {1.0}
    if any(not np.isclose(rate, text.number("learning_rate", np.nan), rtol=_SIX_DIGITS) for rate in later):
        found.append("with the rate of each tree, which changed")
    if penalties_differ:
        found.append("with a greater penalty beneath splits by sets of categories")
    if text.parameters.get("device_type") in _SINGLE_PRECISION:
        found.append("to 32 bits")
    if not checked:
        found.append("as the parameters say")
    return tuple(found)


def _of_start(text: ModelText, starts: Sequence[float | None], weights: bool | None) -> list[str]:
    """Return what is not known of the scores that rows had before the first trees."""
    if any(start is None for start in starts):
        return ["of trees after the first ones, whose start is not known"]
    if text.flag("boost_from_average", True):
        # an average is added to the first values, and not where the user gave scores to begin with
        added = all(tree.shrinkage == 1.0 for tree in text.trees[: text.per_iteration])
        return [] if added or (weights is False and _tells_score(text)) else [_OWN_START]
    return [] if weights is False and _tells_score(text) else [_OWN_START]


_OWN_START = "if the user gave no scores to begin with"


def _tells_score(text: ModelText) -> bool:
    """Whether a row's hessian tells the score that it had."""
    return text.objective is not None and text.objective.name in ("binary", "multiclass", "multiclassova", "poisson")
