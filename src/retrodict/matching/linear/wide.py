"""Solve equations whose possible rows are too many to list."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from retrodict.errors import ModelError
from retrodict.matching.equations import Equations
from retrodict.matching.linear.annealing import HOTTEST, WARM, Annealing, is_annealing
from retrodict.matching.linear.climbing import Climber
from retrodict.matching.linear.determination import determination_of
from retrodict.matching.linear.generation import Relaxed, relaxed
from retrodict.matching.losses import LossKind

Array = np.ndarray

_SOLVED_AT = 1.0
"""Equations of those needed from which they are solved as they are; with fewer, whole tables are annealed."""
_NEARLY = 0.1
"""How much of a row may be missing from one that is taken as whole."""
_TINY = 1e-300
_SOLVING = 0.8
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
    elif equations.loss.kind == LossKind.OF_LEAVES:
        what = "its leaves took several steps each"
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
    elif found is not None and enough and len(found.x):
        table.start_from(*_whole_first(equations, found, rows))
    left = max(seconds - (time.perf_counter() - started), 0.0)
    table.run(hottest=WARM if enough else HOTTEST, seconds=left, progress=progress, checkpoint=checkpoint)
    return _as_solution(equations, table, found.rounds if found else 0)


def _whole_first(equations: Equations, found: Relaxed, n: int) -> tuple[Array, Array, int]:
    """Return a table of n rows with its labels: whole rows of a solution first, then its parts, and how many are whole.

    Parts of rows become rows so that as many stand for any run of them as they sum to.
    """
    whole = np.floor(found.x + _NEARLY).astype(np.int64)
    parts = np.maximum(found.x - whole, 0.0)
    at = np.repeat(np.arange(len(whole)), whole)[:n]
    held, left = len(at), n - len(at)
    sums = np.cumsum(parts) / max(float(parts.sum()), _TINY) * left
    drawn = np.searchsorted(sums, np.arange(left) + 0.5)
    at = np.concatenate([at, np.minimum(drawn, len(whole) - 1)])
    return found.codes[at], equations.labels[found.labels[at]], held


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
