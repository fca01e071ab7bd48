"""A booster read as equations about its training table."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import numpy as np
from jaxtyping import Bool
from lightgbm.basic import Booster

from retrodict.disclosures import Disclosures
from retrodict.disclosures.place import Place
from retrodict.errors import ModelError
from retrodict.families.lightgbm.booster import text_of
from retrodict.families.lightgbm.columns import Columns
from retrodict.families.lightgbm.grown import parts_zero
from retrodict.families.lightgbm.stated.drawn import drawn_of
from retrodict.families.lightgbm.stated.start import starts_of
from retrodict.families.lightgbm.stated.sums import agrees, step_of
from retrodict.families.lightgbm.stated.weights import weighed
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText
from retrodict.families.lightgbm.trees.boosting import Laid, boosting_with
from retrodict.families.lightgbm.trees.draws import drawn_rows, whole_rounds
from retrodict.families.lightgbm.trees.drops import undropped
from retrodict.families.lightgbm.trees.exact_rate import exact_rate
from retrodict.families.lightgbm.trees.first_trees import start_of
from retrodict.families.lightgbm.trees.reach import Reach, counts_alone, reach_of, rounds_left_out
from retrodict.families.lightgbm.trees.settings import Settings, stated_settings
from retrodict.families.lightgbm.trees.several_weights import several_weights
from retrodict.families.lightgbm.trees.sound import check_sound
from retrodict.families.lightgbm.trees.starts import exact_starts
from retrodict.families.lightgbm.trees.values import values_of
from retrodict.families.lightgbm.trees.weights import classes_differ, found_weights, set_weights
from retrodict.matching.capability import Source
from retrodict.matching.linear_reading import LinearReading, linear_reading_of
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

_INSTEAD = "reconstruct rows under a prior instead"


def equations_of(
    booster: Booster,
    kinds: Columns,
    place: Place,
    schema: Schema,
    classes: tuple[Hashable, ...],
    found: Disclosures,
    source: Source,
    rows: int | None = None,
) -> LinearReading:
    """Read a booster as equations; see `EquationTable`.

    Parameters
    ----------
    booster
        Its trees.
    kinds
        Of its columns.
    place
        Where it stands, and its columns.
    schema
        The features and target of the table's rows.
    classes
        As they were called in the table; empty for a regressor.
    found
        What the model discloses.
    source
        What equations are taken from.
    rows
        How many rows the table has, where that is known from elsewhere.

    Raises
    ------
    ModelError
        If no such model is trained, zero counted as missing, rows were drawn in a way that can't be repeated, `rows` is
        not what is stated, or, of leaf values alone, they are no equations or fit no common table.
    """
    text = text_of(booster)
    check_sound(text)
    if parts_zero(text):
        raise ModelError(f"zero counted as missing in the LightGBM model, which is not read as equations; {_INSTEAD}")
    dropping = undropped(text) if text.parameters.get("boosting") == "dart" else None
    text, shares = (text, None) if dropping is None else dropping
    laid = Laid.of(text, kinds, place, schema, classes)
    if source == "values":
        return values_of(laid, found, rows, shares)
    stated = stated_settings(text)
    if reach_of(text).gradients and (stated.rate is None or stated.penalty is None):
        return values_of(laid, found, _rows(text) if rows is None else rows, shares, source)
    settings, reach, drawn, notes = read_settings(text, rows)
    if not reach.rounds:
        raise ModelError("all trees of the LightGBM model were grown on draws that depend on rows; " + _INSTEAD)
    boosting = boosting_with(laid, settings, reach, source, drawn)
    if shares is not None:
        boosting = replace(boosting, shares=shares[: len(boosting.trees), : 1 + len(boosting.trees)])
    return linear_reading_of(schema, boosting, found, (*reach.notes, *notes))


def read_settings(
    text: ModelText, given: int | None = None
) -> tuple[Settings, Reach, Bool[Array, "rounds n"] | None, tuple[Note, ...]]:
    """Return what a file tells of its settings, how far its sums reach, the rows drawn, and notes on both."""
    settings, reach = stated_settings(text), reach_of(text)
    drawn, notes = _drawn(text)
    whole = whole_rounds(text)
    if whole is not None and whole < reach.rounds:
        reach = replace(reach, rounds=whole, notes=(*reach.notes, rounds_left_out(whole, reach.rounds)))
    rows = _rows(text) if drawn is None else drawn.shape[1]
    if given is not None and rows is not None and given != rows:
        raise ModelError(f"{given:,} rows are asked for, and the LightGBM model states {rows:,}; leave the number out")
    settings = replace(settings, rows=given if rows is None else rows)
    if not reach.gradients and not reach.hessians:
        return settings, reach, drawn, notes
    settings, why = _started(text, settings, reach, drawn is not None)
    if why is not None:
        return settings, counts_alone(reach.rounds, why, reach.notes), drawn, notes
    return settings, reach, drawn, notes


def _started(text: ModelText, settings: Settings, reach: Reach, drawn: bool) -> tuple[Settings, str | None]:
    """Return settings with the start and what rows count, or why sums can't be used."""
    stated = starts_of(text)
    added = text.flag("boost_from_average", True)
    bent, told_apart = not reach.gradients, classes_differ(text)
    starts = [
        start_of(text, k, settings, drawn, bent) if start is None and added and not told_apart else start
        for k, start in enumerate(stated)
    ]
    if text.objective is not None and text.objective.name == "cross_entropy_lambda" and added:
        starts = [start_of(text, 0, settings, drawn, bent)]  # gradients do not add up to zero at its start
    settings = replace(settings, first=all(start is not None for start in starts))
    if not settings.first and not all(_holds_start(text, tree) for tree in text.trees[: text.per_iteration]):
        return settings, "the scores of rows before the first trees are not known"
    start = np.array([0.0 if own is None else own for own in starts]) if settings.first else np.zeros(len(starts))
    weights: tuple[tuple[float, ...], ...] = ()
    told = set_weights(text, starts[0], settings.rows) if told_apart else ()
    if not told_apart and weighed(text, starts):
        several = text.objective is not None and text.objective.classes is not None
        told = several_weights(text, start, settings) if several else found_weights(text, float(start[0]), settings)
    if told is None:
        return settings, "rows had weights of their own, or scores to start from"
    weights = told
    if settings.first:
        start = exact_starts(text, start, settings.rows, () if told_apart else weights)
        settings = replace(settings, start=start, weights=weights)
        settings = replace(settings, rate=exact_rate(text, settings))
    step = step_of(text)
    if step is not None:
        known = 0 if settings.first else text.per_iteration
        pairs = ((tree, start[i] if i < text.per_iteration else 0.0) for i, tree in enumerate(text.trees))
        if not all(agrees(text, tree, step, own) for tree, own in list(pairs)[known:] if tree.leaves > 1):
            return settings, "leaf values were set anew after training"
    return replace(settings, start=start, weights=weights), None


