"""To and from CatBoost's own objects: what it is given was read, checked and written again here."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrodict.extras import extra_for
from retrodict.families.catboost.category_hash import stand_in
from retrodict.families.catboost.cbm_file import read_cbm, write_cbm
from retrodict.families.catboost.content import Content
from retrodict.families.catboost.objectives import objective_of

Array = np.ndarray

RAW = "RawFormulaVal"
"""CatBoost's name of what trees add up to."""


def booster_of(content: Content, blob: bytes | None = None) -> Any:
    """Return what CatBoost makes of a file: a classifier or a regressor, as the loss says.

    Parameters
    ----------
    content
        What the file holds, checked: nothing else of it reaches compiled code.
    blob
        What `write_cbm` makes of it, where that was asked before.
    """
    with extra_for("reading models of CatBoost"):
        import catboost

    objective = objective_of(content)
    kinds = {"class": catboost.CatBoostClassifier, "value": catboost.CatBoostRegressor}
    made = (catboost.CatBoost if objective is None else kinds[objective.kind])()
    loaded(made, content, blob)
    return made


def loaded(made: Any, content: Content, blob: bytes | None = None) -> None:
    """Let an object of CatBoost hold another model."""
    made.load_model(blob=write_cbm(content) if blob is None else blob)
    made._init_params = {}  # what the file says of its training is read from the file
    made._canonized_params = None


def content_of(made: Any) -> Content:
    """Return what a fitted object of CatBoost holds."""
    return read_cbm(made._serialize_model())


def asked(content: Content, blob: bytes | None = None) -> Any:
    """Return what CatBoost makes of a file after it was asked for a few rows, on one thread; see `booster_of`."""
    made, rows = booster_of(content, blob), 40  # more than compiled code takes at once, and some over
    _ = made.classes_
    hashes = known_hashes(content)
    columns: dict[int, Array] = {}
    for number in content.numbers:
        points = [np.nan, 0.0, *number.borders[:rows].astype(float).tolist()]
        columns[number.flat] = np.resize(np.array(points), rows)
    for category in content.categories:
        texts = ["a", *(stand_in(one) for one in hashes[category.index][:rows])]
        columns[category.flat] = np.resize(np.array(texts, dtype=object), rows)
    raw_of(made, columns, rows, listed=bool(content.categories), threads=1)
    return made


def known_hashes(content: Content) -> dict[int, list[int]]:
    """Return the hashes of categories that a model knows of each column by itself, in the file's order."""
    found: dict[int, dict[int, None]] = {one.index: {} for one in content.categories}
    for one in content.one_hots:
        found[one.category].update(dict.fromkeys(int(value) & 0xFFFFFFFF for value in one.values))
    for table in content.ctr_tables or ():
        alone, hashes = table.base.of.alone, table.category_hashes()
        if alone in found and hashes is not None:
            found[alone].update(dict.fromkeys(hashes))
    return {index: list(hashes) for index, hashes in found.items()}


def raw_of(made: Any, columns: dict[int, Any], rows: int, *, listed: bool, threads: int, kind: str = RAW) -> Array:
    """Return a model's outputs, shape (n,) or (n, k).

    Parameters
    ----------
    made
        The model.
    columns
        Its columns by their place; one that nothing was learnt of may be left out.
    rows
        How many.
    listed
        Whether it takes categories: then rows are a frame, else numbers.
    threads
        At most so many.
    kind
        Which outputs, by CatBoost's name.
    """
    import pandas as pd

    names = made.feature_names_
    gap = np.zeros(rows)
    frame: Any
    if listed:
        frame = pd.DataFrame({name: columns.get(at, gap) for at, name in enumerate(names)}, copy=False)
    else:
        frame = np.empty((rows, len(names)), order="F")  # by column: what CatBoost reads fastest
        for at in range(len(names)):
            frame[:, at] = columns.get(at, gap)
    return predicted(made, frame, threads, kind)


def predicted(made: Any, rows: Any, threads: int = -1, kind: str = RAW) -> Array:
    """Return outputs for rows as CatBoost takes them."""
    return np.asarray(made.predict(rows, prediction_type=kind, thread_count=threads), dtype=np.float64)
