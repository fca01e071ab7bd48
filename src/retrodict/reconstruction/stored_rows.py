"""The training rows that a model file stores as they are, with their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.disclosures import Disclosures, Rows, SampleSize
from retrodict.disclosures.place import FILLED
from retrodict.errors import SchemaError
from retrodict.models import Meter, Model
from retrodict.models.contract import own_schema
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Stored:
    """Rows that a file stores.

    Parameters
    ----------
    schema
        How `X` is encoded; the model's own order of features.
    X, y
        Rows, shape (n, d), and class indices or target values, shape (n,); in the order of the training table, as far
        as the file tells.
    total
        Rows of the training table; ``None`` where the file does not say.
    labels_from
        `file`, or `model`: what it predicts for the rows.
    queries
        Model calls that the labels took.
    notes
        What they are, in plain sentences.
    """

    schema: Schema
    X: Float[Array, "n d"]
    y: Float[Array, " n"]
    total: int | None
    labels_from: Literal["file", "model"]
    queries: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class Kept:
    """Rows that a file stores unchanged, before anything is said of their labels.

    Parameters
    ----------
    fact
        What the file states.
    X
        Its rows in the encoding of the model's own schema, shape (n, d).
    total
        Rows of the training table; ``None`` where the file does not say.
    """

    fact: Rows
    X: Float[Array, "n d"]
    total: int | None

    @property
    def whole(self) -> bool:
        """Whether they are all rows of the training table."""
        return self.total is not None and self.total <= len(self.X)


def kept_rows(model: Model, found: Disclosures) -> Kept | None:
    """Return the rows that a file stores unchanged; ``None`` where it stores none with all features.

    Parameters
    ----------
    model
        Whose features they must have.
    found
        Its disclosures.
    """
    schema = own_schema(model)
    told = [fact for fact in found.of(Rows) if fact.exact in (True, FILLED) and set(schema.names) <= set(fact.features)]
    for fact in sorted(told, key=lambda fact: (-fact.n, fact.labels is None)):
        frame = pd.DataFrame(fact.rows, columns=list(fact.features))[list(schema.names)].infer_objects()
        try:
            X = schema.encode(frame)
        except SchemaError:  # a way back that was not exact can leave the lists
            continue
        if len(X):
            total = max((size.n for size in found.of(SampleSize) if size.exact is True), default=None)
            return Kept(fact, X, total)
    return None


def labelled(model: Model, kept: Kept) -> Stored:
    """Return stored rows with their labels, in the order of the training table as far as it is told.

    Parameters
    ----------
    model
        Labels rows whose labels are not stored.
    kept
        The rows.
    """
    schema, fact, X = own_schema(model), kept.fact, kept.X
    y, queries = _codes(fact.labels, schema.target.classes), 0
    notes = [_told(fact, kept.total)]
    if y is None:
        meter = Meter(model.bind(schema))
        output = meter.output(X)
        y, queries = (output.argmax(axis=1) if schema.target.is_class else output), meter.queries
        notes.append(
            Note(
                "labels_are_predicted",
                "the file does not store the labels of these rows: they are what the model predicts, and confidence is "
                "of the features alone",
            )
        )
    if fact.exact == FILLED:
        notes.append(Note("gaps_are_filled", "gaps were filled before the rows were stored: they have the fills"))
    if fact.index is not None:
        order = np.argsort(fact.index, kind="stable")
        X, y = X[order], y[order]
    return Stored(schema, X, y, kept.total, "model" if queries else "file", queries, tuple(notes))


def _codes(labels: Sequence[Any] | None, classes: tuple[Any, ...]) -> Array | None:
    """Return class indices or targets; ``None`` where none are stored, or where they are those of another target."""
    if labels is None or not classes:
        return None if labels is None else np.asarray(labels, dtype=np.float64)
    return np.array([classes.index(label) for label in labels]) if set(labels) == set(classes) else None


def _told(fact: Rows, total: int | None) -> Note:
    where = fact.source
    if total is None:
        text = f"{fact.n:,} rows stored in {where}; the file does not say how many the table had"
    elif total > fact.n:
        text = f"{fact.n:,} of the table's {total:,} rows are stored in {where}; nothing is said of the others"
    else:
        text = f"all {fact.n:,} rows of the table are stored in {where}"
    return Note("rows_are_stored", text, rows=fact.n, table_rows=total, source=where)
