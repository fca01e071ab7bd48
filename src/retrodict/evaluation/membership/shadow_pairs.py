"""Pairs of shadow models by their numbers: whoever trains a pair, it is the same."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from retrodict import errors, time_limit
from retrodict.errors import RetrodictError, RunError
from retrodict.evaluation.membership.shadow_training import Trainer
from retrodict.execution import Pool, map_ordered
from retrodict.execution.pool import Failure
from retrodict.results.notes import Note

Array = np.ndarray


def half_of(groups: Array, seed: int, pair: int) -> Bool[Array, " n"]:
    """Return the rows of the first model of a pair: half of each class, so that neither lacks one that has two rows."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(pair, 0)))
    half = np.zeros(len(groups), dtype=bool)
    odd = rng.random() < 0.5
    for group in np.unique(groups):
        rows = rng.permutation(np.flatnonzero(groups == group))
        half[rows[: (len(rows) + odd) // 2]] = True
        odd ^= bool(len(rows) % 2)  # or one half would have a row more of each class of an odd number
    return half


def said_by_pair(trainer: Trainer, groups: Array, seed: int, pair: int) -> Float[Array, "2 n"]:
    """Return what the models of a pair say of every row.

    Raises
    ------
    RetrodictError
        If one can't be trained.
    """
    first, second = np.random.SeedSequence(seed, spawn_key=(pair, 1)).generate_state(2, np.uint32)
    return trainer.said(half_of(groups, seed, pair), int(first), int(second))


@dataclass(frozen=True)
class PairWork:
    """Trains the pair of a number, in whatever process; returns what its models say, and the trainer's notes.

    Parameters
    ----------
    trainer, groups, seed
        See `said_by_pair`.
    """

    trainer: Trainer
    groups: Array
    seed: int

    def __call__(self, pair: int) -> tuple[Float[Array, "2 n"], tuple[Note, ...]]:
        """Train one pair."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries
            said = said_by_pair(self.trainer, self.groups, self.seed, pair)
        return said, self.trainer.notes


def made_by(
    pool: Pool, trainer: Trainer, groups: Array, seed: int, missing: list[int]
) -> Iterator[tuple[int, Array | RetrodictError]]:
    """Yield what each pair says that is missing, in order, until the time limit; the trainer gets its workers' notes.

    Raises
    ------
    RunError
        If the workers can't start.
    """
    work = PairWork(trainer, groups, seed)
    with closing(map_ordered(work, missing, pool)) as outcomes:  # type: ignore[type-var]  # a generator
        for pair, outcome in zip(missing, outcomes, strict=True):
            if outcome.value is None:
                assert outcome.failure is not None  # one or the other
                yield pair, _error(outcome.failure)
            else:
                said, notes = outcome.value
                trainer.notes = tuple(dict.fromkeys((*trainer.notes, *notes)))
                yield pair, said
            if time_limit.left() <= 0.0:
                return


def _error(failure: Failure) -> RetrodictError:
    kind = getattr(errors, failure.kind, None)
    if isinstance(kind, type) and issubclass(kind, RetrodictError):
        return kind(failure.text)
    return RunError(f"{failure.kind}: {failure.text}")
