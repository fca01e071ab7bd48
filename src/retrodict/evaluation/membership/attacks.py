"""Membership attacks that need nothing but the model's outputs: thresholds on how sure it is of a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import RequestError
from retrodict.evaluation.membership.result import FALSE_RATE, Attack, MembershipAttacks
from retrodict.evaluation.membership.roc import auc, rate_at
from retrodict.evaluation.membership.signals import of_labels, of_values
from retrodict.evaluation.replicas.base_model import Base
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
    told = [_signals(base, inputs.rows(title), title, most, rng, notes) for title in (TRAIN, HOLDOUT)]
    members, others = told
    distinct = len(
        {np.unique(np.concatenate([s, others[name]]), return_inverse=True)[1].tobytes() for name, s in members.items()}
    )
    attacks = tuple(_attack(name, members[name], others[name]) for name in members)
    worst = max(attacks, key=lambda one: one.auc).attack
    interval = auc(members[worst], others[worst], 1.0 - (1.0 - CONFIDENCE) / distinct)
    return MembershipAttacks(
        attacks, interval.low, interval.high, distinct, base.queries, int(seed), inputs.warnings, tuple(notes)
    )


def _signals(
    base: Base, rows: Rows, title: str, most: int, rng: np.random.Generator, notes: list[Note]
) -> dict[str, Array]:
    taken = base.takes(rows.X)
    if not taken.all():
        refused = int((~taken).sum())
        text = f"{refused:,} of {title} hold a category that the model refuses; they are left out"
        notes.append(Note("refused_rows", text, title=title, rows=refused))
        rows = rows.take(taken)
    if len(rows) < FEWEST:
        raise RequestError(f"the model takes only {len(rows)} of {title}; write their categories as it knows them")
    if len(rows) > most:
        text = f"{most:,} of {len(rows):,} of {title} are asked for, taken at random"
        notes.append(Note("rows_taken", text, title=title, rows=most, of=len(rows)))
        rows = rows.take(np.sort(rng.permutation(len(rows))[:most]))
    output = base.meter.output(rows.X)
    if base.classes is None:
        return of_values(output, rows.y, noise_of(base.meter.model))
    return of_labels(output[:, base.classes], rows.y.astype(np.intp))


def _attack(name: str, members: Array, others: Array) -> Attack:
    area, rate = auc(members, others, CONFIDENCE), rate_at(members, others, FALSE_RATE, CONFIDENCE)
    return Attack(
        attack=name,
        auc=area.value,
        low=area.low,
        high=area.high,
        tpr_at_fpr_01=rate.value,
        tpr_low=rate.low,
        tpr_high=rate.high,
        shadows=0,
        members=len(members),
        others=len(others),
    )
