"""Rows that the base model is sure of, made from draws of a prior by exchanging their entries."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.evaluation.replicas.distilling.teacher import Teacher

Array = np.ndarray

_AFRESH = 0.05
"""Chance that an entry is taken from any draw rather than from the two parents: what all of a class lost comes back."""


def sure_rows(
    teacher: Teacher,
    X: Float[Array, "n d"],
    p: Float[Array, "n k"],
    per_class: int,
    generations: int,
    rng: np.random.Generator,
    survivors: bool = True,
) -> tuple[Float[Array, "m d"], Float[Array, "m k"]]:
    """Return rows that climbed towards each class, and what the base model says of them.

    Of every class the draws with its largest probabilities are parents. Each child has every entry from one of two of
    them at random, some from any draw; parents and children compete by the probability of the class. Every entry is
    one that the prior drew in that column, so that nothing is asked outside its support. Where columns are many, plain
    draws are rows of which the base model is unsure throughout, and say little of how it decides where it is sure.

    Parameters
    ----------
    teacher
        Asked of `per_class` rows a class and generation.
    X, p
        Draws of a prior and the probabilities of their classes.
    per_class
        Rows of each class, at most as many as there are draws.
    generations
        How often they are crossed.
    rng
        Of parents and exchanges.
    survivors
        Whether the last population comes back; else all children of all generations, which are on the way to it.

    Notes
    -----
    The search is that of a genetic algorithm with uniform crossover (Syswerda, Proceedings of the 3rd International
    Conference on Genetic Algorithms, 1989) and truncation selection.
    """
    n, k = p.shape
    per = max(1, min(per_class, n))
    chosen = np.argsort(-p, axis=0, kind="stable")[:per].T  # (k, per)
    rows, chances = X[chosen], p[chosen]
    columns, asked = np.arange(X.shape[1]), [(rows[:0], chances[:0])]
    for _ in range(generations):
        a, b = rng.integers(per, size=(2, k, per))
        mothers, fathers = (np.take_along_axis(rows, one[:, :, None], axis=1) for one in (a, b))
        child = np.where(rng.random(rows.shape) < 0.5, mothers, fathers)
        afresh = rng.random(rows.shape) < _AFRESH
        child = np.where(afresh, X[rng.integers(n, size=rows.shape), columns], child)
        found = teacher.ask(child.reshape(-1, X.shape[1])).reshape(k, per, k)
        asked.append((child, found))
        rows, chances = np.concatenate([rows, child], axis=1), np.concatenate([chances, found], axis=1)
        own = chances[np.arange(k), :, np.arange(k)]  # (k, 2 per): each class's probability in its own rows
        best = np.argsort(-own, axis=1, kind="stable")[:, :per, None]
        rows, chances = np.take_along_axis(rows, best, axis=1), np.take_along_axis(chances, best, axis=1)
    if not survivors:
        rows, chances = (np.concatenate(parts) for parts in zip(*asked, strict=True))
    return rows.reshape(-1, X.shape[1]), chances.reshape(-1, k)
