"""What it takes to turn leaf values into sums over rows: the rate, penalties, the start, what rows of a class count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.families.lightgbm.stated.sums import Step
from retrodict.families.lightgbm.text.model_text import ModelText

Array = np.ndarray

DEFAULT_OF_SETS = 10.0
"""What the library adds to the penalty beneath splits by sets of several codes."""


@dataclass(frozen=True, eq=False)
class Settings:
    """How leaf values were made: ``value = start - rate * G / (H + penalty)``, and what more there is to it.

    Parameters
    ----------
    rate
        What steps were multiplied by; ``None`` where it is not stated.
    penalty
        The L2 penalty; ``None`` where it is not stated.
    start
        The scores before the first trees, which their values hold, shape (K,); ``None`` where they are not known.
    rows
        How many rows the table has; ``None`` where that is not known.
    weights
        What a row of each class counts, for each output, shape (K, classes); empty where each counts once.
    l1
        The L1 penalty.
    longest
        The step at which longer ones were cut off; 0 for none.
    smoothing
        How far nodes were drawn towards the ones above them; 0 for not at all.
    of_sets
        What is added to the L2 penalty beneath a split by a set of several codes.
    first
        Whether the start is known for sure. Where it is not, it is taken to be 0 and to be in the first trees' values:
        rows' scores after these are the same, and the first trees alone state no sums.
    """

    rate: float | None
    penalty: float | None
    start: Float[Array, " K"] | None
    rows: int | None
    weights: tuple[tuple[float, ...], ...] = ()
    l1: float = 0.0
    longest: float = 0.0
    smoothing: float = 0.0
    of_sets: float = DEFAULT_OF_SETS
    first: bool = True

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be known before leaf values are equations, and is not."""
        told = {"rate": self.rate, "penalty": self.penalty, "start": self.start}
        return tuple(name for name, value in told.items() if value is None)

    @property
    def step(self) -> Step:
        """The same as what is stated of plain steps."""
        assert self.rate is not None
        assert self.penalty is not None
        return Step(self.rate, self.penalty, self.of_sets)


def stated_settings(text: ModelText) -> Settings:
    """Return what a file states, as far as single lines state it: neither the start nor the weights.

    Parameters
    ----------
    text
        The model.
    """
    rate = text.number("learning_rate", np.nan)
    penalty = text.number("lambda_l2", np.nan)
    shrunk = {tree.shrinkage for tree in text.trees[text.per_iteration :]} - {1.0}
    if np.isnan(rate) and len(shrunk) == 1:  # of a file whose parameters are gone
        rate = shrunk.pop()
    return Settings(
        None if np.isnan(rate) else 1.0 if text.averaged else rate,
        None if np.isnan(penalty) else penalty,
        None,
        None,
        l1=text.number("lambda_l1", 0.0),
        longest=text.number("max_delta_step", 0.0),
        smoothing=text.number("path_smooth", 0.0),
        of_sets=text.number("cat_l2", DEFAULT_OF_SETS),
    )
