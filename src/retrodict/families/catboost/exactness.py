"""How far the equations of leaf values hold: for which rows, and with the step that settings state or another.

Leaf values are found on all rows, whatever trees were grown on: draws, Bayesian weights and ordered boosting change
which splits there are, and no equation.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from retrodict.families.catboost.content import Content
from retrodict.families.catboost.objectives import REFUSED
from retrodict.families.catboost.settings import Told, all_categories, params_of, under

UNWEIGHTED = "if every row counts once"
"""Leaf weights are sums of the weights of rows, which are not stored: whole numbers may still be counts of less."""
WEIGHTED = "of the rows as weighted"
UNKNOWN_STEP = "if leaf values are plain steps, of a rate and a penalty that the file does not state"
COUNTS_FOR_HESSIANS = "with numbers of rows in place of hessians"
OWN_START = "if the user gave no scores to begin with"
SEVERAL = "of all outputs of a leaf together"
_OF_ONE = frozenset({"RMSE"})
"""Losses of which every row has the hessian one."""
_PLAIN = frozenset({"RMSE", "Logloss", "CrossEntropy"})
"""Losses whose equations were held against rows."""
_WHOLE = 1e-3
"""How far from a whole number the rows of a class in a leaf may be, as its value gives it in 32 bits."""
_NOTHING = 1e-6
"""What gradients of rows at the mean of the targets leave of the sum of leaf values, as a share of their sizes."""


def exactness(content: Content, told: Told) -> bool | str:
    """Return how far the equations of leaf values hold as they are stated.

    Parameters
    ----------
    content
        The model.
    told
        Its settings.

    Returns
    -------
    bool or str
        ``True``, or in words of what they are; ``False`` where values of the first tree show that they do not hold.
    """
    if told.changed is not None:
        return told.changed
    if told.rate is None or told.penalty is None or told.steps is None or told.method is None:
        return UNKNOWN_STEP
    words = []
    if told.steps != 1:
        words.append(f"of the last of {told.steps} steps for each leaf")
    params = params_of(content)
    signs = under(params, "tree_learner_options", "monotone_constraints")
    if signs and any(signs.values() if isinstance(signs, dict) else signs):
        words.append("before values were put in order (monotone_constraints)")
    if told.method == "Gradient" and told.loss not in _OF_ONE:
        words.append(COUNTS_FOR_HESSIANS)
    if content.dimension > 1:
        words.append(SEVERAL)
    elif told.loss in REFUSED:
        words.append("of pairs of rows or of times that are cut off, not of single rows")
    elif told.loss not in _PLAIN:
        words.append("of gradients as the library derives them")
    if content.scale != 1.0:
        words.append("of values before they were scaled")
    if params.get("task_type") == "GPU":
        words.append("to 32 bits")
    of_rows = rows_words(content, told)
    words += [] if of_rows is None else [of_rows]
    shown = None if words and words != [UNWEIGHTED] else _plain_start(content, told)
    if shown is False:
        return False
    return ", ".join(words + ([OWN_START] if shown is None else [])) or True


def rows_words(content: Content, told: Told) -> str | None:
    """Return how rows counted; ``None`` where each counted once, as statistics of categories show beside leaf weights.

    Parameters
    ----------
    content
        The model.
    told
        Its settings.
    """
    total, rows = _first_total(content), told_rows(content)
    if told.weighted or (rows is not None and total is not None and rows != total) or not _whole(content):
        return WEIGHTED
    return UNWEIGHTED if rows is None or total is None else None


def told_rows(content: Content) -> int | None:
    """Return how many rows the statistics of categories count, which no weight changes; ``None`` without any."""
    for table in (content.ctr_tables or ()) if all_categories(content) else ():
        if table.base.kind in ("Borders", "Buckets") and len(table.counts):
            return int(table.counts.sum(dtype=np.int64))
    return None


def _whole(content: Content) -> bool:
    weights = content.trees.weights
    return bool(np.array_equal(weights, np.rint(weights)))


def _first_total(content: Content) -> float | None:
    weights = _first(content)[0]
    return None if weights is None else float(weights.sum())


def _first(content: Content) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the weights and values of the first tree's leaves; ``None`` where there are none."""
    trees = content.trees
    if not trees.symmetric or not len(trees.weights) or not len(trees.sizes):
        return None, None
    n = 1 << int(trees.sizes[0])
    return trees.weights[:n].astype(np.float64), trees.values[:n].astype(np.float64)


def _plain_start(content: Content, told: Told) -> bool | None:
    """Return whether all rows had the stated score before the first tree; ``None`` where that can't be told.

    At the mean of the targets all gradients add up to nothing; and at any score the gradients of a leaf, of two
    classes, are a whole number of rows of one class less a share of all its rows.
    """
    weights, values = _first(content)
    if weights is None or values is None or told.rate is None or told.penalty is None:
        return None
    if told.loss == "RMSE" and told.from_average:
        sums = values * (weights + told.penalty)
        return bool(abs(sums.sum()) <= _NOTHING * max(np.abs(sums).sum(), float(weights.sum()) * abs(content.bias[0])))
    if told.loss == "Logloss":
        share = float(expit(content.bias[0]))
        rows = weights * share + values / told.rate * (weights * share * (1.0 - share) + told.penalty)
        inside = (rows >= -_WHOLE) & (rows <= weights + _WHOLE)
        return bool((inside & (np.abs(rows - np.rint(rows)) <= _WHOLE)).all())
    return None
