"""From fractions to whole rows, which rows are certain, and which are alike."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba")

from retrodict.matching.equations import Equations
from retrodict.matching.linear.alike import alike
from retrodict.matching.linear.certificate import certain
from retrodict.matching.linear.columns import columns_of
from retrodict.matching.linear.exchanges import basis_of, whole_exchanges
from retrodict.matching.linear.generation import Relaxed
from retrodict.matching.linear.listing import Listed
from retrodict.matching.linear.silent import silent
from retrodict.matching.linear.slack import energy_of
from retrodict.matching.linear.whole_numbers import made_whole
from tests.matching.linear.by_hand import counted

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.int32)


def shown(equations: Equations, table: np.ndarray) -> list[bool]:
    """Return which rows are certain."""
    out = certain(equations, Listed(equations), table, np.zeros(len(table)))
    assert out is not None
    return [bool(each) for each in out]


def fractions(x: list[float]) -> Relaxed:
    """Return a solution with so many of each corner."""
    none = np.zeros(0, dtype=np.int64)
    return Relaxed(CORNERS, np.zeros(4, dtype=np.int64), np.array(x), 0.0, 1, True, CORNERS[:0], none)


def test_halves_become_whole_rows_that_meet_all_counts() -> None:
    equations = counted(CORNERS[[0, 0, 3, 3, 3]], [0, 1])
    halves = fractions([1.5, 0.5, 0.5, 2.5])
    whole = made_whole(equations, halves)
    assert whole.energy == 0.0
    table = np.repeat(whole.codes, whole.times, axis=0)
    assert len(table) == 5
    assert energy_of(equations, table, np.zeros(5)) == 0.0
    # a broken twin: halves rounded as they are do not meet them
    rounded = np.repeat(CORNERS, np.rint(halves.x).astype(int), axis=0)
    assert energy_of(equations, rounded, np.zeros(len(rounded))) > 0.5


def test_counts_that_no_table_has_stay_unmet() -> None:
    equations = counted(CORNERS[[0, 3]], [0, 1])
    totals = equations.blocks.totals.copy()
    totals[2] += 2.0
    torn = replace(equations, blocks=replace(equations.blocks, totals=totals))
    assert made_whole(torn, fractions([0.5] * 4)).energy > 0.5


def test_compiled_code_is_kept_from_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    with silent():
        os.write(1, b"a line of a library")
    os.write(1, b"the result")
    assert capfd.readouterr().out == "the result"


def test_the_exchange_of_opposite_corners_is_found() -> None:
    equations = counted(CORNERS, [0, 1])
    basis = basis_of(columns_of(equations, CORNERS, np.zeros(4)), len(equations.blocks.totals))
    assert basis.independent.tolist() == [0, 1, 2]
    assert whole_exchanges(basis).T.tolist() == [[1, -1, -1, 1]]


@pytest.mark.parametrize(
    ("rows", "sure"),
    [
        ([0, 0, 1], [True, True, True]),  # column 0 is all zeros: nothing can be exchanged
        ([0, 3], [False, False]),  # as well (0, 1) and (1, 0)
        (
            [0, 1, 2],
            [False, False, False],
        ),  # two of the lower left corner and (1, 1)... minus: (0,1)+(1,0) for (0,0)+(1,1)
    ],
)
def test_rows_are_certain_where_no_exchange_is_possible(rows: list[int], sure: list[bool]) -> None:
    table = CORNERS[rows]
    equations = counted(table, [0, 1])
    assert shown(equations, table) == sure


def test_a_table_that_is_not_listed_is_not_certain() -> None:
    table = CORNERS[[0, 3]]
    equations = counted(table, [0, 1])
    grouped = replace(equations, exclusive=((0, 1),))  # at most one of both
    assert shown(grouped, table) == [False, False]


def test_entries_that_no_tree_splits_are_as_sure_as_their_chances() -> None:
    equations = counted(CORNERS, [0])
    like = alike(equations, CORNERS)
    assert like.codes.tolist() == [[0, 0], [0, 0], [1, 0], [1, 0]]
    assert like.agreement.tolist() == [[1.0, 0.75]] * 4
    grouped = alike(replace(equations, exclusive=((0, 1),)), CORNERS[:3])
    assert grouped.agreement[2].tolist() == [1.0, 1.0]  # a one in the first: none in the second
    assert grouped.agreement[0].tolist() == [1.0, pytest.approx(0.75)]
