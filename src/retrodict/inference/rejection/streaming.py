"""Draw from a stream until the observations have their rows."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from retrodict.inference.rejection.acceptance import Acceptor
from retrodict.inference.rejection.stream import BATCH, DRAWERS, PILOT, PriorStream
from retrodict.inference.sink import Sink
from retrodict.inference.tally import Tally
from retrodict.inference.task import Wanting, wanted

Array = np.ndarray

_SMALL = 64
"""Draws up to which a last batch is as large as is expected to be needed."""

_SHORT = 0.97
"""Share of the draws needed that a larger last batch has: what one batch overshoots is lost."""

_LEAST = 16
"""Draws of a batch at least: fewer are no cheaper."""


def run_stream(
    stream: PriorStream,
    tally: Tally,
    accept: Acceptor,
    sink: Sink,
    *,
    wanting: Wanting = wanted,
    checkpoint: Callable[[], None] = lambda: None,
) -> None:
    """Draw batches until every wanted observation has its rows, or the budget is spent.

    Parameters
    ----------
    stream, tally
        Where to go on from; the tally is updated in place.
    accept
        Which rows are kept for which observation.
    sink
        Takes the rows kept.
    wanting
        Which observations to go on for, a boolean mask of shape (m,).
    checkpoint
        Called after each batch.
    """
    while (going := wanting(tally) & wanted(tally)).any():
        needed = _next_size(tally, going)
        size = stream.meter.affordable(needed)
        if size == 0:
            return
        after = _after(tally, going) if needed == BATCH else 0
        batch = stream.next(size, ahead=stream.meter.affordable(size + after) - size)
        rows, which = accept(batch, np.where(going, tally.missing, 0), tally)
        sink.add(which, batch.X[rows])
        tally.reached += np.bincount(which, minlength=len(tally.quota))
        checkpoint()


def _after(tally: Tally, going: Array) -> int:
    """Return how many draws will be wanted after the next batch: whole batches, as far as a stream draws ahead."""
    need = min(float(tally.calls_needed[going].max()), (1 + DRAWERS) * BATCH)
    return BATCH * max(math.ceil(need / BATCH) - 1, 1)


def _next_size(tally: Tally, going: Array) -> int:
    """Return how many draws the observations that want most will need, cut to one batch."""
    if tally.scored == 0:
        return PILOT
    need = float(tally.calls_needed[going].max())
    if need >= BATCH:
        return BATCH
    # Aim a little short while much is missing, so that the last batch overshoots by little.
    return max(math.ceil(_SHORT * need) if need > _SMALL else math.ceil(need), _LEAST)
