"""What a source gives replicas to learn from: its draws, rows that the base model is sure of, and rows to judge by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.evaluation.replicas.distilling.sure import sure_rows
from retrodict.evaluation.replicas.distilling.teacher import Teacher, agreement, said

Array = np.ndarray
Draw = Callable[[int, np.random.Generator], Array]

GENERATIONS = 5
_OF_DRAWS = 1 / 3
"""Share of a source's calls that go to plain draws; the others go to the generations of sure rows."""
_OF_EVERY = 2 / 3
"""The same where every row that was asked of is kept."""
_HELD, _MOST_HELD = 0.2, 1_000
"""Share of the rows that replicas are judged by and not trained on, and how many are enough."""


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of one kind with what the base model says of them.

    Parameters
    ----------
    X, output
        To train on.
    held, held_output
        To judge by.
    """

    X: Float[Array, "n d"]
    output: Array
    held: Float[Array, "h d"]
    held_output: Array

    @classmethod
    def of(cls, X: Float[Array, "n d"], output: Array, rng: np.random.Generator) -> Part:
        """Hold some rows out, at random."""
        order = rng.permutation(len(X))
        held = order[: min(int(_HELD * len(X)), _MOST_HELD)]
        kept = order[len(held) :]
        return cls(X[kept], output[kept], X[held], output[held])


@dataclass(frozen=True, eq=False)
class Pool:
    """Rows of one source.

    Parameters
    ----------
    title
        The source.
    parts
        Its draws and, of a classifier, rows that it is sure of.
    """

    title: str
    parts: tuple[Part, ...]


def pool_of(
    teacher: Teacher, title: str, draw: Draw, queries: int, rng: np.random.Generator, every: bool = False
) -> Pool:
    """Ask the base model of a source's rows.

    Parameters
    ----------
    teacher
        The base model.
    title
        The source.
    draw
        Gives rows as codes.
    queries
        Calls to make, at most.
    rng
        Of all draws.
    every
        Whether every row that was asked of is kept, which is best where calls are few; else the sure rows are those
        that the generations ended with: few rows stand for many calls, which is best where training is dear.
    """
    first = draw(max(1, int(queries * (_OF_DRAWS if not every else _OF_EVERY))), rng)
    if not len(first):
        raise RequestError(f"no row of the {title} is one that the base model takes")
    output = teacher.ask(first)
    if output.ndim == 1:
        more = draw(max(1, queries - len(first)), rng)
        return Pool(title, (Part.of(np.concatenate([first, more]), np.concatenate([output, teacher.ask(more)]), rng),))
    per_class = (queries - len(first)) // (GENERATIONS * output.shape[1])
    if not per_class:
        return Pool(title, (Part.of(first, output, rng),))
    sure = sure_rows(teacher, first, output, per_class, GENERATIONS, rng, survivors=not every)
    return Pool(title, (Part.of(first, output, rng), Part.of(*sure, rng)))


def learned_from(pools: Sequence[Pool], rows: int, rng: np.random.Generator) -> tuple[Float[Array, "n d"], Array]:
    """Return rows to train on, in equal shares of all parts, with the base model's output.

    Parameters
    ----------
    pools
        Whose.
    rows
        How many; a part that has fewer than its share gives all that it has.
    rng
        Of the choice.
    """
    parts = [part for pool in pools for part in pool.parts]
    share = max(1, rows // len(parts))
    chosen = [rng.permutation(len(part.X))[:share] for part in parts]
    X = np.concatenate([part.X[own] for part, own in zip(parts, chosen, strict=True)])
    return X, np.concatenate([part.output[own] for part, own in zip(parts, chosen, strict=True)])


def everything(pools: Sequence[Pool]) -> tuple[Float[Array, "n d"], Array]:
    """Return all rows of pools, those to judge by, too, with the base model's output."""
    parts = [part for pool in pools for part in pool.parts]
    X = np.concatenate([rows for part in parts for rows in (part.X, part.held)])
    return X, np.concatenate([rows for part in parts for rows in (part.output, part.held_output)])


def judged(pools: Sequence[Pool], answers: Callable[[Float[Array, "n d"]], Float[Array, " n"]]) -> float:
    """Return how far a replica agrees with the base model on the rows held out: the mean over all parts.

    Each part counts alike: a replica that knows one of them alone, however well, falls behind one that knows all.
    """
    parts = [part for pool in pools for part in pool.parts if len(part.held)]
    ends = np.cumsum([len(part.held) for part in parts])[:-1]
    given = np.split(answers(np.concatenate([part.held for part in parts])), ends)
    found = [
        agreement(own, said(part.held_output), classes=part.held_output.ndim > 1)
        for own, part in zip(given, parts, strict=True)
    ]
    return float(np.mean(found))
