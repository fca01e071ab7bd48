"""What a design needs of the tables themselves."""

from __future__ import annotations

from retrodict.errors import RequestError
from retrodict.study.datasets import load_table, singles
from retrodict.study.design import Design
from retrodict.study.specs import SingleSet

FEWEST_ROWS = 60
"""Rows of a table from which it can be split and learned from."""

_FEWEST_OF_A_PART = 10


def check_design(design: Design) -> None:
    """Check what needs the tables themselves: that each can be read, split and learned from.

    Parameters
    ----------
    design
        Of `load_design`.

    Raises
    ------
    RequestError
        One line on the first table that can't be used.
    """
    for entry in singles(design.datasets):
        _check_table(entry, design)
    design.cells()


def _check_table(entry: SingleSet, design: Design) -> None:
    table = load_table(entry)
    if table.truth is not None:
        return
    used = min(len(table.X), design.max_rows)
    least = min(design.parts.train * min(one.train_fraction for one in design.qualities.values()), design.parts.holdout)
    least = min(least, design.parts.public)
    if len(table.X) < FEWEST_ROWS or used * least < _FEWEST_OF_A_PART:
        raise RequestError(
            f"dataset '{entry.name}' has too few rows: {used}, of which the smallest part would be "
            f"{int(used * least)}; at least {FEWEST_ROWS} in all and {_FEWEST_OF_A_PART} in each part are needed"
        )
