"""Models of XGBoost read as equations about their training tables."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
import xgboost

from retrodict.disclosures import Disclosures
from retrodict.disclosures.place import Place
from retrodict.errors import ModelError
from retrodict.families.xgboost.booster import learner_of
from retrodict.families.xgboost.counts import Counted, counted
from retrodict.families.xgboost.disclose import method_of
from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.settings_facts import Configuration, configuration
from retrodict.families.xgboost.split_facts import Method, cut_points, shown_method
from retrodict.families.xgboost.trees.boosting import by_sums, by_values
from retrodict.families.xgboost.trees.drops import dropped_weights
from retrodict.families.xgboost.trees.gradient_sums import sums_of
from retrodict.families.xgboost.trees.read import Trees, method_by_gaps, trees_of
from retrodict.families.xgboost.trees.sampling import Sampled, sampled
from retrodict.families.xgboost.trees.step import Step, step_of
from retrodict.families.xgboost.trees.targets import rows_of_first_round
from retrodict.matching.capability import Source
from retrodict.matching.inferring.consistency import INFERRED, inferred
from retrodict.matching.inferring.guesses import PENALTIES, RATES, Guesses, first
from retrodict.matching.linear_reading import LinearReading, linear_reading_of
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class _Read:
    """A booster, and what was read of it."""

    learner: Learner
    config: Configuration | None
    trees: Trees
    counts: Counted | None
    sampled: Sampled


def equations_of(
    booster: xgboost.Booster,
    own: Schema,
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
        The booster.
    own
        Its own columns.
    place
        Where it stands, and what its columns go back to.
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
        If no equation is known of its trees.
    """
    learner = learner_of(booster)
    config = configuration(booster, learner)
    method = method_of(config) or shown_method(learner, cut_points(learner)) or method_by_gaps(learner)
    if source == "values":
        return _by_values(trees_of(learner, own, place, method), schema, classes, found, rows)
    weights = _weights(learner, config, method)
    trees = trees_of(learner, own, place, method, weights)
    with np.errstate(all="ignore"):  # sums in a file may be anything
        counts = counted(learner)
        read = _Read(learner, config, trees, counts, sampled(learner, len(trees.trees), config, method, counts, rows))
        return _by_sums(read, schema, classes, found)


def _weights(learner: Learner, config: Configuration | None, method: Method | None) -> Array | None:
    """Return what trees of a `dart` model were weighed by as each round saw them, where some were left out."""
    if learner.drops is None or (learner.drops == 1.0).all():
        return None
    step = step_of(learner.trees, learner.parallel)
    return None if step is None else dropped_weights(learner, step.rate, config, method == "midpoints")


def _by_values(
    trees: Trees, schema: Schema, classes: tuple[Hashable, ...], found: Disclosures, rows: int | None
) -> LinearReading:
    """Return what split points and leaf values state alone; predictions need the start as well."""
    if trees.loss is None:
        raise ModelError(f"leaf values of {trees.learner.objective} are no plain steps, so that they state no sums")
    start = tuple(trees.start.tolist())
    if trees.learner.parallel > 1 and len(trees.learner.starts) == 2:
        raise ModelError(
            "trees of an XGBoost forest are grown on draws of rows, and their leaf values do not tell which draws"
        )
    guesses = Guesses(first(_RATE, RATES), first(_PENALTY, PENALTIES), (start,), rows)
    reading = inferred(schema, found, lambda steps: by_values(trees, steps, classes), guesses)
    if any(note.code == INFERRED and note.values["rate"] > 1.0 for note in reading.notes):
        raise ModelError("leaf values fit no learning rate of at most 1: they were grown on draws of rows, or set anew")
    return reading


_RATE, _PENALTY = 0.3, 1.0
"""The library's defaults."""


def _by_sums(read: _Read, schema: Schema, classes: tuple[Hashable, ...], found: Disclosures) -> LinearReading:
    learner, known = read.learner, len(read.trees.trees)
    if not any(tree.hessian.any() for tree in learner.trees):
        raise ModelError("the XGBoost model states no sums of its rows: they were taken out")
    step = step_of(learner.trees[:known], learner.parallel) if read.trees.loss is not None else None
    if read.trees.loss is None and (read.counts is None or not read.counts.every):
        raise ModelError(f"no equations are known of what {learner.objective} sums up over rows")
    seen = read.sampled
    if seen.rows is None and step is not None:
        seen = replace(seen, rows=rows_of_first_round(read.trees, step))
    boosting = by_sums(read.trees, step, read.counts, classes, seen)
    return linear_reading_of(schema, boosting, found, [*read.sampled.notes, *_notes(read, step)])


def _notes(read: _Read, step: Step | None) -> list[Note]:
    """Return what is assumed, and what is left out."""
    learner, known = read.learner, len(read.trees.trees)
    out = []
    if known < len(learner.trees):
        text = (
            f"`dart` left trees out as it grew others: the first round ({known} of {len(learner.trees)} trees) is used"
        )
        out.append(Note("dropped_trees", text, trees=known, of=len(learner.trees)))
    if read.trees.shares is not None:
        text = "which trees `dart` left out as it grew others follows from draws that give the weights that trees have"
        out.append(Note("drops_replayed", text))
    if read.trees.loss is None:
        text = f"leaf values of {learner.objective} are no plain steps: counts of rows are used, and no target follows"
        out.append(Note("counts_alone", text))
    elif step is None:
        text = "trees agree on no learning rate and penalty: sums of hessians are used, and no sums of gradients"
        out.append(Note("no_gradients", text))
    else:
        rate = step.rate * learner.parallel
        text = f"trees agree on a learning rate of {rate:.6g} and an L2 penalty of {step.penalty:.6g}"
        text += f", an L1 penalty of {step.threshold:.6g}" if step.threshold else ""
        text += f", values of at most {step.cap:.6g}" if np.isfinite(step.cap) else ""
        facts = {"rate": rate, "l2": step.penalty, "l1": step.threshold}
        out.append(Note("steps", text, **facts))
        states = [sums_of(tree, step)[2][tree.leaf] for tree in learner.trees[:known]]
        lost, leaves = sum(int((~own).sum()) for own in states), sum(map(len, states))
        if lost:
            text = f"{lost:,} of {leaves:,} leaf values state no sum: cut off by a cap, a penalty or a constraint"
            out.append(Note("cut_values", text, leaves=lost, of=leaves))
    even = learner.setting("reg_loss_param", "scale_pos_weight", 1.0) == 1.0
    if read.counts is None and even and (step is None or rows_of_first_round(read.trees, step) is None):
        text = "sums of the first trees are of no whole rows: rows had weights, or scores to begin with"
        out.append(Note("uneven_rows", text))
    return out
