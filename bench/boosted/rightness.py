"""How many rows of a table are right as far as the trees of a model can tell rows apart."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from bench.tables import TARGET
from retrodict.disclosures import inspect_model
from retrodict.matching.linear.routing import leaves_of
from retrodict.models import Model


class Telling:
    """The trees of a model, by which rows are told apart.

    Parameters
    ----------
    model
        Of boosted trees.
    """

    def __init__(self, model: Model) -> None:
        reading = model.table_equations(inspect_model(model), "file")  # type: ignore[attr-defined]
        self._routes, self._book, self._schema = reading.equations.routes, reading.codebook, model.schema

    def keys(self, frame: pd.DataFrame) -> Counter[Any]:
        """Return the leaves that each row reaches in all trees, with its label, as often as they occur."""
        codes = self._book.encode(self._schema.encode(frame[list(self._schema.names)]))
        leaves = np.ascontiguousarray(leaves_of(self._routes, np.maximum(codes, 0)).T)
        labels = frame[TARGET].to_numpy()
        labels = np.round(labels, _DIGITS) if labels.dtype.kind == "f" else labels
        return Counter((row.tobytes(), label) for row, label in zip(leaves, labels.tolist(), strict=True))

    def right(self, found: pd.DataFrame, train: pd.DataFrame) -> float:
        """Return the share of training rows whose leaves and label a table has, each row counted once."""
        mine, real = self.keys(found), self.keys(train)
        return sum((mine & real).values()) / len(train)


_DIGITS = 4
"""Of real targets that are compared: training rounds them to 32 bits."""