def _holds_start(text: ModelText, tree: TreeText) -> bool:
    """Whether a start was added to a first tree's values, the same for all rows."""
    return text.flag("boost_from_average", True) and tree.shrinkage == 1.0 and text.number("learning_rate", 0.1) != 1.0


def _rows(text: ModelText) -> int | None:
    """Return how many rows the first tree that split any counts."""
    counts = [int(tree.count.sum()) for tree in text.trees if tree.count is not None and tree.leaves > 1]
    return counts[0] if counts and counts[0] > 0 else None


def _drawn(text: ModelText) -> tuple[Bool[Array, "rounds n"] | None, tuple[Note, ...]]:
    """Return which rows each round was grown on; ``None`` where on all."""
    drawn = drawn_of(text)
    if drawn.one_sided or whole_rounds(text) is not None:
        return None, ()
    if drawn.sampled is None and _rows(text) is None:
        told = "taken to be grown on all rows: the file does not say"
        return None, (Note("draws_not_stated", told),)
    if not drawn.sampled:
        return None, ()
    rows = drawn_rows(text)
    if rows is None:
        raise ModelError(
            "the trees of the LightGBM model were grown on draws that can't be repeated from what it states; "
            f"{_INSTEAD}"
        )
    told = f"{rows.shape[1]:,} rows: with this number the draws of the stated seed are as large as the trees count"
    return rows, (Note("draws_repeated", told, rows=rows.shape[1]),)
