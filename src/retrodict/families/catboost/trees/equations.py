"""A model of CatBoost as equations about its training table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.disclosures import Disclosures
from retrodict.errors import ModelError
from retrodict.families.catboost.exactness import UNWEIGHTED, rows_words
from retrodict.families.catboost.trees.grown import Grown
from retrodict.families.catboost.trees.guessing import as_stored, guesses_of, many_of
from retrodict.families.catboost.trees.levels import levels_of
from retrodict.families.catboost.trees.parts import Parts, as_stripped, stated_rows
from retrodict.families.catboost.trees.step_kind import StepKind
from retrodict.matching.boosting import (
    COUNT,
    COUNTS,
    GRADIENT,
    GRADIENTS,
    HESSIAN,
    ROWS,
    SQUARE,
    BoostedTree,
    Boosting,
    Statement,
)
from retrodict.matching.capability import Source
from retrodict.matching.inferring.consistency import inferred
from retrodict.matching.inferring.steps import Steps, rows_statement, step_statements
from retrodict.matching.linear_reading import LABELS_UNTOLD, Further, LinearReading, linear_reading_of
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray


def equations_of(
    parts: Parts, schema: Schema, found: Disclosures, source: Source, rows: int | None = None
) -> LinearReading:
    """Return a model's equations; see `EquationTable`.

    Parameters
    ----------
    parts
        The model's trees.
    schema
        The features and target of the table's rows.
    found, source, rows
        See `EquationTable.table_equations`.
    """
    if not any(each.followed for each in parts.grown):
        raise ModelError(
            "every tree of the CatBoost model asks for statistics of categories, which were others for every row while "
            "it was trained, so that no row's way is known; reconstruct rows under a prior instead"
        )
    parts = parts if source == "file" else as_stripped(parts)
    notes, told = _notes(parts, source), parts.told
    stated = stated_rows(parts)
    if rows is not None and stated is not None and rows != stated:
        raise ModelError(f"rows={rows} was given, and the CatBoost model states {stated} rows; leave it out")
    rows = stated if rows is None else rows
    if parts.stepping.kind is None and stated is None:
        raise ModelError(
            f"the CatBoost model states no counts of rows, and leaf values give no equations, since "
            f"{parts.stepping.reason}; reconstruct rows under a prior instead"
        )
    if parts.stepping.kind is None:  # counts alone
        return linear_reading_of(schema, boosting_of(parts, Steps(1.0, 0.0, parts.content.bias, rows)), found, notes)
    if told.rate is None or told.penalty is None:
        guesses, steps = guesses_of(parts, rows), many_of(parts)
        if steps == 1:
            return inferred(schema, found, lambda tried: boosting_of(parts, as_stored(tried)), guesses, notes)
        parts = parts.with_steps(steps)
        rate, penalty = guesses.rates[0], guesses.penalties[0]
    else:
        rate, penalty = told.rate, told.penalty
    if parts.stepping.kind == StepKind.SEVERAL and stated is None:
        raise ModelError(
            f"leaf values of the CatBoost model are the sum of {parts.stepping.steps} steps each "
            "(leaf_estimation_iterations), and give no linear equations without counts of rows, which were taken out "
            "or are not to be used; reconstruct rows under a prior instead"
        )
    found_steps = Steps(rate, penalty, parts.content.bias, rows)
    reading = linear_reading_of(schema, boosting_of(parts, found_steps), found, notes)
    several = parts.stepping.kind == StepKind.SEVERAL
    return replace(reading, further=_further(parts, found_steps)) if several else reading


def _further(parts: Parts, steps: Steps) -> Further:
    """Return what rows that were found by counts alone add: leaf values of several steps."""
    from retrodict.families.catboost.trees.paths import Walk  # compiled: imported when needed
    from retrodict.families.catboost.trees.several_steps import SeveralSteps

    own = parts.stepping
    walk = Walk(parts.loss == "Poisson", own.by_rows, steps.penalty)
    return SeveralSteps(walk, steps.rate, own.steps, parts.known)


def boosting_of(parts: Parts, steps: Steps) -> Boosting:
    """Return the trees with what they state.

    Parameters
    ----------
    parts
        The model's trees.
    steps
        How leaf values were made; its rows are a further equation where there are no counts.
    """
    outputs, known, kind = parts.content.dimension, parts.known, parts.stepping.kind
    levels = np.empty(0) if parts.classes else levels_of(parts.content, parts.grown, parts.loss, steps.rows)
    trees: list[BoostedTree] = []
    for turn, each in enumerate(parts.grown):
        if not each.followed:
            continue
        for k in range(outputs):
            said: list[Statement] = []
            if k == 0 and each.weights is not None:
                said.append(Statement(ROWS, COUNTS, each.weights))
            elif k == 0 and not trees and steps.rows is not None:
                said.append(rows_statement(each.tree, steps.rows))
            if kind is not None and kind != StepKind.SEVERAL and turn <= known:
                said.append(_step(each, k, steps, kind))
            if said:
                trees.append(BoostedTree(each.tree, each.values[:, k], k, turn, tuple(said)))
    met = (parts.place.columns[one.flat] for one in parts.content.numbers if one.has_nans)
    gaps = frozenset(column.name for column in met if not column.filled)
    start = np.array(steps.start, dtype=np.float64)
    return Boosting(
        parts.place,
        tuple(trees),
        parts.stepping.loss,
        start,
        parts.classes,
        levels,
        steps.rows,
        gaps=gaps,
        typical=None if parts.classes else _typical(parts, levels, steps),
    )


def _typical(parts: Parts, levels: Array, steps: Steps) -> dict[int, float]:
    """Return what one row of a regressor contributes, about: its residual, or the mean of counts and amounts."""
    moved = np.abs(parts.grown[0].values).max() / steps.rate
    size = float(moved or 1.0) if parts.loss == "RMSE" else float(levels[1]) / 2.0
    return {COUNT: 1.0, GRADIENT: size, HESSIAN: 1.0 if parts.loss == "RMSE" else size, SQUARE: size**2}


def _notes(parts: Parts, source: Source) -> list[Note]:
    """Return what is to be said of the equations: which of them are not used, and what is assumed."""
    notes, reason = [], parts.stepping.reason
    if reason:
        text = f"leaf values of the CatBoost model are not used, since {reason}; counts of rows in leaves are"
        notes.append(Note("leaf_values_unused", text))
    if parts.stepping.kind in (None, StepKind.SEVERAL):
        notes.append(LABELS_UNTOLD)
    lost = [t for t, each in enumerate(parts.grown) if not each.followed]
    if lost:
        text = (
            f"{len(lost)} of {len(parts.grown)} trees ask for statistics of categories, which were others for every "
            f"row while they were trained: they are not used, nor the leaf values of those after the first of them"
        )
        notes.append(Note("statistics_of_categories", text, trees=lost, first=lost[0]))
    if source == "file" and rows_words(parts.content, parts.told) == UNWEIGHTED:
        text = "weights of leaves are taken as counts: sums of whole weights of rows would look the same"
        notes.append(Note("weights_as_counts", text))
    return notes


def _step(each: Grown, output: int, steps: Steps, kind: StepKind) -> Statement:
    """Return what leaf values state: ``sum of g + (value / rate) (sum of h + penalty) = 0`` and its like."""
    values, tree = each.values[:, output], each.tree
    (own,) = step_statements(tree, values, steps.rate, steps.penalty, joint=kind == StepKind.JOINT)
    if kind != StepKind.ROWS:
        return own
    by_rows = np.where(tree.leaf[:, None], GRADIENTS + (values / steps.rate)[:, None] * COUNTS, 0.0)
    return replace(own, coefficients=by_rows)
