"""Columns of zeros and ones that are the indicators of one category, as far as names and trees show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from retrodict.matching.axes import Axis
from retrodict.matching.equations import Routes
from retrodict.results.notes import Note

Array = np.ndarray

_MARKS = re.compile(r"(.+?)(?:__|[:=_]).+")
"""A name and what it is one category of, parted by the first of the marks that encoders put between them."""
_LAST = re.compile(r"[:=_]")
GROUPED = "indicator_groups"
"""Code of the note on what was assumed."""


def indicator_groups(axes: Sequence[Axis], routes: Routes) -> tuple[tuple[int, ...], ...]:
    """Return groups of columns of codes of which any row holds at most one second code.

    Their names begin alike and mostly end differently; they have two codes each, and no leaf that any row reached (its
    value is not zero) asks for the second code of two: one such leaf shows that the names mean something else.

    Parameters
    ----------
    axes
        One a column of codes.
    routes
        The trees.
    """
    groups: dict[str, list[int]] = {}
    for i, axis in enumerate(axes):
        start = start_of(axis.name)
        if start and axis.size == 2 and axis.ordered and axis.missing < 0:
            groups.setdefault(start, []).append(i)
    named = [own for own in groups.values() if len(own) > 1 and _of_one([axes[i].name for i in own])]
    together = _held_together(routes, len(axes)) if named else np.empty((0, 0), dtype=bool)
    return tuple(tuple(own) for own in named if not together[np.ix_(own, own)].any())


def start_of(name: str) -> str:
    """Return what a column's name begins with, up to what it may be one category of; empty where it names none."""
    found = _MARKS.fullmatch(name)
    return found.group(1) if found else ""


def _of_one(names: Sequence[str]) -> bool:
    """Return whether names may be of one category: ``pay_1_high``, ``pay_2_high`` and ``pay_3_high`` are of three."""
    return 2 * len({_LAST.split(name)[-1] for name in names}) > len(names)


def _held_together(routes: Routes, width: int) -> Array:
    """Return which pairs of columns hold their second codes in one row for sure, shape (d, d)."""
    out = np.zeros((width, width), dtype=bool)
    for root in routes.roots.tolist():
        for node, held in _paths(routes, root):
            if routes.leaf[node] >= 0 and routes.value[node] != 0.0:
                own = sorted(held)
                out[np.ix_(own, own)] = True
    np.fill_diagonal(out, False)
    return out


def _paths(routes: Routes, root: int) -> Iterator[tuple[int, frozenset[int]]]:
    """Yield each leaf of a tree with the columns that must hold their second code there."""
    stack: list[tuple[int, frozenset[int]]] = [(root, frozenset())]
    while stack:
        node, held = stack.pop()
        at = int(routes.feature[node])
        if at < 0:
            yield node, held
            continue
        second_left = bool(routes.goes_left[routes.answers[node] + 1])
        first_left = bool(routes.goes_left[routes.answers[node]])
        for child, is_left in ((int(routes.left[node]), True), (int(routes.right[node]), False)):
            alone = second_left == is_left and first_left != is_left
            stack.append((child, held | {at} if alone else held))


def told_of_groups(axes: Sequence[Axis], groups: Sequence[tuple[int, ...]]) -> list[Note]:
    """Return a line on what was assumed of columns."""
    if not groups:
        return []
    names = [[axes[i].name for i in own] for own in groups]
    listed = "; ".join(", ".join(own) for own in names)
    text = f"taken as the indicators of one category each, by their names and since no leaf holds two: {listed}"
    return [Note(GROUPED, text, groups=names)]
