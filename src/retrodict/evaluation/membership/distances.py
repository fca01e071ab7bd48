"""Attacks by nearness: rows close to those rebuilt from the file, or drawn by query, are held to be members."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pandas as pd

from retrodict import time_limit
from retrodict.evaluation.beside import read_beside
from retrodict.evaluation.membership.asked import Asked, Known, Scores, Way
from retrodict.evaluation.record_match import TOLERANCE
from retrodict.evaluation.risk.nearest import nearest
from retrodict.evaluation.risk.scaled import scaled
from retrodict.reconstruction import LabelledRows
from retrodict.tables.encoded import encoded
from retrodict.tables.labelled import CONFIDENCE
from retrodict.tables.titles import HOLDOUT, REBUILT, TRAIN

REBUILT_ROWS, DRAWN_ROWS = "rebuilt rows", "drawn rows"


def distance_scores(
    asked: Asked,
    rec: LabelledRows | pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    target: str | None,
    way: Way,
) -> Iterator[Scores]:
    """Yield the attack that measures how far each row is from the nearest extracted one.

    As `record_risk` measures it: by features alone, the mean error of their cells, numbers in shares of the training
    column's range.

    Parameters
    ----------
    asked
        Rows of both kinds.
    rec
        Extracted rows.
    train, holdout
        The tables as they were given, of which `asked` may hold a part.
    target
        The target's column in these, if it is not plain.
    way
        ``from_file`` of rows that the file gives away, ``by_query`` of rows that were drawn.

    Raises
    ------
    RetrodictError
        If the tables can't be compared.
    """
    started = time.perf_counter()
    time_limit.check("nearest rows were found")
    if isinstance(rec, pd.DataFrame) and CONFIDENCE in rec.columns and CONFIDENCE not in train.columns:
        rec = rec.drop(columns=CONFIDENCE)
    read = read_beside(rec, {TRAIN: train, HOLDOUT: holdout}, target)
    tables = scaled(encoded(read), TOLERANCE)
    extracted = tables[REBUILT].cells

    def near(known: Known, title: str) -> Any:
        where = read.frames[title].index.get_indexer(known.places)
        return -nearest(extracted, tables[title].cells[where]).back

    attack = REBUILT_ROWS if way == "from_file" else DRAWN_ROWS
    members, others = near(asked.members, TRAIN), near(asked.others, HOLDOUT)
    yield Scores(attack, way, members, others, seconds=time.perf_counter() - started)
