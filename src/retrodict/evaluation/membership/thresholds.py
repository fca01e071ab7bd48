"""Attacks that need nothing but a threshold on one number a row: how sure the model is of its true output."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from retrodict.evaluation.membership.asked import Asked, Scores
from retrodict.evaluation.membership.signals import of_labels, of_values
from retrodict.models.noise import noise_of


def threshold_scores(asked: Asked) -> Iterator[Scores]:
    """Yield each signal of `signals` as an attack of its own: the surer of a row, the likelier a training row.

    Parameters
    ----------
    asked
        Rows of both kinds.
    """
    started = time.perf_counter()
    noise = None if asked.labels else noise_of(asked.base.meter.model)
    told = [
        of_labels(one.output, one.rows.y.astype(np.intp)) if asked.labels else of_values(one.output, one.rows.y, noise)
        for one in (asked.members, asked.others)
    ]
    seconds = (time.perf_counter() - started) / len(told[0])
    for name, members in told[0].items():
        yield Scores(name, "by_query", members, told[1][name], seconds=seconds)
