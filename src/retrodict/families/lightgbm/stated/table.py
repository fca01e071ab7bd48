"""A table that a booster in training still holds, with the library's binned copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from retrodict.disclosures.kinds import Disclosure, Rows, SampleSize
from retrodict.disclosures.place import Place

_ENTRIES = {"label": "its target", "weight": "its weight", "init_score": "the score that training starts from"}


def table_facts(table: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the rows of a `Dataset` where it keeps them, and an entry for each row: labels, weights, starts.

    Raises
    ------
    ValueError
        Of a table that keeps its binned copy alone, which is not read.
    """
    raw = getattr(table, "data", None)
    labels = getattr(table, "label", None)
    if isinstance(raw, pd.DataFrame):
        raw = raw.to_numpy(dtype=object)
    kept = raw is not None and (isinstance(raw, np.ndarray) or sparse.issparse(raw))
    if raw is not None and kept:
        told = None if labels is None else np.ravel(np.asarray(labels)).tolist()
        yield _objects(place, raw, told) if raw.dtype == object else place.rows("data", raw, told)
    for name, meaning in _ENTRIES.items():
        found = getattr(table, name, None)
        if found is not None:
            yield place.entries(name, meaning, np.asarray(found))
    if table._handle is not None:
        yield SampleSize(int(table.num_data()), features=(), source=place.at("num_data()"), exact=place.exact)
        if not kept:
            raise ValueError("the library's own copy of its rows, cut into bins, is not read")


def _objects(place: Place, raw: Any, labels: Any) -> Rows:
    return Rows(
        raw,
        labels,
        features=tuple(column.name for column in place.columns),
        source=place.at("data"),
        exact=place.exact,
        personal=True,
    )
