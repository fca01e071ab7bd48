"""The rows that gradient boosting drew for each stage, replayed from the generator that its file keeps."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Any

import numpy as np
from jaxtyping import Int
from sklearn.ensemble._gradient_boosting import _random_sample_mask

from retrodict.families.sklearn.trees.twister import before

Array = np.ndarray

_HIGHEST = 0x7FFFFFFF
"""Below which a tree draws the seed of its splitter."""
_MOST_DRAWS = 10_000_000
"""Rows times stages of which draws are replayed: run backwards, a generator takes some microseconds for each."""
_WORDS = 2
"""Of 32 bits in a random number of 53 bits."""
_WHOLE = 1e-9
"""How far from a whole number a class's size may lie."""


def drawn_rows(estimator: Any, drawn: int, rows: int | None) -> list[Int[Array, " n"]] | None:
    """Return how often each row of the table was drawn for each stage, 0 or 1; ``None`` where that can't be told.

    Each stage draws a number for every row, then a seed for each of its trees. A seed that is stated is run forwards;
    the state after training, which the estimator keeps, is run backwards, and then says whether the seed was right.

    Parameters
    ----------
    estimator
        A fitted estimator of gradient boosting with ``subsample < 1``.
    drawn
        How many rows each stage drew.
    rows
        How many rows the table has, where that is known.
    """
    if len(estimator.estimators_) * drawn > _MOST_DRAWS * estimator.subsample:
        return None
    fitting = [n for n in _sizes(estimator, drawn) if rows in (None, n)]
    found = [masks for n in fitting if (masks := _replayed(estimator, n, drawn)) is not None]
    return found[0] if len(found) == 1 else None


def _sizes(estimator: Any, drawn: int) -> Iterator[int]:
    """Yield the numbers of rows of which a stage draws so many, and that the classes' shares make whole."""
    shares = getattr(estimator.init_, "class_prior_", None)
    first = int(drawn / estimator.subsample)
    for n in range(max(1, first - 1), first + int(1.0 / estimator.subsample) + _WORDS):
        if max(1, int(estimator.subsample * n)) != drawn:
            continue
        sizes = np.asarray([] if shares is None else shares, dtype=np.float64) * n
        if (np.abs(sizes - np.rint(sizes)) <= _WHOLE * n).all():
            yield n


def _replayed(estimator: Any, n: int, drawn: int) -> list[Array] | None:
    stages, trees = np.asarray(estimator.estimators_).shape
    last, seed = getattr(estimator, "_rng", None), estimator.random_state
    if isinstance(seed, Integral):
        generator = np.random.RandomState(int(seed))
    elif isinstance(last, np.random.RandomState):
        generator = before(last, stages * (_WORDS * n + trees))
    else:
        return None
    masks = []
    for _ in range(stages):
        masks.append(np.asarray(_random_sample_mask(n, drawn, generator)).astype(np.int64))
        for _ in range(trees):
            generator.randint(0, _HIGHEST)
    return masks if not isinstance(last, np.random.RandomState) or _same(generator, last) else None


def _same(one: np.random.RandomState, other: np.random.RandomState) -> bool:
    (_, words, at, *_), (_, others, place, *_) = one.get_state(legacy=True), other.get_state(legacy=True)
    return at == place and np.array_equal(words, others)
