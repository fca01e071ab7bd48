"""Membership attacks that need nothing but the model's outputs: thresholds on how sure it is of a row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import RequestError
from retrodict.evaluation.membership.asked import Asked, Known, Scores
from retrodict.evaluation.membership.result import FALSE_RATE, LOW_FALSE_RATE, Attack, MembershipAttacks
from retrodict.evaluation.membership.roc import auc, rate_at
from retrodict.evaluation.membership.signals import of_labels, of_values
from retrodict.evaluation.replicas.base_model import Base
from retrodict.evaluation.risk.membership import by_distance
from retrodict.models import load_model
from retrodict.models.contract import about
from retrodict.models.noise import noise_of
from retrodict.results.arguments import check_count, check_seed
from retrodict.results.notes import Note
from retrodict.tables.encoded import Rows, encoded
from retrodict.tables.labelled import read_labelled
from retrodict.tables.titles import HOLDOUT, TRAIN

Array = np.ndarray

LIMIT = 10_000
"""Rows of either kind, at most: the standard error of an AUC is then 0.004."""
FEWEST = 10
"""Rows of either kind, at least: with fewer an interval of the AUC is as good as all of 0 to 1."""
CONFIDENCE = 0.95


def membership_attacks(
    model: Any,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    target: str | None = None,
    limit: int = LIMIT,
    seed: int = 0,
) -> MembershipAttacks:
    """Say how well the model's own outputs tell training rows from others.

    Parameters
    ----------
    model
        What `load_model` takes, or any `Model`.
    train
        The training rows with their target.
    holdout
        Other rows of the same source, which the model did not see.
    target
        The target's column in both; by default the model's name of it, or the only column that is no feature.
    limit
        Rows of either table, at most; of more, so many are taken at random.
    seed
        Of the rows taken.

    Returns
    -------
    MembershipAttacks
        For each attack the AUC and the true positive rate at 1% false positives, with intervals.

    Raises
    ------
    RetrodictError
        If the model can't be asked, the tables can't be read, or hold fewer than 10 rows.

    Notes
    -----
    The direction of an attack is fixed beforehand: the model is held to be surer of the rows that it has seen. An AUC
    below 0.5 is chance, or a holdout of easier rows. Intervals cover which rows were sampled, not how the model would
    come out if it were fitted again. Attacks with shadow models are stronger and not among these: Shokri et al. (2017),
    Yeom et al. (2018), Song & Mittal (2021), Carlini et al. (2022).
    """
    check_seed(seed)
    most = check_count(limit, "the limit")
    base_model = load_model(model)
    given = {TRAIN: train, HOLDOUT: holdout}
    undetermined = about(base_model).undetermined
    inputs = encoded(read_labelled(base_model.schema, given, target, undetermined=undetermined))
    for title, table in inputs.tables.items():
        if len(table) < FEWEST:
            raise RequestError(f"{title}: {len(table)} rows say nothing of membership; give at least {FEWEST}")
    base = Base.of(base_model, inputs)
    rng = np.random.default_rng(seed)
    notes: list[Note] = []
    members, others = (_known(base, inputs.rows(title), title, most, rng, notes) for title in (TRAIN, HOLDOUT))
    made = list(_thresholds(Asked(base, inputs, members, others)))
    orders = {np.unique(np.concatenate([s.members, s.others]), return_inverse=True)[1].tobytes() for s in made}
    attacks = tuple(_attack(one, rng) for one in made)
    worst = made[int(np.argmax([one.auc for one in attacks]))]
    interval = auc(worst.members, worst.others, 1.0 - (1.0 - CONFIDENCE) / len(orders))
    return MembershipAttacks(
        attacks,
        interval.low,
        interval.high,
        len(orders),
        base.queries,
        int(seed),
        warnings=inputs.warnings,
        notes=tuple(notes),
    )


def _known(base: Base, rows: Rows, title: str, most: int, rng: np.random.Generator, notes: list[Note]) -> Known:
    places = np.arange(len(rows))
    taken = base.takes(rows.X)
    if not taken.all():
        refused = int((~taken).sum())
        text = f"{refused:,} of {title} hold a category that the model refuses; they are left out"
        notes.append(Note("refused_rows", text, title=title, rows=refused))
        places = places[taken]
    if len(places) < FEWEST:
        raise RequestError(f"the model takes only {len(places)} of {title}; write their categories as it knows them")
    if len(places) > most:
        text = f"{most:,} of {len(places):,} of {title} are asked for, taken at random"
        notes.append(Note("rows_taken", text, title=title, rows=most, of=len(places)))
        places = places[np.sort(rng.permutation(len(places))[:most])]
    rows = rows.take(places)
    output = base.meter.output(rows.X)
    return Known(rows, places, output if base.classes is None else output[:, base.classes])


def _thresholds(asked: Asked) -> Iterator[Scores]:
    """Yield the attacks that need nothing but a threshold on one number a row."""
    started = time.perf_counter()
    noise = None if asked.labels else noise_of(asked.base.meter.model)
    told = [
        of_labels(one.output, one.rows.y.astype(np.intp)) if asked.labels else of_values(one.output, one.rows.y, noise)
        for one in (asked.members, asked.others)
    ]
    seconds = (time.perf_counter() - started) / len(told[0])
    for name, members in told[0].items():
        yield Scores(name, "by_query", members, told[1][name], seconds=seconds)


def _attack(one: Scores, rng: np.random.Generator) -> Attack:
    members, others = one.members, one.others
    area = auc(members, others, CONFIDENCE)
    rate, low_rate = (rate_at(members, others, share, CONFIDENCE) for share in (FALSE_RATE, LOW_FALSE_RATE))
    called = by_distance(-members, -others, rng)
    return Attack(
        attack=one.attack,
        way=one.way,
        auc=area.value,
        low=area.low,
        high=area.high,
        tpr_at_fpr_01=rate.value,
        tpr_low=rate.low,
        tpr_high=rate.high,
        tpr_at_fpr_001=low_rate.value,
        tpr_001_low=low_rate.low,
        tpr_001_high=low_rate.high,
        advantage=called.value,
        advantage_low=called.low,
        advantage_high=called.high,
        shadows=one.shadows,
        members=len(members),
        others=len(others),
        seconds=round(one.seconds, 3),
    )
