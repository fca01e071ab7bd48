"""Solve equations whose possible rows are too many to list."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from retrodict.errors import ModelError
from retrodict.matching.equations import Equations
from retrodict.matching.linear.annealing import Annealing, is_annealing
from retrodict.matching.linear.climbing import Climber
from retrodict.matching.linear.determination import determination_of
from retrodict.matching.linear.generation import Relaxed, relaxed
from retrodict.matching.losses import LossKind

Array = np.ndarray

_SOLVED_AT = 1.0
"""Equations of those needed from which they are solved as they are; with fewer, whole tables are annealed."""
_SOLVING = 0.7
"""Of the time there is, the share that solving gets before annealing has its turn."""


def check_walk(equations: Equations) -> None:
    """Refuse what the compiled walk over rows does not know.

    Raises
    ------
    ModelError
        If the rows are too many to list and their scores or terms are not plain ones.
    """
    if equations.shares is not None:
        what = "its trees were weighed anew as others came (DART)"
    elif equations.loss.kind == LossKind.JOINT_SOFTMAX:
        what = "the leaves of its classes were found together"
    else:
        return
    raise ModelError(
        f"possible rows of the model's table are too many to list, and {what}: its leaf values are not taken as "
        "equations; its node counts can be, where it states them"
    )


def solved_wide(
    equations: Equations,
    seed: np.random.SeedSequence,
    seconds: float,
    workers: int | None,
    progress: Callable[[float, float], None],
    state: bytes | None,
    checkpoint: Callable[[Callable[[], bytes], bool], None],
) -> Relaxed:
    """Return whole numbers of rows that fit the equations well, and the best of all where these are found.

    Where there are equations enough, they are solved column by column. Where there are not, or that hardly gets on, a
    table of so many rows is annealed.

    Parameters
    ----------
    equations
        Of too many possible rows to list.
    seed, seconds, workers, progress, state, checkpoint
        See `solve`.
    """
    check_walk(equations)
    started = time.perf_counter()
    solving, annealing = seed.spawn(2)
    enough = determination_of(equations).share >= _SOLVED_AT and equations.multiplicities is None
    found: Relaxed | None = None
    rows = equations.table.n
    if state is None or not is_annealing(state):
        if enough or not rows:
            found = relaxed(
                equations,
                seconds * _SOLVING,
                progress,
                proposer=Climber(equations, solving, workers),
                state=state,
                checkpoint=checkpoint,
            )
            if found.optimal:
                return found
        rows = rows or max(1, int(np.rint(found.x.sum() if found else 0.0)))
    table = Annealing(equations, rows, annealing)
    if state is not None and is_annealing(state):
        table.restore(state)
    left = max(seconds - (time.perf_counter() - started), 0.0)
    table.run(seconds=left, progress=progress, checkpoint=checkpoint)
    return _as_solution(equations, table, found.rounds if found else 0)


def _as_solution(equations: Equations, table: Annealing, rounds: int) -> Relaxed:
    """Return a table as numbers of its rows; a target between two labels as parts of both."""
    codes = np.asarray(table.codes, dtype=np.int64)
    ends = equations.labels
    if equations.mixed:
        share = (table.labels - ends[0]) / (ends[-1] - ends[0])
        both, labels = np.concatenate([codes, codes]), np.repeat([0, len(ends) - 1], len(codes))
        own, x = np.column_stack([both, labels]), np.concatenate([1.0 - share, share])
    else:
        own = np.column_stack([codes, np.searchsorted(ends, table.labels)])
        x = np.ones(len(codes))
    different, place = np.unique(own, axis=0, return_inverse=True)
    x = np.bincount(place.ravel(), x, len(different))
    nothing = np.empty((0, codes.shape[1]), dtype=np.int32)
    return Relaxed(
        np.asarray(different[:, :-1], dtype=np.int32),
        different[:, -1],
        x,
        table.energy,
        rounds,
        False,
        nothing,
        np.empty(0, dtype=np.int64),
    )
