"""Which draws of a stream are kept, and for which observation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Int

from retrodict.inference.observation import Observation
from retrodict.inference.rejection.stream import Batch
from retrodict.inference.tally import Tally

Array = np.ndarray

Acceptor = Callable[[Batch, Int[Array, " m"], Tally], tuple[Int[Array, " a"], Int[Array, " a"]]]
"""Decides which rows of a batch are kept, and for which of the observations that still want rows."""


def draw_labels(batch: Batch, tally: Tally) -> Int[Array, " n"]:
    """Draw one label a row from ``p(y|x)``, as class indices; observation `i` of the tally is class `i`."""
    p = np.exp(batch.output)
    tally.note(p)
    u = batch.rng.random(len(p))
    if p.shape[1] <= 2:
        return (u >= p[:, 0]).astype(np.int64) if p.shape[1] == 2 else np.zeros(len(p), dtype=np.int64)
    return (u[:, None] >= np.cumsum(p[:, :-1], axis=1)).sum(axis=1)


def accept_by_label(batch: Batch, wanted: Int[Array, " m"], tally: Tally) -> tuple[Int[Array, " a"], Int[Array, " a"]]:
    """Keep each row for the one class that is drawn for it from ``p(y|x)``."""
    label = draw_labels(batch, tally)
    return _first_wanted(np.arange(len(label)), label, wanted)


def accept_each(observations: Sequence[Observation]) -> Acceptor:
    """Keep each row for each observation on its own, with probability ``likelihood / bound``.

    Draws of one observation are independent; two observations may keep the same row.
    """

    def accept(batch: Batch, wanted: Int[Array, " m"], tally: Tally) -> tuple[Int[Array, " a"], Int[Array, " a"]]:
        relative = [o.log_likelihood(batch.output) - o.log_bound for o in observations]
        likelihood = np.exp(np.column_stack(relative))
        tally.note(likelihood)
        keep = batch.rng.random(likelihood.shape) < likelihood
        keep[:, wanted == 0] = False
        rows, which = np.nonzero(keep)
        return _first_wanted(rows, which, wanted)

    return accept


def _first_wanted(
    rows: Int[Array, " a"], which: Int[Array, " a"], wanted: Int[Array, " m"]
) -> tuple[Int[Array, " b"], Int[Array, " b"]]:
    """Keep of each observation's rows the first that are still wanted, in the order of the stream."""
    counts = np.bincount(which, minlength=len(wanted))
    if (counts <= wanted).all():
        return rows, which
    keep = np.ones(len(rows), dtype=bool)
    for i in np.flatnonzero(counts > wanted):
        keep[np.flatnonzero(which == i)[wanted[i] :]] = False
    return rows[keep], which[keep]
