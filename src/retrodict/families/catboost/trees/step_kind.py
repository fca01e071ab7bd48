"""How leaf values of a model of CatBoost were made of sums over its rows, and where that is no linear equation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from retrodict.families.catboost.content import Content
from retrodict.families.catboost.objectives import REFUSED, Objective
from retrodict.families.catboost.settings import Told, params_of, under
from retrodict.matching.losses import JointSoftmax, Loss, LossKind, PlainLoss

_NEWTON, _GRADIENT = "Newton", "Gradient"
_PLAIN = {
    "Logloss": LossKind.LOGISTIC,
    "CrossEntropy": LossKind.LOGISTIC,
    "RMSE": LossKind.SQUARED,
    "Poisson": LossKind.POISSON,
    "MultiClassOneVsAll": LossKind.ONE_VS_REST,
}
"""Losses whose leaves are one step of the sums of gradients and hessians."""

_SEVERAL = frozenset({"Logloss", "CrossEntropy", "Poisson"})
"""Those whose leaves may be several such steps: their hessians do not depend on labels."""


class StepKind(IntEnum):
    """What the sum of gradients is divided by."""

    HESSIANS = 0
    """And the penalty."""
    ROWS = 1
    """And the penalty."""
    JOINT = 2
    """The matrix of hessians of all outputs, with the penalty on its diagonal."""
    SEVERAL = 3
    """Any of the first two, several times; see `SeveralSteps`."""


@dataclass(frozen=True)
class Stepping:
    """A loss, and how leaf values follow from it.

    Parameters
    ----------
    loss
        What rows add.
    kind
        ``None`` where leaf values are no equation that is known here.
    reason
        Why not, in words.
    by_rows
        Whether gradients are divided by numbers of rows.
    steps
        How many steps a leaf value is the sum of.
    """

    loss: Loss
    kind: StepKind | None
    reason: str = ""
    by_rows: bool = False
    steps: int = 1


def stepping_of(content: Content, told: Told, objective: Objective) -> Stepping:
    """Return how leaf values follow from sums over rows.

    Settings that the file does not state are taken to be such that they do; that they are not shows in the misfit.

    Parameters
    ----------
    content
        The model.
    told
        Its settings, as far as it states them.
    objective
        The loss that it was trained for.
    """
    reason = _unlike(content, told, objective)
    if objective.name == "MultiClass":
        loss: Loss = JointSoftmax()
    elif objective.name == "Tweedie":
        loss = PlainLoss(LossKind.TWEEDIE, objective.number("variance_power", 1.5))
    else:
        loss = PlainLoss(_PLAIN.get(objective.name, LossKind.SQUARED))
    if reason:
        return Stepping(loss, None, reason)
    by_rows, steps = told.method == _GRADIENT, told.steps or 1
    if steps > 1:
        return Stepping(loss, StepKind.SEVERAL, by_rows=by_rows, steps=steps)
    several = StepKind.JOINT if objective.name == "MultiClass" else StepKind.HESSIANS
    return Stepping(loss, StepKind.ROWS if by_rows else several, by_rows=by_rows)


def _unlike(content: Content, told: Told, objective: Objective) -> str:
    """Return why leaf values are no linear equation; empty where they are."""
    params = params_of(content)
    signs = under(params, "tree_learner_options", "monotone_constraints")
    if objective.name not in (*_PLAIN, "MultiClass", "Tweedie"):
        of_pairs = "is of pairs of rows" if objective.name in REFUSED else "has no linear equation that is known here"
        return f"their loss, {objective.name}, {of_pairs}"
    if told.changed is not None:
        return f"they were found {told.changed}"
    if told.steps not in (None, 1) and objective.name not in _SEVERAL:
        return f"each is the sum of {told.steps} steps (leaf_estimation_iterations)"
    if told.method not in (None, _NEWTON, _GRADIENT):
        return f"they were found by {told.method} (leaf_estimation_method)"
    if signs and any(signs.values() if isinstance(signs, dict) else signs):
        return "they were put in order after they were found (monotone_constraints)"
    if content.scale != 1.0:
        return "they were scaled after they were found"
    if params.get("task_type") == "GPU":
        return "they were found on a GPU, with sums of 32 bits"
    return ""
