"""Attacks on membership by shadow models: LiRA and RMIA, all by the same models."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import get_args

import numpy as np
from jaxtyping import Float

from retrodict.evaluation.membership import lira, rmia
from retrodict.evaluation.membership.asked import Asked, Known, Scores
from retrodict.evaluation.membership.shadow_training import SUBSTITUTE
from retrodict.evaluation.membership.shadows import Shadows, Trained, trained
from retrodict.evaluation.membership.signals import log_odds
from retrodict.evaluation.membership.table_check import table_notes
from retrodict.results.notes import Note

Array = np.ndarray

Attack = Callable[[Float[Array, " n"], Trained], Float[Array, " n"]]


def shadow_scores(asked: Asked, shadows: Shadows, seed: int) -> Iterator[Scores]:
    """Yield the attacks by shadow models, each also with fewer of the same.

    An attack knows all rows with their true outputs, and how the model was trained, and nothing of which rows it was
    trained on.

    Parameters
    ----------
    asked
        Rows of both kinds, and what the model says of them.
    shadows
        How shadow models are trained; of the time limit around it they take what there is.
    seed
        Of the halves of rows that they are trained on, and of their training.

    Raises
    ------
    RequestError
        If no shadow model can be trained.
    TimeLimitError
        If no time was left for any.
    """
    started = time.perf_counter()
    models = trained(asked, shadows, seed)
    target = np.concatenate([_said(asked, one) for one in (asked.members, asked.others)])
    models = replace(models, notes=(*models.notes, *_tables(asked, target, models)))
    training = time.perf_counter() - started
    for name, (attack, fewest) in _attacks(asked.labels).items():
        if len(models) < fewest:
            continue
        begun = time.perf_counter()
        made = _scores(name, attack(target, models), asked, models)
        fewer = tuple(
            _scores(name, attack(target, models.first(count)), asked, models.first(count))
            for count in _counts(fewest, len(models))
        )
        yield replace(made, seconds=training + time.perf_counter() - begun, fewer=fewer)


def _said(asked: Asked, known: Known) -> Float[Array, " n"]:
    """Return the number of each row that shadow models are compared by; see `Trained`."""
    if asked.labels:
        return log_odds(known.output, known.rows.y.astype(np.intp))
    return np.asarray(known.rows.y - known.output)


def _tables(asked: Asked, target: Float[Array, " n"], models: Trained) -> Iterator[Note]:
    """Yield what is doubtful of the tables; only models trained as the model was are like it."""
    if not any(one.code == SUBSTITUTE for one in models.notes):
        own, said = (one if asked.labels else -np.abs(one) for one in (target, models.said))
        yield from table_notes(own, said, models.held, len(asked.members))


def _attacks(labels: bool) -> dict[str, tuple[Attack, int]]:
    """Return the attacks by name, each with the fewest shadow models that it takes."""
    made: dict[str, tuple[Attack, int]] = {
        f"lira {kind}": (_lira(kind, labels), lira.FEWEST) for kind in get_args(lira.Kind)
    }
    ratio = rmia.of_labels if labels else rmia.of_values
    made["rmia"] = (lambda target, models: ratio(target, models.said, models.held), rmia.FEWEST)
    made["rmia offline"] = (lambda target, models: ratio(target, models.said, models.held, offline=True), rmia.FEWEST)
    return made


def _lira(kind: lira.Kind, labels: bool) -> Attack:
    def attack(target: Float[Array, " n"], models: Trained) -> Float[Array, " n"]:
        if labels:
            return lira.ratio(target, models.said, models.held, kind)
        return lira.ratio(-np.abs(target), -np.abs(models.said), models.held, kind)

    return attack


def _scores(name: str, found: Float[Array, " n"], asked: Asked, models: Trained) -> Scores:
    members = len(asked.members)
    return Scores(name, "by_query", found[:members], found[members:], shadows=len(models), notes=models.notes)


def _counts(fewest: int, most: int) -> Iterator[int]:
    """Yield doublings below what there is."""
    while fewest < most:
        yield fewest
        fewest *= 2
