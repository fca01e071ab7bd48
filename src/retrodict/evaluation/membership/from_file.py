"""Attacks that need no call of the model: members that its file gives away by rows or values which it states."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from retrodict import time_limit
from retrodict.disclosures import Disclosures, Range, Rows, Values
from retrodict.disclosures.place import FILLED
from retrodict.evaluation.membership.asked import Asked, Scores
from retrodict.evaluation.risk.hits import hit_by
from retrodict.schema import Feature
from retrodict.tables.cells import FAR

Array = np.ndarray

STORED_ROWS, FILE_VALUES = "stored rows", "file values"

EQUAL = 1e-6
"""Share of a column's range within which two numbers are the same: files keep some in 32 bits, and the way back from
scaled columns rounds."""


def stored_scores(asked: Asked, found: Disclosures) -> Iterator[Scores]:
    """Yield the attack that looks each row up among those that the file stores; nothing where it stores none.

    A row that is stored is held to be a member, all others alike. Features alone are compared, those that the stored
    rows have; where gaps were filled before rows were stored, columns with gaps are passed over.

    Parameters
    ----------
    asked
        Rows of both kinds.
    found
        What the file states.
    """
    started = time.perf_counter()
    rows, hit = _both(asked), np.zeros(len(asked.members) + len(asked.others), dtype=bool)
    compared = False
    for fact in found.of(Rows):
        time_limit.check("rows were looked up in the file")
        at = _columns(asked, found, fact.features)
        columns = [j for j in at if fact.exact != FILLED or not np.isnan(rows[:, j]).any()]
        if columns and fact.n:
            stored = np.column_stack([_codes(asked.inputs.features[j], fact.rows[:, at[j]]) for j in columns])
            own = rows[:, columns]
            low, high = (end(own, axis=0) for end in (_least, _most))
            listed = [asked.inputs.features[j].listed for j in columns]
            scale = np.where(listed | (high <= low), 1.0, high - low)
            hit |= hit_by(_cells(own, low, scale), _cells(stored, low, scale), EQUAL) >= 0
            compared = True
    if compared:
        yield _scores(asked, STORED_ROWS, hit.astype(np.float64), started)


def value_scores(asked: Asked, found: Disclosures) -> Iterator[Scores]:
    """Yield the attack that counts the numbers of a row that the file states; nothing where it states none.

    What counts: values that training rows took (`Values`) and the ends of a feature's range. The score is the share of
    the row's numbers that equal one of these, of the features of which any is stated.

    Parameters
    ----------
    asked
        Rows of both kinds.
    found
        What the file states.
    """
    started = time.perf_counter()
    rows = _both(asked)
    stated: dict[int, list[tuple[Array, float]]] = {}
    for fact in (*found.of(Values), *found.of(Range)):
        taken, radius = (fact.taken, fact.radius) if isinstance(fact, Values) else ([fact.low, fact.high], 0.0)
        values = np.unique(np.asarray(taken, dtype=np.float64))
        for j in _columns(asked, found, fact.features):
            if not asked.inputs.features[j].listed and np.isfinite(values).any():
                stated.setdefault(j, []).append((values[np.isfinite(values)], radius))
    if not stated:
        return
    told = np.zeros(len(rows))
    for j, facts in stated.items():
        time_limit.check("values were looked up in the file")
        reach = EQUAL * max(float(_most(rows[:, j]) - _least(rows[:, j])), 0.0)
        told += np.any([_within(rows[:, j], values, radius + reach) for values, radius in facts], axis=0)
    yield _scores(asked, FILE_VALUES, told / len(stated), started)


def _scores(asked: Asked, attack: str, told: Float[Array, " n"], started: float) -> Scores:
    m = len(asked.members)
    return Scores(attack, "from_file", told[:m], told[m:], seconds=time.perf_counter() - started)


def _both(asked: Asked) -> Float[Array, "n d"]:
    """Return the features of all rows, members first."""
    return np.concatenate([asked.members.rows.X, asked.others.rows.X])


def _columns(asked: Asked, found: Disclosures, features: tuple[str, ...]) -> dict[int, int]:
    """Return the columns of the tables that a fact's features are, each with its place among these."""
    names = list(asked.inputs.schema.names)
    own = {name: i for i, name in enumerate(found.names)} if len(found.names) == len(names) else {}
    at = {name: names.index(name) if name in names else own.get(name) for name in features}
    return {j: i for i, name in enumerate(features) if (j := at[name]) is not None}


def _codes(feature: Feature, column: Array) -> Float[Array, " n"]:
    """Return stored cells as the tables have them; a category that no table holds is like no other."""
    if not feature.listed:
        return pd.to_numeric(pd.Series(column), errors="coerce").to_numpy(dtype=np.float64)
    codes = pd.Index(pd.Series(list(feature.categories), dtype=object)).get_indexer(pd.Index(column, dtype=object))
    gone = pd.isna(pd.Series(column)).to_numpy()
    return np.where(gone, np.nan, np.where(codes < 0, len(feature.categories), codes).astype(np.float64))


def _cells(rows: Array, low: Array, scale: Array) -> Float[Array, "n d"]:
    """Return rows of which any two values of a list are 1 apart, and missing ones far from all others."""
    return np.nan_to_num((rows - low) / scale, nan=-FAR)


def _least(rows: Array, axis: int | None = None) -> Array:
    return np.asarray(np.nanmin(rows, axis=axis, initial=np.inf, where=~np.isnan(rows)))


def _most(rows: Array, axis: int | None = None) -> Array:
    return np.asarray(np.nanmax(rows, axis=axis, initial=-np.inf, where=~np.isnan(rows)))


def _within(column: Float[Array, " n"], values: Float[Array, " k"], reach: float) -> Bool[Array, " n"]:
    """Return which numbers lie within reach of one of sorted values; a missing one does not."""
    at = np.searchsorted(values, column)
    above, below = values[np.minimum(at, len(values) - 1)], values[np.maximum(at - 1, 0)]
    return np.asarray(np.minimum(np.abs(above - column), np.abs(column - below)) <= reach)
