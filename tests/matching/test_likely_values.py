"""Numbers whose cells are known come back as values that training rows have, or as whole numbers."""

from __future__ import annotations

import numpy as np
import pytest

from retrodict.matching.axes import NumberAxis
from retrodict.matching.codebook import Codebook
from retrodict.matching.likely_values import WHOLE, LikelyValues, told_of_whole
from retrodict.priors.marginals import Uniform, listed
from retrodict.schema import Feature, Schema


def book(cuts: list[float]) -> Codebook:
    schema = Schema((Feature("x"), Feature("unsplit")))
    return Codebook(schema, (NumberAxis("x", np.array(cuts)),), (Uniform(0.0, 11.0), listed(np.array([1.0, 3.0]))))


def filled(
    own: Codebook,
    codes: list[int],
    known: dict[str, np.ndarray] | None = None,
    ranges: dict[str, tuple[float, float]] | None = None,
) -> list[float]:
    rows = own.decode(np.array(codes)[:, None], np.random.default_rng(0))
    out = LikelyValues(own, known or {}, ranges=ranges or {}).fill(np.array(codes)[:, None], rows)
    assert (out[:, 1] == 1.0).all()  # the likeliest value of a feature that no tree splits on
    assert own.encode(out)[:, 0].tolist() == codes
    return out[:, 0].tolist()


@pytest.mark.parametrize("cut", [0.5, 1e-35, float(np.nextafter(np.float32(1), np.float32(0)))])
def test_a_column_of_zeros_and_ones_comes_back_as_such(cut: float) -> None:
    assert filled(book([cut]), [0, 1, 1]) == [0.0, 1.0, 1.0]
    assert filled(book([cut]), [0, 1, 1], ranges={"x": (0.0, 1.0)}) == [0.0, 1.0, 1.0]


def test_whole_numbers_lie_beside_the_outer_cuts_and_inside_the_others() -> None:
    assert filled(book([2.5, 3.5]), [0, 1, 2]) == [2.0, 3.0, 4.0]
    assert all(value == np.rint(value) for value in filled(book([2.5, 3.5, 7.5]), [0, 1, 3]))
    (inner,) = filled(book([2.5, 3.5, 7.5]), [2])
    assert inner in {4.0, 5.0, 6.0, 7.0}


def test_columns_that_may_hold_fractions_are_left_as_drawn() -> None:
    own = book([2.5, 3.25])
    assert filled(own, [1])[0] % 1 != 0
    assert not told_of_whole(LikelyValues(own, {}))
    assert not told_of_whole(LikelyValues(book([2.5]), {"x": np.array([1.75])}))
    assert told_of_whole(LikelyValues(book([2.5]), {}))[0].code == WHOLE


def test_cells_hold_the_values_that_training_rows_have() -> None:
    known = {"x": np.array([1.25, 2.75, 3.0])}
    cuts = [float(np.nextafter(value, 0.0)) for value in known["x"]]
    assert filled(book(cuts), [1, 2, 3], known) == [1.25, 2.75, 3.0]


def test_outer_cells_reach_to_the_stated_range() -> None:
    values = filled(book([2.5, 7.5]), [0] * 40 + [2] * 40, ranges={"x": (0.0, 11.0)})
    assert set(values[:40]) == {0.0, 1.0, 2.0}
    assert set(values[40:]) == {8.0, 9.0, 10.0, 11.0}
    assert not told_of_whole(LikelyValues(book([2.5]), {}, ranges={"x": (0.25, 4.0)}))
