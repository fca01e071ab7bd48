"""Whether a model treats the tables as what they are given as: rows that it was trained on, and rows that it was not.

A model that was trained on all rows, held-out ones too, tells nobody apart, and so does one whose training rows are in
another file. Shadow models show how much surer such a model is of rows that it saw; where that is plain, it is plain of
which kind each table is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import t

from retrodict.evaluation.membership.lira import finite
from retrodict.evaluation.membership.over_models import mean_over
from retrodict.results.notes import Note

Array = np.ndarray

HOLDOUT_SEEN, TRAIN_UNSEEN = "holdout_seen", "train_unseen"

FEWEST = 4
"""Shadow models below which, with one of them left out, some row was seen by all others or by none."""

_MISSED = 1e-3
"""How often a model whose tables are right is suspected, at most, where it is like its shadow models."""


def table_notes(
    target: Float[Array, " n"], said: Float[Array, "s n"], held: Bool[Array, "s n"], members: int
) -> Iterator[Note]:
    """Yield that held-out rows look as if the model saw them; that training rows look as if it did not.

    Each shadow model is held against the others on rows that it saw, and on rows that it did not: the slope of how far
    it is above those that did not see the row over how far those are that did. It is near 1 of rows that were seen,
    near 0 of others. The model's slope on a table is of the wrong kind if it is nearer to the mean of that kind of the
    same rows, and outside of the prediction interval of the right one (Student's, spreads of both kinds pooled). Of
    models that are as sure of others as of their own rows both intervals are wide, and nothing is said.

    Parameters
    ----------
    target, said
        Of each row the larger, the surer the model, and each shadow model, is of its true output; training rows first.
    held
        Whether the shadow model was trained on it.
    members
        How many rows are training rows.
    """
    count = len(said)
    if count < FEWEST:
        return
    target, said = finite(target, said)
    rows = np.arange(len(target))
    usual = "{:.2f}; {:.2f} is usual of them if such a model saw them, {:.2f} if it did not"
    found, seen, unseen, reach = _slopes(target, said, held, rows >= members)
    if found > max((seen + unseen) / 2, unseen + reach):
        text = (
            f"the model is as sure of the held-out rows as of rows that it saw ({usual.format(found, seen, unseen)}): "
            "were they among its training rows? Then they can't show what it gives away"
        )
        yield Note(HOLDOUT_SEEN, text, found=found, seen=seen, unseen=unseen)
    found, seen, unseen, reach = _slopes(target, said, held, rows < members)
    if found < min((seen + unseen) / 2, seen - reach):
        text = (
            f"the model is no surer of the training rows than of rows that it did not see "
            f"({usual.format(found, seen, unseen)}): are they the rows, with the labels, that it was trained on? Of "
            "others nothing is told here"
        )
        yield Note(TRAIN_UNSEEN, text, found=found, seen=seen, unseen=unseen)


def _slopes(
    target: Float[Array, " n"], said: Float[Array, "s n"], held: Bool[Array, "s n"], table: Bool[Array, " n"]
) -> tuple[float, float, float, float]:
    """Return the model's slope on a table, that of rows of it which a model saw, and which it did not, and their reach.

    All are of the rows of the same table, which need not be like those of another.
    """
    count = len(said)
    own, kinds = np.empty(count), np.empty((count, 2))
    for s in range(count):
        others = np.arange(count) != s
        unseen = mean_over(said[others], ~held[others])
        apart = mean_over(said[others], held[others]) - unseen
        own[s] = _slope(target - unseen, apart, table)
        kinds[s] = [_slope(said[s] - unseen, apart, table & one) for one in (held[s], ~held[s])]
    spread = float(np.sqrt(kinds.var(axis=0, ddof=1).mean() * (1.0 + 1.0 / count)))
    reach = float(t.ppf(1.0 - _MISSED, 2 * count - 2)) * spread
    return float(own.mean()), float(kinds[:, 0].mean()), float(kinds[:, 1].mean()), reach


def _slope(above: Float[Array, " n"], apart: Float[Array, " n"], rows: Bool[Array, " n"]) -> float:
    squares = float((apart[rows] ** 2).sum())
    return float((above[rows] * apart[rows]).sum()) / squares if squares > 0.0 else 0.0
