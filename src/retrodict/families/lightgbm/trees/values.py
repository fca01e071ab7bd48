"""Leaf values alone: the settings that a stripped file does not state are those with which its values fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from retrodict.disclosures import Disclosures
from retrodict.errors import ModelError
from retrodict.families.lightgbm.stated.drawn import drawn_of
from retrodict.families.lightgbm.stated.sums import Step, penalties
from retrodict.families.lightgbm.trees.boosting import Laid, boosting_with
from retrodict.families.lightgbm.trees.draws import draws_of
from retrodict.families.lightgbm.trees.losses import OF_CLASSES, loss_of
from retrodict.families.lightgbm.trees.reach import reach_of
from retrodict.families.lightgbm.trees.settings import stated_settings
from retrodict.families.lightgbm.trees.weights import classes_differ, set_weights
from retrodict.matching.boosting import Boosting
from retrodict.matching.capability import Source
from retrodict.matching.inferring.consistency import inferred
from retrodict.matching.inferring.guesses import PENALTIES, RATES, Guesses, first
from retrodict.matching.inferring.shares import HeldStart
from retrodict.matching.inferring.steps import Steps
from retrodict.matching.linear_reading import LinearReading

Array = np.ndarray

_RATE, _PENALTY = 0.1, 0.0
"""The library's defaults."""


def values_of(
    laid: Laid,
    found: Disclosures,
    rows: int | None,
    shares: Float[Array, "T before"] | None = None,
    source: Source = "values",
) -> LinearReading:
    """Return the equations that leaf values are, with the settings under which they fit.

    Parameters
    ----------
    laid
        The model.
    found
        What it discloses.
    rows
        How many rows the table has, where that is known.
    shares
        What earlier trees counted for; see `Boosting`.
    source
        Whether counts and sums of hessians are used where they are stated.

    Raises
    ------
    ModelError
        If leaf values are no functions of sums over their rows, or fit no common table.
    """
    text = laid.text
    reach, settings, loss = reach_of(text), stated_settings(text), loss_of(text)
    if not reach.gradients or loss is None or not reach.rounds:
        raise ModelError(f"leaf values of the LightGBM model are no equations about its rows: {reach.notes[0]}")
    if settings.smoothing > 0:
        raise ModelError(
            "leaf values of the LightGBM model were smoothed (path_smooth), and tell nothing without counts"
        )
    drawn, sampled = None, drawn_of(text).sampled
    if sampled and not drawn_of(text).one_sided:
        drawn = draws_of(text, rows) if rows is not None else None
        if drawn is None:
            raise ModelError(
                "the trees of the LightGBM model were grown on draws of rows, and leaf values alone do not say which; "
                "state how many rows there were (rows=)"
            )
    rates = first(_RATE, RATES) if settings.rate is None else (settings.rate,)
    l2 = first(_PENALTY, PENALTIES) if settings.penalty is None else (settings.penalty,)
    weights = set_weights(text, None, rows) if classes_differ(text) else ()
    if weights is None:
        raise ModelError("the classes of the LightGBM model count by how many rows they have, which is not stated")
    settings = replace(settings, weights=weights)
    start = text.trees[: text.per_iteration]
    assert text.objective is not None
    # two classes, or several: their start is a share of rows, which the first trees' values show
    held = None
    plain = [tree.value[penalties(text, tree, Step(1.0, 0.0, 1.0))[tree.leaves - 1 :] == 0.0] for tree in start]
    shown = text.objective.name in OF_CLASSES and text.objective.sigmoid == 1.0 and not weights
    if shown and all(len(own) > 1 for own in plain):
        held = HeldStart(tuple(plain), loss)  # of leaves that have no penalty of their own

    def build(steps: Steps) -> Boosting:
        own = replace(
            settings,
            rate=steps.rate,
            penalty=steps.penalty,
            start=np.array(steps.start),
            rows=steps.rows,
            first=held is not None and steps.first,
        )
        return replace(boosting_with(laid, own, reach, source, drawn), shares=shares)

    # a start that is not held is in the first trees' values, and matters to no other
    starts = ((0.0,) * text.per_iteration,) if held is None else ()
    guesses = Guesses(rates, l2, starts, rows, held=held)
    return inferred(laid.schema, found, build, guesses, reach.notes)
