"""What is doubtful about tables on one layout, in the same words whichever measure asks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from retrodict.plain_text import listing
from retrodict.results.notes import Note
from retrodict.tables.columns import counts_rows
from retrodict.tables.layout import Layout
from retrodict.tables.overlap import overlap_of
from retrodict.tables.titles import HOLDOUT, REBUILT, TRAIN, said_of

Array = np.ndarray


def doubts(layout: Layout, tables: Mapping[str, Array], frames: Mapping[str, pd.DataFrame]) -> list[Note]:
    """Return a note for each thing that makes a comparison of these tables say less than it seems to.

    Parameters
    ----------
    layout
        Of the tables.
    tables
        Codes by title, the target in the last column; of rows of a prior the features alone.
    frames
        The tables that the codes are of.
    """
    found: list[Note] = []
    for title, X in tables.items():
        found += _columns(layout, X, title, frames.get(title))
    classes = layout.columns[-1].categories
    for title in (REBUILT, TRAIN):
        absent = [str(c) for i, c in enumerate(classes) if title in tables and i not in tables[title][:, -1]]
        if absent:
            text = f"no row of {title} is of class {listing(absent)}: what is trained on them never predicts it"
            found.append(Note("absent_class", text, title=title, classes=absent))
    if classes and HOLDOUT in tables and len(np.unique(tables[HOLDOUT][:, -1])) < 2:
        text = f"{HOLDOUT} hold one class only: AUC is undefined, and accuracy says little"
        found.append(Note("one_class", text, title=HOLDOUT))
    shared = overlap_of({title: X for title, X in tables.items() if title in (HOLDOUT, TRAIN, REBUILT)})
    return found if shared is None else [*found, shared]


def _columns(layout: Layout, X: Array, title: str, frame: pd.DataFrame | None) -> list[Note]:
    empty, constant, counting = [], [], []
    for j, column in enumerate(layout.columns[:-1]):
        present = X[~np.isnan(X[:, j]), j]
        if not len(present):
            empty.append(column.name)
        elif (present == present[0]).all():
            constant.append(column.name)
        elif title == TRAIN and frame is not None and not column.listed and counts_rows(frame[column.name]):
            counting.append(column.name)
    found = []
    if counting:
        one, many = (f"{verb} the rows: a model should not have seen it; drop it" for verb in ("numbers", "number"))
        found.append(Note("feature_numbers_rows", said_of(counting, title, one, many), title=title, columns=counting))
    if empty:
        text = said_of(empty, title, "holds no values", "hold no values")
        found.append(Note("empty_columns", text, title=title, columns=empty))
    if constant and title in (TRAIN, REBUILT):
        text = said_of(constant, title, "is constant: it tells nothing", "are constant: they tell nothing")
        found.append(Note("constant_columns", text, title=title, columns=constant))
    return found
