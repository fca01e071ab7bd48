"""Take out of a model what prediction does not need, and check that nothing is predicted otherwise."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from retrodict.disclosures import Disclosures, Unread, inspect_model
from retrodict.disclosures.stated import load_stated
from retrodict.disclosures.unread import type_name
from retrodict.errors import ModelError, RequestError
from retrodict.models import Model
from retrodict.models.contract import has_likelihood, own_schema
from retrodict.results.arguments import check_count
from retrodict.sanitizing.battery import battery, outputs_of, same
from retrodict.sanitizing.capability import Outputs, RoundsSplits, Strippable
from retrodict.sanitizing.defence import Defence, defences_of
from retrodict.sanitizing.defended import compared, defended
from retrodict.sanitizing.plan import Change, Kept, Plan, Removed
from retrodict.sanitizing.result import Sanitized
from retrodict.sanitizing.rounding import Rounding

Array = np.ndarray

ROWS = 2_000
FEWEST = 100


def sanitize(
    model: Any,
    *,
    rows: int = ROWS,
    seed: int = 0,
    round_splits: bool = False,
    train: pd.DataFrame | None = None,
    defend: Defence | str | Iterable[Defence | str] | None = None,
    **settings: Any,
) -> Sanitized:
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
    round_splits
        Move the split points of trees, which may be values of training rows, to rounder numbers between the rows at
        their sides, so that none of these rows is predicted otherwise. Other rows may be.
    train
        The rows that hold for `round_splits`, with the model's columns; by default as many rows as the battery has are
        drawn over the columns' ranges.
    defend
        Changes of boosted trees that need no training rows and let leaf values tell less of them, at the cost of other
        predictions: ``"trees=25"`` (keep the first 25 rounds), ``"noise=0.1"`` (normal noise of a tenth of the spread
        of all leaf values), ``"leaves=40"`` (join leaves of fewer than 40 training rows, where their counts are
        stated), or several. None of them is a guarantee: rebuild the copy, or audit it, to see what is left.
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
        If the battery is too small; or split points are to be rounded, or trees defended, and the model has none that
        can be.

    Notes
    -----
    The copy predicts and does no more: it can't be trained further, and its `feature_importances_` mean nothing.

    Defences come first: what is said of equal outputs is said of the defended model and of it without its facts. Noise
    is drawn by the operating system, and is another in each call whatever the seed: who could draw it again could take
    it off.

    Outputs are compared with those of a plain copy of the model, as it would be read from a file: arrays that are views
    of larger ones lie otherwise in memory once they are copied, and sums over them may end in another last bit.
    """
    check_count(rows, "the rows of the battery", least=FEWEST)
    model = load_stated(model, **settings)
    if not isinstance(model, Strippable) and not has_likelihood(model):
        raise ModelError(
            f"the {model.family} has no likelihood, and its outputs can't be compared, so that nothing is taken out of "
            f"it; inspect it instead: {model.likelihood}"
        )
    if round_splits and not isinstance(model, RoundsSplits):
        raise RequestError(f"the {model.family} has no split points that can be rounded; leave round_splits out")
    if train is not None and not round_splits:
        raise RequestError("training rows are for rounding split points; ask for that too (round_splits=True)")
    return stripped(model, rows, seed, round_splits=round_splits, train=train, defences=defences_of(defend))


def stripped(
    model: Model,
    rows: int,
    seed: int,
    *,
    round_splits: bool = False,
    train: pd.DataFrame | None = None,
    defences: tuple[Defence, ...] = (),
    noise: np.random.Generator | None = None,
) -> Sanitized:
    """Return a copy of a loaded model; see `sanitize`.

    Parameters
    ----------
    model, rows, seed, round_splits, train
        As there.
    defences
        What is done to its trees first.
    noise
        Gives the noise of defences, for trials that are not given away; see `defended`.
    """
    before = inspect_model(model)
    trial = battery(model, before, rows, seed)
    defence = None
    if defences:
        other = defended(model, defences, noise)
        defence = compared(model, other, defences, trial)
        model = other
    expected = outputs_of(model.duplicate() if isinstance(model, Strippable) else copy.deepcopy(model), trial)
    bare, plan, made, needed = _bare(model, trial, expected)
    identical = same(expected, outputs_of(bare, trial))
    rounding = None
    if round_splits and isinstance(bare, RoundsSplits):
        bare, rounding, alike = _rounded(bare, before, train, rows, seed)
        identical = identical and alike
    after = inspect_model(bare)
    listed = {entry.path for entry in plan.unjudged}
    return Sanitized(
        model=bare,
        removed=_removed(made),
        kept=(*plan.kept, *needed),
        unjudged=(*plan.unjudged, *(entry for entry in after.unread if entry.path not in listed)),
        rows=len(trial),
        outputs=tuple(expected),
        identical=identical,
        before=before,
        after=after,
        seed=seed,
        rounding=rounding,
        defence=defence,
    )


def _rounded(
    bare: RoundsSplits, before: Disclosures, train: pd.DataFrame | None, rows: int, seed: int
) -> tuple[RoundsSplits, Rounding, bool]:
    """Return a model with rounder split points, what was moved, and whether its outputs for the rows are the same."""
    if train is not None:
        X = own_schema(bare).encode(train)
        if not len(X):
            raise RequestError("the training rows are none; give those that predictions must hold for")
    else:
        X = battery(bare, before, rows, seed, at_points=False)
    made, told = bare.round_splits(X)
    return (
        made,
        replace(told, rows=len(X), source="drawn" if train is None else "given"),
        same(outputs_of(bare, X), outputs_of(made, X)),
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
