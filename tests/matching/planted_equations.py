"""Planted tables and the equations that models of them state: the table meets them, a broken twin does not."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from retrodict.disclosures import inspect_model
from retrodict.matching.capability import EquationTable, Source
from retrodict.matching.linear.columns import columns_of_table
from retrodict.matching.linear.routing import leaves_of
from retrodict.matching.linear.slack import excess_of
from retrodict.matching.linear.solve import solve
from retrodict.matching.linear_reading import LinearReading
from retrodict.models import load_model

EXACT = 1e-11
"""Of one row's contribution, what the sums of a planted table may be off by: 64-bit sums of some hundred rows."""
BROKEN = 1e-3


def read(model: Any, source: Source = "file", rows: int | None = None) -> LinearReading:
    """Return a model's equations."""
    loaded = load_model(model)
    assert isinstance(loaded, EquationTable)
    return loaded.table_equations(inspect_model(loaded), source, rows)


def in_codes(reading: LinearReading, table: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a table in the reading's codes, and its labels as the loss takes them."""
    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(table, columns=list(reading.schema.names))
    codes = reading.codebook.encode(reading.schema.encode(frame))
    values = np.asarray(target).tolist()
    labels = [reading.classes.index(value) for value in values] if reading.classes else values
    return codes, np.array(labels, dtype=np.float64)


def misfit(reading: LinearReading, codes: np.ndarray, labels: np.ndarray) -> float:
    """Return how far a table is from any equation, at most, beyond its rounding, in rows."""
    blocks, columns = reading.equations.blocks, columns_of_table(reading.equations, codes, labels)
    beyond = excess_of(blocks, columns, np.ones(len(codes))) - blocks.rounding * np.sqrt(blocks.weights)
    return float(beyond.max())


def check(
    model: Any, table: Any, target: Any, source: Source = "file", rows: int | None = None, *, labelled: bool = True
) -> LinearReading:
    """Check that a planted table meets every equation, and that tables with one label or one entry moved do not."""
    reading = read(model, source, rows)
    codes, labels = in_codes(reading, table, target)
    assert (codes >= 0).all()
    assert misfit(reading, codes, labels) <= EXACT
    if labelled:
        swapped = labels.copy()
        swapped[0] = next(other for other in reading.equations.labels if other != labels[0])
        assert misfit(reading, codes, swapped) > BROKEN
    leaves = leaves_of(reading.equations.routes, codes)
    moved = codes.copy()
    told = next(i for i in range(1, len(codes)) if (leaves[:, i] != leaves[:, 0]).any())
    moved[0] = codes[told]
    assert misfit(reading, moved, labels) > BROKEN
    return reading


def found(reading: LinearReading, table: Any, target: Any) -> float:
    """Return the share of a planted table's rows that are found with their label, up to what no tree tells apart."""
    solution = solve(reading.equations, np.random.SeedSequence(0), seconds=60.0)
    codes, labels = in_codes(reading, table, target)
    routes = reading.equations.routes
    truth, got = (
        Counter(zip(map(bytes, leaves_of(routes, own).T.copy()), of.tolist(), strict=True))
        for own, of in ((codes, labels), (solution.codes, solution.labels))
    )
    return (truth & got).total() / len(codes)
