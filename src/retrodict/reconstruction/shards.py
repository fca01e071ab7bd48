"""A large job cut into parts by their numbers alone: what each part draws does not depend on who draws it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from retrodict.inference.rejection.stream import BATCH
from retrodict.inference.task import subseed

Array = np.ndarray

PART_ROWS = 16 * BATCH
"""Rows of a part: of 30 columns a file of some 60 MB, which stores like and a lost worker costs seconds."""

PART_CELLS = 2**24
"""Cells of a part at most, so that a worker's memory stays small with wide tables: 128 MB of rows."""


@dataclass(frozen=True)
class Shard:
    """One part of a job.

    Parameters
    ----------
    number
        Its place among the parts.
    rows
        How many rows it has if all are found.
    quota
        Rows of each class, shape (k,); ``None`` where the model's own shares hold.
    budget
        Model calls that it may take.
    """

    number: int
    rows: int
    quota: Int[Array, " k"] | None
    budget: int


@dataclass(frozen=True)
class Shards:
    """All parts of a job: each is a job of its own, with a seed of its own, so that parts are independent.

    The rows of each class, and the model calls, are shared out by where a part begins and ends: sums over parts are the
    whole's. What one part leaves of its calls goes to no other, or it would matter which is drawn first.

    Parameters
    ----------
    rows
        In all.
    quota
        Rows of each class in all, shape (k,), or ``None``.
    budget
        Model calls in all.
    part_rows
        Rows of a part; the last one has what is left.
    """

    rows: int
    quota: Int[Array, " k"] | None
    budget: int
    part_rows: int

    def __len__(self) -> int:
        return -(-self.rows // self.part_rows)

    def __getitem__(self, number: int) -> Shard:
        if not 0 <= number < len(self):
            raise IndexError(number)
        start, end = number * self.part_rows, min((number + 1) * self.part_rows, self.rows)
        quota = None if self.quota is None else np.array([self._cut(int(q), start, end) for q in self.quota])
        rows = end - start if quota is None else int(quota.sum())
        return Shard(number, rows, quota, max(self._cut(self.budget, start, end), 1))

    def _cut(self, total: int, start: int, end: int) -> int:
        return total * end // self.rows - total * start // self.rows


def part_rows(width: int) -> int:
    """Return the rows of a part of so many columns: whole batches of a stream."""
    return max(min(PART_ROWS, PART_CELLS // max(width, 1) // BATCH * BATCH), BATCH)


def shard_seed(seed: np.random.SeedSequence, number: int) -> np.random.SeedSequence:
    """Return the seed of a part."""
    return subseed(seed, number)
