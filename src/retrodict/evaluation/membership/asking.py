"""Read rows of both kinds, and ask the model of them once: what all attacks start from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import RequestError
from retrodict.evaluation.membership.asked import Asked, Known
from retrodict.evaluation.replicas.base_model import Base
from retrodict.evaluation.rows_asked import some_of, taken_by
from retrodict.models import Model
from retrodict.models.contract import about
from retrodict.results.notes import Note
from retrodict.tables.encoded import Inputs, encoded
from retrodict.tables.labelled import RealRows, read_labelled
from retrodict.tables.titles import HOLDOUT, TRAIN

Array = np.ndarray

FEWEST = 10
"""Rows of either kind, at least: with fewer an interval of the AUC is as good as all of 0 to 1."""


def ask(
    model: Model, train: Any, holdout: Any, target: str | None, most: int, seed: int
) -> tuple[Asked, tuple[Note, ...]]:
    """Read both tables, and ask the model of their rows.

    Parameters
    ----------
    model
        The model under study.
    train, holdout
        Frames with their target.
    target
        Its column in both, if it is not plain.
    most
        Rows of either table; of more, so many are taken at random.
    seed
        Of the rows taken.

    Returns
    -------
    Asked, tuple of Note
        The rows with what the model says of them; what was left out.

    Raises
    ------
    RetrodictError
        If the model can't be asked, the tables can't be read, or hold fewer than 10 rows.
    """
    given: dict[str, pd.DataFrame] = {TRAIN: train, HOLDOUT: holdout}
    read = read_labelled(model.schema, given, target, undetermined=about(model).undetermined)
    inputs = encoded(read)
    for title, table in inputs.tables.items():
        if len(table) < FEWEST:
            raise RequestError(f"{title}: {len(table)} rows say nothing of membership; give at least {FEWEST}")
    base, rng, notes = Base.of(model, inputs), np.random.default_rng(seed), list[Note]()
    members, others = (_known(base, read, inputs, title, most, rng, notes) for title in (TRAIN, HOLDOUT))
    return Asked(base, inputs, members, others), tuple(notes)


def _known(
    base: Base, read: RealRows, inputs: Inputs, title: str, most: int, rng: np.random.Generator, notes: list[Note]
) -> Known:
    rows = inputs.rows(title)
    kept = taken_by(base, rows.X, title, notes)
    if len(kept) < FEWEST:
        raise RequestError(f"the model takes only {len(kept)} of {title}; write their categories as it knows them")
    kept = kept[some_of(len(kept), most, title, "asked for", rng, notes)]
    rows = rows.take(kept)
    output = base.meter.output(rows.X)
    return Known(rows, read.places(title)[kept], output if base.classes is None else output[:, base.classes])
