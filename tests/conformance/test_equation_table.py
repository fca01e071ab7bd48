"""The equations that boosted trees state hold for the table that they were trained on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import ModelError, SchemaError
from retrodict.matching.boosting import GRADIENT
from retrodict.matching.capability import EquationTable, Source
from retrodict.matching.linear.row_fit import met_share
from retrodict.matching.linear_reading import LinearReading
from tests.conformance.handmade import BOOSTED, Boosted
from tests.conformance.members import check_members
from tests.conformance.models import Example

pytestmark = pytest.mark.slow  # in all it takes over ten seconds; each part has fast tests of its own


def planted(reading: LinearReading, train: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes and labels of the table behind equations."""
    codes = reading.codebook.encode(reading.schema.encode(train[list(reading.schema.names)]))
    target = train.iloc[:, -1]
    labels = (
        np.array([float(reading.classes.index(label)) for label in target.tolist()])
        if reading.classes
        else _fitted(reading, target.to_numpy(np.float64))
    )
    return _filled(reading, codes, labels), labels


def _filled(reading: LinearReading, codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return codes with gaps that are filled before the trees in the cell that meets most: a cut may be at the fill."""
    for at in np.flatnonzero((codes < 0).any(axis=0)).tolist():
        assert any(note.code == "gaps_are_filled" for note in reading.notes)
        gaps = (codes < 0) & (np.arange(codes.shape[1]) == at)
        tried = [np.where(gaps, cell, codes) for cell in range(reading.codebook.axes[at].size)]
        codes = max(tried, key=lambda one: float(met_share(reading.equations, one, labels).mean()))
    return codes


def _fitted(reading: LinearReading, raw: np.ndarray) -> np.ndarray:
    """Return raw targets as they were fitted: the way back from `LinearReading.target`, by halving."""
    low, high = (np.full(len(raw), float(end)) for end in (reading.boosting.levels[0], reading.boosting.levels[-1]))
    span = 10.0 * (high - low) + 1.0  # levels are where targets are looked for first, not all that there can be
    low, high = low - span, high + span
    rising = reading.target(high[:1])[0] > reading.target(low[:1])[0]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        below = (np.asarray(reading.target(middle)) < raw) == rising
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2.0


_HALVINGS = 100


def check_equations(model: Any, train: pd.DataFrame, source: Source) -> None:
    """Check that the training table meets every equation, and that one of other labels does not."""
    check_members(model, EquationTable)
    check_reading(model.table_equations(rd.inspect_model(model), source, len(train)), train)


def check_reading(reading: Any, train: pd.DataFrame) -> None:
    """Check the equations that were read."""
    assert isinstance(reading, LinearReading)
    assert reading.boosting.rows in (None, len(train))
    codes, labels = planted(reading, train)
    if not reading.classes and met_share(reading.equations, codes, labels).min() < 1.0:
        labels = labels.astype(np.float32).astype(np.float64)  # some libraries round targets before they train
    assert met_share(reading.equations, codes, labels).min() == 1.0
    if (reading.equations.blocks.coefficients[..., GRADIENT] != 0.0).any() and len(np.unique(labels)) > 1:
        assert met_share(reading.equations, codes, labels[::-1]).min() < 1.0, "any labels meet them"
    else:  # the first row, as often as there are rows
        other = np.zeros(len(codes), dtype=np.int64)
        assert met_share(reading.equations, codes[other], labels[other]).min() < 1.0, "any table meets them"


@pytest.mark.parametrize("source", get_args(Source))
def test_equation_table(example: Example, source: Source) -> None:
    model = example.model
    if not isinstance(model, EquationTable) or example.train.iloc[:, -1].nunique() < 2:  # its targets are not known
        return
    try:
        reading = model.table_equations(rd.inspect_model(model), source, len(example.train))
        model.schema.encode(example.train[list(model.schema.names)])
    except (ModelError, SchemaError):  # no equations are known, or categories are known by hashes alone
        return
    check_members(model, EquationTable)
    check_reading(reading, example.train)


@pytest.mark.parametrize("source", get_args(Source))
def test_equations_are_stated_by_hand(source: Source) -> None:
    check_equations(BOOSTED, BOOSTED.train, source)


class _Mistaken(Boosted):
    """A twin whose trees are those of another table."""

    train = pd.DataFrame({"x": [0.2, 0.6, 0.7], "target": ["no", "yes", "yes"]})


class _Rounded(Boosted):
    """A twin that states sums so roughly that any table meets them."""

    def table_equations(self, found: Any, source: Any, rows: int | None = None) -> LinearReading:
        reading = super().table_equations(found, source, rows)
        blocks = reading.equations.blocks
        slack = np.full_like(blocks.rounding, 9.0)
        return replace(reading, equations=replace(reading.equations, blocks=replace(blocks, rounding=slack)))


@pytest.mark.parametrize("twin", [_Mistaken, _Rounded])
def test_a_broken_twin_is_found(twin: type) -> None:
    with pytest.raises(AssertionError):
        check_equations(twin(BOOSTED.schema), BOOSTED.train, "file")
