"""The rows that were drawn for each tree, drawn again: the file states the seed of the library's own generator."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float

from retrodict.families.lightgbm.stated.drawn import drawn_of
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.trees.generator import BLOCK, floats

Array = np.ndarray

_WIDE = 8.0
"""Standard deviations up and down from the likeliest number of rows that are looked at."""
_WHOLE_ROUNDS = 3
"""Rounds with one number of rows that show that these are all: draws differ in size."""
_MOST_DRAWS = 100_000_000
"""Rows times rounds that are laid out, a byte each, and eight where they are equations."""
_MOST_ROWS = 200_000
"""Rows beyond which a draw is not repeated for each number of rows that there could be."""


def drawn_rows(text: ModelText) -> Bool[Array, "rounds n"] | None:
    """Return which rows were drawn for each round; ``None`` where that can't be told.

    The number of rows is the one with which all draws are as large as the trees count.

    Parameters
    ----------
    text
        A model that was grown on draws of one share of the rows, whatever their class.
    """
    drawn, often = drawn_of(text), int(text.number("bagging_freq", 0.0))
    seed = text.number("bagging_seed", np.nan)
    sizes = _sizes(text)
    if drawn.share is None or drawn.one_sided or often < 1 or np.isnan(seed) or sizes is None:
        return None
    if text.flag("bagging_by_query", False):
        return None
    first = int(sizes[0])
    spread = _WIDE * np.sqrt(first * (1.0 - drawn.share)) / drawn.share
    middle = first / drawn.share
    if middle + spread > _MOST_ROWS or (middle + spread) * len(sizes) > _MOST_DRAWS:
        return None
    most = int(np.ceil(middle + spread)) + 1
    for n in sorted(range(max(first, int(middle - spread)), most + 1), key=lambda n: abs(n - middle)):
        rows = []
        for found, size in zip(_draws(int(seed), n, drawn.share, often, len(sizes)), sizes.tolist(), strict=True):
            if size >= 0 and int(found.sum()) != size:
                break
            rows.append(found)
        if len(rows) == len(sizes):
            return np.stack(rows)
    return None


def whole_rounds(text: ModelText) -> int | None:
    """Return how many rounds were grown on all rows before draws of another kind began; ``None`` where none did.

    Releases differ in how they state one-sided draws; the counts show them. Draws of a stated share are not these.

    Parameters
    ----------
    text
        The model.
    """
    sizes = _sizes(text)
    if sizes is None or text.number("bagging_freq", 0.0) > 0 or "bagging_freq" not in text.parameters:
        return None
    fewer = np.flatnonzero((sizes >= 0) & (sizes < sizes[0]))
    most = bool((sizes <= sizes[0]).all())
    return int(fewer[0]) if most and len(fewer) and fewer[0] >= _WHOLE_ROUNDS else None


def draws_of(text: ModelText, rows: int) -> Bool[Array, "rounds n"] | None:
    """Return which of so many rows were drawn for each round; ``None`` where the seed is not stated.

    Parameters
    ----------
    text
        A model that was grown on draws.
    rows
        How many rows there were.
    """
    drawn, often = drawn_of(text), int(text.number("bagging_freq", 0.0))
    seed = text.number("bagging_seed", np.nan)
    if drawn.share is None or drawn.one_sided or often < 1 or np.isnan(seed) or text.flag("bagging_by_query", False):
        return None
    rounds = len(text.trees) // text.per_iteration
    if rows * rounds > _MOST_DRAWS:
        return None
    return np.stack(list(_draws(int(seed), rows, drawn.share, often, rounds)))


def _sizes(text: ModelText) -> Float[Array, " rounds"] | None:
    """Return how many rows each round drew, -1 where no tree of it says; ``None`` where trees of one differ."""
    counts = np.array([-1 if t.count is None or t.leaves < 2 else int(t.count.sum()) for t in text.trees])
    by_round = counts.reshape(-1, text.per_iteration)
    largest = by_round.max(axis=1)
    same = (by_round == largest[:, None]) | (by_round < 0)
    return largest if same.all() and largest[0] > 0 else None


def _draws(seed: int, n: int, share: float, often: int, rounds: int) -> Iterator[Bool[Array, " n"]]:
    """Yield the rows of each round: a new draw every so many of them."""
    sizes = [min(BLOCK, n - start) for start in range(0, n, BLOCK)]
    drawn = np.ones(n, dtype=bool)
    for i in range(rounds):
        if i % often == 0:
            at = i // often
            parts = [floats(seed + j, size * at, size) for j, size in enumerate(sizes)]
            drawn = np.concatenate(parts) < share
        yield drawn
