"""A copy of a model with changed leaf values, and how far it predicts otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict import threads
from retrodict.errors import RequestError
from retrodict.models import Model
from retrodict.models.contract import own_schema
from retrodict.models.metering import score
from retrodict.sanitizing.capability import Defensible
from retrodict.sanitizing.defence import Defence

Array = np.ndarray


@dataclass(frozen=True)
class Defended:
    """What defences changed. They are measured by what they do to a rebuilding; they guarantee nothing.

    Parameters
    ----------
    defences
        In the order in which they were applied.
    rounds_before, rounds, leaves_before, leaves
        Rounds of boosting and leaves of all trees.
    rows
        Rows on which predictions are compared, drawn over the columns' ranges.
    mean_change, largest_change
        Of a class's probability, or of the prediction of a regressor, over these rows.
    other_class
        Share of the rows whose likeliest class is another; ``None`` of a regressor.
    """

    defences: tuple[Defence, ...]
    rounds_before: int
    rounds: int
    leaves_before: int
    leaves: int
    rows: int
    mean_change: float
    largest_change: float
    other_class: float | None

    @property
    def sentence(self) -> str:
        """What was done, and what it changes, in words."""
        done = " and ".join(one.words for one in self.defences)
        said = "predictions" if self.other_class is None else "probabilities"
        classes = "" if self.other_class is None else f", and {self.other_class:.1%} of the rows get another class"
        return (
            f"{done}: {self.rounds:,} of {self.rounds_before:,} rounds, {self.leaves:,} of {self.leaves_before:,} "
            f"leaves; {said} change by {self.mean_change:.3g} on average and {self.largest_change:.3g} at most on "
            f"{self.rows:,} drawn rows{classes}"
        )


def defended(model: Model, defences: Sequence[Defence], draw: np.random.Generator | None = None) -> Defensible:
    """Return a copy of a model with changed trees.

    Parameters
    ----------
    model
        A model of boosted trees.
    defences
        What to do, one after the other.
    draw
        Gives noise; by default the operating system does, so that nobody can make the same draws and take them off.

    Raises
    ------
    RequestError
        If it has no boosted trees that can be changed, or a defence can't be made of them.
    """
    if not isinstance(model, Defensible):
        raise RequestError(
            f"the {model.family} has no boosted trees of its own kind whose leaf values can be changed; leave the "
            "defences out, or defend the model that it was converted from"
        )
    every = model.leaf_trees()
    generator = np.random.default_rng() if draw is None else draw
    for one in defences:
        every = one.applied(every, generator)
    return model.with_leaf_trees(every)


def compared(model: Model, other: Defensible, defences: Sequence[Defence], X: Float[Array, "n d"]) -> Defended:
    """Return how far a defended copy predicts otherwise for rows in the encoding of the model's own schema."""
    assert isinstance(model, Defensible)
    with threads.capped(1), np.errstate(all="ignore"):
        before, after = (np.asarray(score(one.bind(own_schema(one)))(X), dtype=np.float64) for one in (model, other))
    trees = model.leaf_trees(), other.leaf_trees()
    is_class = own_schema(model).target.is_class
    if is_class:
        before, after = np.exp(before), np.exp(after)
    change = np.abs(after - before)
    return Defended(
        defences=tuple(defences),
        rounds_before=trees[0].rounds,
        rounds=trees[1].rounds,
        leaves_before=trees[0].leaves,
        leaves=trees[1].leaves,
        rows=len(X),
        mean_change=float(change.mean()),
        largest_change=float(change.max()),
        other_class=float((before.argmax(axis=1) != after.argmax(axis=1)).mean()) if is_class else None,
    )
