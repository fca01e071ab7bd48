"""A reconstruction, or a table that stands for one, read beside real rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from retrodict.errors import RequestError
from retrodict.models import Model
from retrodict.models.contract import about
from retrodict.reconstruction import LabelledRows
from retrodict.schema import Schema, Target
from retrodict.tables.encoded import Inputs, encoded
from retrodict.tables.labelled import RealRows, bare_features, read_bare, read_labelled
from retrodict.tables.titles import HOLDOUT, REBUILT, TRAIN

FEWEST = 20
"""Rows of a table, at least: of fewer a distribution is not seen."""


def read_beside(rec: Any, given: Mapping[str, Any], target: str | None, model: Model | None = None) -> RealRows:
    """Read a table and real rows as one schema has them.

    Parameters
    ----------
    rec
        A reconstruction, a rebuilt table, or a bare table that stands for one.
    given
        Real rows by title; ``None`` where there are none.
    target
        The target's column in real rows and bare tables.
    model
        The base model, which says what the columns of a bare table are; without it they tell that themselves.

    Raises
    ------
    RetrodictError
        If a table can't be read; see `read_labelled`.
    """
    real = {title: frame for title, frame in given.items() if frame is not None}
    if isinstance(rec, LabelledRows):
        frame = rec.frame[[*rec.schema.names, rec.schema.target.name]]
        return read_labelled(rec.schema, {REBUILT: frame, **real}, target)
    if not isinstance(rec, pd.DataFrame):
        raise RequestError(f"a Reconstruction, a Rebuilt or a DataFrame is needed, got {type(rec).__name__}")
    if model is None:
        return read_bare({REBUILT: rec, **real}, target)
    schema, undetermined = renamed(model, bare_features(rec, target, real.values()))
    if target is not None:
        schema = schema.with_target(Target(target, schema.target.classes))
    return read_labelled(schema, {REBUILT: rec, **real}, target, undetermined=undetermined)


def renamed(model: Model, names: tuple[str, ...]) -> tuple[Schema, frozenset[str]]:
    """Return a model's schema and its features of no known kind, under other names where it has none of its own.

    Parameters
    ----------
    model
        The model.
    names
        What its features are called in a table or by a prior, in its order; left out where they are more or fewer.
    """
    schema, undetermined = model.schema, about(model).undetermined
    if schema.named or len(names) != len(schema):
        return schema, undetermined
    called = dict(zip(schema.names, names, strict=True))
    features = tuple(replace(feature, name=called[feature.name]) for feature in schema.features)
    return Schema(features, schema.target), frozenset(called[name] for name in undetermined)


def compared(rec: Any, train: Any, holdout: Any, target: str | None) -> tuple[RealRows, Inputs]:
    """Read a table and real rows whose distributions or rows are compared, and encode them on one layout.

    Parameters
    ----------
    rec, target
        As `read_beside` takes them.
    train, holdout
        The training rows, and others or ``None``.

    Raises
    ------
    RetrodictError
        If they can't be compared, have fewer than 20 rows, or the training rows have one class only.
    """
    read = read_beside(rec, {TRAIN: train, HOLDOUT: holdout}, target)
    check_enough(read)
    return read, encoded(read)


def check_enough(read: RealRows) -> None:
    """Refuse tables from which no distribution can be seen.

    Raises
    ------
    RequestError
        If one has fewer than 20 rows, or the training rows have one class only.
    """
    for title, frame in read.frames.items():
        if len(frame) < FEWEST:
            raise RequestError(f"{title}: {len(frame)} rows are too few to be compared; give at least {FEWEST}")
    if TRAIN not in read.frames or not read.schema.target.is_class:
        return
    labels = read.frames[TRAIN][read.schema.target.name]
    if labels.nunique() < 2:
        raise RequestError(f"{TRAIN}: there is one class only ({labels.iloc[0]!r}); give rows of at least two")
