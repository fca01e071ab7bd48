"""A booster's trees with their statements, for stated or guessed settings."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from jaxtyping import Bool, Float

from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree
from retrodict.errors import ModelError
from retrodict.families.lightgbm.columns import Columns
from retrodict.families.lightgbm.grown import met_gaps, trees_of
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText
from retrodict.families.lightgbm.trees.levels import levels_of
from retrodict.families.lightgbm.trees.losses import LINEAR_IN_TARGET, loss_of
from retrodict.families.lightgbm.trees.reach import Reach
from retrodict.families.lightgbm.trees.settings import Settings
from retrodict.families.lightgbm.trees.statements import of_gradients, of_hessians, of_rows
from retrodict.matching.assumed_levels import AssumedLevels
from retrodict.matching.boosting import ROWS, BoostedTree, Boosting, Statement
from retrodict.matching.capability import Source
from retrodict.matching.inferring.steps import rows_statement
from retrodict.matching.losses import LossKind, PlainLoss
from retrodict.plain_text import listing
from retrodict.schema import Schema

Array = np.ndarray

_SAME_RATE = 2e-5
"""How far a rate may be off, as a share, that is written with six digits."""


@dataclass(frozen=True, eq=False)
class Laid:
    """A model's text and what is made of it once, whatever is guessed of its settings.

    Parameters
    ----------
    text
        The model.
    schema
        The features and target of the table's rows.
    place
        Where it stands, with the way back from the target that its trees were fitted to.
    classes
        As they were called in the table; empty for a regressor.
    trees
        Of the text, round by round.
    """

    text: ModelText
    schema: Schema
    place: Place
    classes: tuple[Hashable, ...]
    trees: tuple[Tree, ...]

    @classmethod
    def of(cls, text: ModelText, kinds: Columns, place: Place, schema: Schema, classes: tuple[Hashable, ...]) -> Laid:
        """Return a text with its trees.

        Parameters
        ----------
        text
            The model.
        kinds
            Of its columns.
        place
            Where it stands.
        schema, classes
            Of the table.
        """
        trees = tuple(trees_of(text, place, kinds))
        if text.objective is not None and text.objective.root:
            place = replace(place, target=partial(_squared, place))
        return cls(text, schema, place, classes, trees)


def boosting_with(
    laid: Laid, settings: Settings, reach: Reach, source: Source, drawn: Bool[Array, "rounds n"] | None = None
) -> Boosting:
    """Return a model's trees with what they state.

    Parameters
    ----------
    laid
        The model.
    settings
        How leaf values were made.
    reach
        Which of its sums are equations.
    source
        Whether all that the file states is taken, or leaf values alone.
    drawn
        Which rows each round was grown on, where not on all.

    Raises
    ------
    ModelError
        If equations of leaf values are asked for and a setting they take is not known.
    """
    text, per = laid.text, laid.text.per_iteration
    if reach.gradients and settings.missing:
        raise ModelError(f"the {listing(settings.missing, len(settings.missing))} of the LightGBM model is not known")
    start = np.zeros(per) if settings.start is None else np.asarray(settings.start, dtype=np.float64)
    holds = len(text.trees) if text.averaged else per  # the trees whose values hold the start
    moved = [tree.value - (start[i % per] if i < holds else 0.0) for i, tree in enumerate(text.trees)]
    levels = levels_of(text, start, moved[:per])
    boosted = []
    for i in range(reach.rounds * per):
        own, tree = text.trees[i], laid.trees[i]
        rate = rate_of(text, settings, i)
        statements: tuple[Statement, ...] = ()
        if own.leaves > 1:
            known = settings.first or i >= per
            statements = _statements(text, own, settings, reach, source, moved[i], rate, levels, known)
        if i == 0 and settings.rows is not None and not any(each.name == ROWS for each in statements):
            rows = settings.rows if drawn is None else int(drawn[0].sum())
            statements = (*statements, rows_statement(tree, rows))
        times = None if drawn is None else drawn[i // per].astype(np.int64)
        values = np.concatenate([np.zeros(own.leaves - 1), moved[i]])
        boosted.append(BoostedTree(tree, values, i % per, 0 if text.averaged else i // per, statements, times))
    loss = loss_of(text, settings.weights) if reach.gradients or reach.hessians else None
    return Boosting(
        laid.place,
        tuple(boosted),
        PlainLoss(LossKind.SQUARED) if loss is None else loss,
        start,
        laid.classes,
        np.empty(0) if laid.classes else levels.ends,
        settings.rows,
        gaps=frozenset(one.name for one in (laid.place.columns[i] for i in met_gaps(text)) if not one.filled),
        typical=None if laid.classes else levels.typical,
    )


def rate_of(text: ModelText, settings: Settings, i: int) -> float | None:
    """Return what a tree's steps were multiplied by; ``None`` where that is not known of a first tree.

    Parameters
    ----------
    text
        The model.
    settings
        With the rate that is stated or guessed.
    i
        Which tree.
    """
    stated = settings.rate
    own = text.trees[i].shrinkage
    if text.averaged or stated is None:
        return stated
    if i >= text.per_iteration:
        return stated if own == 1.0 or np.isclose(own, stated, rtol=_SAME_RATE) else own
    later = {tree.shrinkage for tree in text.trees[text.per_iteration :]} - {1.0}
    return stated if all(np.isclose(rate, stated, rtol=_SAME_RATE) for rate in later) else None


def _statements(
    text: ModelText,
    tree: TreeText,
    settings: Settings,
    reach: Reach,
    source: Source,
    moved: Float[Array, " leaves"],
    rate: float | None,
    levels: AssumedLevels,
    known: bool,
) -> tuple[Statement, ...]:
    if source == "values":
        tree = replace(tree, count=None, weight=None)
    name = "" if text.objective is None else text.objective.name
    linear = name in LINEAR_IN_TARGET
    found: list[Statement] = [*of_rows(tree)]
    if reach.hessians and known and not (name == "regression" and found):  # that loss's hessians are counts
        found += of_hessians(tree, max(reach.unrounded, levels.hessian if linear else 0.0))
    if reach.gradients and known and rate:
        unrounded = max(reach.unrounded, levels.gradient if linear else 0.0)
        found += of_gradients(text, tree, settings, moved, rate, unrounded)
    return tuple(found)


def _squared(place: Place, roots: Array) -> Array:
    """Return targets that were trained on as their roots, with their signs."""
    return np.asarray(place.targets(np.sign(roots) * roots**2))
