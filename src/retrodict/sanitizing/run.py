"""Take out of a model what prediction does not need, and check that nothing is predicted otherwise."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import numpy as np

from retrodict.disclosures import Unread, inspect_model
from retrodict.disclosures.unread import type_name
from retrodict.models import Model, load_model
from retrodict.results.arguments import check_count
from retrodict.sanitizing.battery import battery, outputs_of, same
from retrodict.sanitizing.capability import Outputs, Strippable
from retrodict.sanitizing.plan import Change, Kept, Plan, Removed
from retrodict.sanitizing.result import Sanitized

Array = np.ndarray

ROWS = 2_000
FEWEST = 100


def sanitize(model: Any, *, rows: int = ROWS, seed: int = 0, **settings: Any) -> Sanitized:
    """Return a copy of a model without the facts of its training data that prediction does not need.

    Node counts, impurities, draws, row numbers, losses and the like are taken out; what predictions are computed from
    stays, and is named with the reason. All outputs (`predict`, `predict_proba`, `predict_log_proba`,
    `decision_function`) are bit for bit those of the model on a battery of rows; a change that alters one is undone.

    Parameters
    ----------
    model
        What `load_model` takes: a path, what a library fitted, or any object that satisfies `Model`. It is left as it
        is.
    rows
        Of the battery.
    seed
        Of the battery.
    settings
        For a path or an estimator: the settings of `load_model`, such as `trust_pickle`.

    Returns
    -------
    Sanitized
        The copy, what was removed, what stays and why, what could not be judged and so stays whole, and the
        disclosures before and after.

    Raises
    ------
    ModelError
        If the model can't be read, or predicts for no row of the battery.
    RequestError
        If the battery is too small.

    Notes
    -----
    The copy predicts and does no more: it can't be trained further, and its `feature_importances_` mean nothing.

    Outputs are compared with those of a plain copy of the model, as it would be read from a file: arrays that are views
    of larger ones lie otherwise in memory once they are copied, and sums over them may end in another last bit.
    """
    check_count(rows, "the rows of the battery", least=FEWEST)
    model = load_model(model, **settings)
    before = inspect_model(model)
    trial = battery(model, before, rows, seed)
    expected = outputs_of(model.duplicate() if isinstance(model, Strippable) else copy.deepcopy(model), trial)
    bare, plan, made, needed = _bare(model, trial, expected)
    after = inspect_model(bare)
    listed = {entry.path for entry in plan.unjudged}
    return Sanitized(
        model=bare,
        removed=_removed(made),
        kept=(*plan.kept, *needed),
        unjudged=(*plan.unjudged, *(entry for entry in after.unread if entry.path not in listed)),
        rows=len(trial),
        outputs=tuple(expected),
        identical=same(expected, outputs_of(bare, trial)),
        before=before,
        after=after,
        seed=seed,
    )


def _bare(model: Model, trial: Array, expected: Outputs) -> tuple[Model, Plan, list[Change], list[Kept]]:
    """Return the copy, and what was planned, done and left; of a model of which nothing is known all stays."""
    if not isinstance(model, Strippable):
        whole = Unread("", type_name(model), "unknown", "nothing is known of what predictions need of it: it stays")
        return copy.deepcopy(model), Plan(unjudged=[whole]), [], []
    bare = model.duplicate()
    plan = bare.plan()
    made, needed = _made(bare, plan, trial, expected)
    return bare.renewed(), plan, made, needed


def _made(bare: Strippable, plan: Plan, trial: Array, expected: Outputs) -> tuple[list[Change], list[Kept]]:
    """Make all changes; where outputs are others then, make them kind by kind and take back those that alter any."""
    for change in plan.changes:
        change.make()
    if same(expected, bare.outputs(trial)):
        return plan.changes, []
    for change in reversed(plan.changes):
        change.unmake()
    made: list[Change] = []
    needed = []
    for group in plan.groups():
        for change in group:
            change.make()
        if same(expected, bare.outputs(trial)):
            made += group
            continue
        for change in reversed(group):
            change.unmake()
        needed.append(Kept(group[0].path, "predictions are others without it"))
    return made, needed


def _removed(made: list[Change]) -> tuple[Removed, ...]:
    counts = Counter((change.path, change.what) for change in made)
    return tuple(Removed(path, what, count) for (path, what), count in counts.items())
