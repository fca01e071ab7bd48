"""One column on its way through a pipeline, and the way back to the raw feature it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float

Array = np.ndarray


@dataclass(frozen=True, eq=False)  # told apart as objects: nameless ones are shared by the million
class Column:
    """One column of a step's input.

    Its value goes back in two moves: ``offset + scale * value`` is a value of what `label` names, and that becomes a
    raw value as it is, by `curve`, as a code in `categories`, as the indicator of `category`, or with the rest of its
    `block`. Without any of these and with ``raw=False`` it has no way back.

    Parameters
    ----------
    name
        The raw feature.
    filled
        Whether gaps in it were filled on the way.
    estimated
        Whether a fill may be no value of the column in the table: one that was predicted, or a zero where it is empty.
    merged
        Whether `category` stands for all that `categories` does not list.
    label
        What the affine part goes back to: the raw feature itself, or a transform of it.
    """

    name: str
    label: str
    scale: float = 1.0
    offset: float = 0.0
    raw: bool = True
    curve: Callable[[Array], Array] | None = None
    categories: tuple[Any, ...] | None = None
    category: Any = None
    indicator: bool = False
    merged: bool = False
    block: Block | None = None
    position: int = 0
    filled: bool = False
    estimated: bool = False

    @classmethod
    def start(cls, name: str) -> Self:
        """Return a raw column."""
        return cls._of({"name": name, "label": name})

    @classmethod
    def derived(cls, label: str) -> Self:
        """Return a column that has no way back."""
        return cls._of({"name": label, "label": label, "raw": False})

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Self:
        """Return a column with these fields, the others at their defaults.

        Without setting each field in turn, as the dataclass does: there may be a million columns.
        """
        made = object.__new__(cls)
        vars(made).update(fields)
        return made

    @property
    def number(self) -> bool:
        """Whether it is an affine image of a raw number."""
        return self.raw and self.curve is None and self.categories is None

    @property
    def untouched(self) -> bool:
        """Whether it is the raw column itself."""
        return self.number and not self.indicator and self.scale == 1.0 and self.offset == 0.0

    def back(self, values: Any) -> Array:
        """Return values of what `label` names."""
        return self.offset + self.scale * np.asarray(values, dtype=np.float64)

    def raw_numbers(self, values: Any) -> Array | None:
        """Return raw numbers, through the curve if there is one; ``None`` where the column is no raw number."""
        if not self.raw or self.categories is not None:
            return None
        return self.back(values) if self.curve is None else self.curve(self.back(values))

    def affine(self, scale: float, offset: float) -> Self:
        """Return the column after a step whose output ``v`` came from ``offset + scale * v``."""
        if scale == 1.0 and offset == 0.0:
            return self
        return self._of({**vars(self), "scale": self.scale * scale, "offset": self.offset + self.scale * offset})

    def curved(self, inverse: Callable[[Array], Array], label: str) -> Self:
        """Return the column after a monotone elementwise step with this inverse."""
        if not self.raw or self.categories is not None:
            return type(self).derived(label)
        before = self

        def curve(values: Array) -> Array:
            out = before.raw_numbers(inverse(values))
            return np.asarray(out)

        return type(self)(self.name, label, curve=curve, filled=self.filled)


@dataclass(frozen=True)
class Block:
    """Columns that go back only together.

    Parameters
    ----------
    width
        How many there are.
    inverse
        From them to the columns before, (n, width) -> (n, len(before)).
    before
        The columns that they came from.
    exact
        Whether nothing was lost.
    """

    width: int
    inverse: Callable[[Array], Array]
    before: tuple[Column, ...]
    exact: bool


Columns = tuple[Column, ...]


def distinct(columns: Iterable[Column]) -> Iterable[Column]:
    """Return columns once each, in their order: a million nameless ones are one object."""
    return dict.fromkeys(columns)


def rows_back(matrix: Float[Array, "n w"], columns: Columns) -> tuple[tuple[str, ...], Array, bool]:
    """Carry rows of a step's input back to raw features.

    Parameters
    ----------
    matrix
        Shape (n, w), one column for each of `columns`.

    Returns
    -------
    tuple
        Names; rows of shape (n, d), object; and whether nothing was lost on the way.
    """
    found: dict[str, tuple[Array, bool]] = {}
    matrix = np.asarray(matrix, dtype=np.float64)
    for group in _groups(columns):
        members, values = [columns[i] for i in group], matrix[:, group]
        for name, column, exact in _carry(members, values):
            if name not in found or (exact and not found[name][1]):
                found[name] = (column, exact)
    out = np.empty((len(matrix), len(found)), dtype=object)
    for i, (column, _) in enumerate(found.values()):
        out[:, i] = column
    return tuple(found), out, all(exact for _, exact in found.values())


def _groups(columns: Columns) -> list[list[int]]:
    """Return positions that go back together: a block, the indicators of one feature, or one column."""
    groups: dict[Any, list[int]] = {}
    for i, column in enumerate(columns):
        key: Any = i
        if column.block is not None:
            key = ("block", id(column.block))
        elif column.indicator:
            key = ("indicators", column.name)
        groups.setdefault(key, []).append(i)
    return list(groups.values())


def _carry(columns: Sequence[Column], values: Array) -> list[tuple[str, Array, bool]]:
    first = columns[0]
    stacked = np.column_stack([column.back(values[:, i]) for i, column in enumerate(columns)])
    if first.block is not None:
        return _unblock(first.block, columns, stacked)
    if first.indicator:
        return [(first.name, _indicated(columns, stacked), True)]
    if first.categories is not None:
        return [(first.name, _decoded(first.categories, stacked[:, 0]), True)]
    numbers = first.raw_numbers(values[:, 0])
    return [(first.label, stacked[:, 0], True)] if numbers is None else [(first.name, numbers, True)]


def _unblock(block: Block, columns: Sequence[Column], stacked: Array) -> list[tuple[str, Array, bool]]:
    if [column.position for column in columns] != list(range(block.width)):
        return [(column.label, stacked[:, i], True) for i, column in enumerate(columns)]
    names, rows, exact = rows_back(block.inverse(stacked), block.before)
    return [(name, rows[:, i], exact and block.exact) for i, name in enumerate(names)]


def _decoded(categories: tuple[Any, ...], codes: Array) -> Array:
    out = np.full(len(codes), np.nan, dtype=object)
    for row, code in enumerate(codes):
        nearest = int(np.rint(code)) if np.isfinite(code) else -1
        if 0 <= nearest < len(categories):
            out[row] = categories[nearest]
    return out


def _indicated(columns: Sequence[Column], stacked: Array) -> Array:
    """Return the category whose indicator is one; none set is the dropped category, if just one has no column."""
    shown = [column.category for column in columns]
    hidden = [category for category in columns[0].categories or () if category not in shown]
    out = np.full(len(stacked), hidden[0] if len(hidden) == 1 else np.nan, dtype=object)
    for row, column in zip(*np.nonzero(stacked > 0.5), strict=True):
        out[row] = shown[column]
    return out
