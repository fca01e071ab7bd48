"""Codes of decoded rows are the codes that were decoded, whatever the cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrodict.disclosures.columns import Column
from retrodict.matching.axes import ListedAxis, NumberAxis, on_grid, raw_cuts
from retrodict.matching.codebook import Codebook
from retrodict.priors.marginals import Normal, Uniform, listed
from retrodict.schema import Feature, Schema

STEPS = st.sampled_from([None, 1.0, 0.5, 0.1, 0.25, 0.01, 10.0])


@st.composite
def number_axes(draw: st.DrawFn) -> NumberAxis:
    step = draw(STEPS)
    units = draw(st.lists(st.integers(-500, 500), min_size=0, max_size=12, unique=True))
    scale = draw(st.sampled_from([1e-3, 1.0, 1e5]))
    cuts = np.sort(np.array(units, dtype=float)) * scale
    cuts = np.unique(on_grid(np.sort(np.array(units, dtype=float)) * step, step)) if step is not None else cuts
    return NumberAxis("a", cuts, step, draw(st.booleans()))


@settings(max_examples=150, deadline=None)
@given(number_axes(), st.integers(0, 2**32 - 1), st.booleans())
def test_numbers_round_trip(axis: NumberAxis, seed: int, normal: bool) -> None:
    rng = np.random.default_rng(seed)
    schema = Schema((Feature("b"), Feature("a"), Feature("c", "categorical", categories=("x", "y", "z"))))
    groups = np.array([1, 0, 1])
    marginal = Normal(1.0, 3.0) if normal else Uniform(-2.0, 4.0)
    book = Codebook(
        schema, (ListedAxis("c", groups, ("y", "rest"), gaps=True), axis), (marginal, marginal, listed(np.ones(3)))
    )
    codes = np.column_stack([rng.integers(0, 3, 50), rng.integers(0, axis.size, 50)])
    rows = book.decode(codes, rng)
    np.testing.assert_array_equal(book.encode(rows), codes)
    assert not np.isnan(rows[:, 0]).any()
    assert (np.isnan(rows[:, 1]) == (codes[:, 1] == axis.missing)).all()
    if axis.step is not None:
        held = rows[~np.isnan(rows[:, 1]), 1]
        np.testing.assert_allclose(held / axis.step, np.rint(held / axis.step), atol=1e-6)


@settings(max_examples=200, deadline=None)
@given(
    st.floats(-1e6, 1e6, width=32).filter(lambda v: abs(v) > 1e-6),
    st.integers(-3, 3),
    st.sampled_from([(1.0, 0.0), (3.7, -12.5), (-0.2, 1.0), (1e4, 7.0)]),
)
def test_a_cut_parts_raw_values_as_the_tree_does(value: float, away: int, affine: tuple[float, float]) -> None:
    """A tree compares the 32-bit number of the column with its threshold."""
    column = Column.start("a").affine(*affine)
    near = np.float32(value)
    for _ in range(abs(away)):
        near = np.nextafter(near, np.float32(np.sign(away) * np.inf))
    for threshold in (float(value), float(value) / 2 + float(near) / 2):
        cuts, rising = raw_cuts(column, np.array([threshold]))
        steps = np.arange(-40, 41) / 8.0
        held = float(value) + steps * float(np.spacing(np.float32(value)))
        raw = column.back(held)
        seen = ((raw - column.offset) / column.scale).astype(np.float32)
        exact = np.abs((raw - column.offset) / column.scale - held) == 0.0  # others are no test of the rounding
        right = raw > cuts[0] if rising else ~(raw > cuts[0])
        if affine == (1.0, 0.0):
            np.testing.assert_array_equal(right[exact], (seen.astype(float) > threshold)[exact])
        else:  # away from ties, which the way back may miss by a rounding error
            clear = steps * 8 % 2 != 0
            np.testing.assert_array_equal(right[clear], (seen.astype(float) > threshold)[clear])


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_features_without_codes_are_drawn(share: float) -> None:
    schema = Schema((Feature("a", missing=share), Feature("b", "binary", categories=(0, 1))))
    book = Codebook(schema, (), (Normal(0.0, 1.0), listed(np.ones(2))))
    rows = book.decode(np.empty((4000, 0), dtype=int), np.random.default_rng(0))
    assert abs(np.isnan(rows[:, 0]).mean() - share) < 0.05
    assert abs(rows[:, 1].mean() - 0.5) < 0.05
    assert book.encode(rows).shape == (4000, 0)
