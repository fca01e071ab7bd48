"""The indicator of a category that no tree splits on, which the others of its group tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.codebook import Codebook
from retrodict.matching.indicators import start_of
from retrodict.results.notes import Note

Array = np.ndarray

LEFT_OUT = "left_out_indicators"
"""Code of the note on what was assumed."""


@dataclass(frozen=True)
class LeftOut:
    """One feature that no tree splits on, and the indicators of the other categories of its group.

    Parameters
    ----------
    feature
        Its position in the schema.
    others
        The columns of codes of the others.
    """

    feature: int
    others: tuple[int, ...]

    def fill(self, codes: Int[Array, "n c"], rows: Float[Array, "n d"]) -> None:
        """Set it to one where none of the others is, else to zero; missing values stay."""
        none = (codes[:, list(self.others)] == 0).all(axis=1)
        own = rows[:, self.feature]
        rows[:, self.feature] = np.where(np.isnan(own), own, none.astype(np.float64))


def left_out_of(book: Codebook, groups: Sequence[tuple[int, ...]]) -> tuple[LeftOut, ...]:
    """Return what groups of indicators leave out: of each the one feature whose name begins alike, where it is one.

    Trees need not split on the last indicator of a category, since the others tell it, and can't on one of few rows.

    Parameters
    ----------
    book
        The codes, and the features that have none.
    groups
        Columns of codes of which a row holds at most one second code; see `indicator_groups`.
    """
    starts = {start_of(book.axes[own[0]].name): own for own in groups}
    found: dict[str, list[int]] = {}
    for j, feature in enumerate(book.schema.features):
        start = start_of(feature.name)
        if start in starts and feature.name not in book.features and not feature.listed:
            found.setdefault(start, []).append(j)
    return tuple(LeftOut(places[0], starts[start]) for start, places in found.items() if len(places) == 1)


def told_of_left_out(book: Codebook, left_out: Sequence[LeftOut]) -> list[Note]:
    """Return a line on what was assumed of columns."""
    if not left_out:
        return []
    names = [book.schema.names[one.feature] for one in left_out]
    text = f"taken to be 1 where no other indicator of its category is, and else 0: {', '.join(names)}"
    return [Note(LEFT_OUT, text, features=names)]
