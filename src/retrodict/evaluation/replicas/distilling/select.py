"""Which rows a replica learns best from: all sources together, or one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.evaluation.replicas.distilling.pool import Pool, judged, learned_from

Array = np.ndarray
Fit = Callable[[Float[Array, "n d"], Array], Any]
Ask = Callable[[Any, Float[Array, "n d"]], Float[Array, " n"]]

ALL = "all"


@dataclass(frozen=True, eq=False)
class Candidate:
    """A replica and what it learned from.

    Parameters
    ----------
    title
        `ALL`, or the one source.
    fitted
        The replica.
    X, output
        Its rows and what the base model says of them.
    agreement
        With the base model on rows held out, the mean over all parts of all sources.
    """

    title: str
    fitted: Any
    X: Float[Array, "n d"]
    output: Array
    agreement: float


def candidate(
    title: str, pools: Sequence[Pool], judges: Sequence[Pool], rows: int, fit: Fit, ask: Ask, rng: np.random.Generator
) -> Candidate:
    """Return a replica that learned from pools.

    Parameters
    ----------
    title
        What they are.
    pools
        To learn from.
    judges
        To judge by.
    rows
        To train on.
    fit, ask
        Make a replica of rows and the base model's output; say what one answers.
    rng
        Of the rows.
    """
    X, output = learned_from(pools, rows, rng)
    fitted = fit(X, output)
    return Candidate(title, fitted, X, output, judged(judges, lambda held: ask(fitted, held)))


def best(candidates: Sequence[Candidate]) -> Candidate:
    """Return the one that agrees most; of equal ones the first."""
    return max(candidates, key=lambda one: one.agreement)
