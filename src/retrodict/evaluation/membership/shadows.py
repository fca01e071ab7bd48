"""Shadow models: models of the same training on random halves of the rows, and what each says of every row.

Each row is in half of them. They come in pairs whose halves are complementary, so that however many there are, a row
was seen by as many as it was not seen by. What is kept of a model is one number a row.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from retrodict import threads, time_limit
from retrodict.errors import RequestError, RetrodictError, TimeLimitError
from retrodict.evaluation.membership.asked import Asked
from retrodict.evaluation.membership.shadow_pairs import half_of, made_by, said_by_pair
from retrodict.evaluation.membership.shadow_store import Store
from retrodict.evaluation.membership.shadow_training import Trainer, trainer_of
from retrodict.execution import Pool
from retrodict.models.contract import Model
from retrodict.results.arguments import check_count
from retrodict.results.notes import Note
from retrodict.results.progress import counted

Array = np.ndarray

COUNT = 16
"""Shadow models, unless more are asked for: on bundled tables attacks with 16 are within 0.02 of those with 64."""

ALONE = 0.05
"""Seconds that a pair takes below which all are trained one after another: threads that share Python's lock gain
nothing on fits of some milliseconds."""

_ENOUGH = 0.75
"""The share of the model's training rows below which shadow models' fewer rows are said."""


@dataclass(frozen=True)
class Shadows:
    """How shadow models are to be trained.

    Parameters
    ----------
    count
        How many, at least 2; an odd number is rounded up.
    estimator
        What they are, where the model can't be trained again, or should not: an unfitted estimator in scikit-learn's
        manner, or the name of one that replicas are trained with. ``None``: as the model itself was trained.
    workers
        Threads that train, at most; ``None`` for one a core. The result does not depend on it.
    cache
        A folder where what they say of rows is kept, so that a run that was stopped goes on; ``None`` for none.
    like
        The model whose settings they have; ``None`` for the one that is attacked. Of a model from which parts were
        taken this is the one before: its training is the same, and so are the shadow models.
    pool
        Processes that train instead, of this machine or a cluster (`execution.places.pool_of`); ``None``: threads.
    """

    count: int = COUNT
    estimator: Any = None
    workers: int | None = None
    cache: str | Path | None = None
    like: Model | None = field(default=None, repr=False)
    pool: Pool | None = None


@dataclass(frozen=True, eq=False)
class Trained:
    """What shadow models say of rows, members first.

    Parameters
    ----------
    said
        Of a classifier the log-odds of each row's true class, of a regressor the value less the prediction.
    held
        Whether the row was among those that the model was trained on.
    labels
        Whether the target is a class.
    notes
        How they were trained.
    """

    said: Float[Array, "s n"]
    held: Bool[Array, "s n"]
    labels: bool
    notes: tuple[Note, ...]

    def __len__(self) -> int:
        return len(self.said)

    def first(self, count: int) -> Trained:
        """Return the first of them."""
        return Trained(self.said[:count], self.held[:count], self.labels, self.notes)


def trained(asked: Asked, shadows: Shadows, seed: int) -> Trained:
    """Train shadow models, as many as the time limit allows.

    Parameters
    ----------
    asked
        The rows, and the model.
    shadows
        How many, and how.
    seed
        Of their halves and of their training. The first of many are the same as few.

    Raises
    ------
    RequestError
        If the model can't be trained again, and no estimator is given; if not one pair could be trained.
    TimeLimitError
        If no time was left for one pair.
    """
    pairs = -(-check_count(shadows.count, "the number of shadow models") // 2)
    workers = threads.cores() if shadows.workers is None else check_count(shadows.workers, "the number of workers")
    trainer = trainer_of(asked, shadows.like, shadows.estimator)
    groups = trainer.y if asked.labels else np.zeros(len(trainer.y))
    store = Store.of(trainer.identity(seed), len(trainer.y), shadows.cache)
    failed: list[RetrodictError] = []
    with warnings.catch_warnings(), counted("training shadow models", pairs) as tell:
        warnings.simplefilter("ignore")  # of libraries; here, since threads share the filters
        for pair in range(pairs):
            if store.has(pair):
                tell()
        missing = [pair for pair in range(pairs) if not store.has(pair)]
        if shadows.pool is None:
            making = _made(trainer, groups, seed, missing, workers)
        else:
            making = made_by(shadows.pool, trainer, groups, seed, missing)
        for pair, made in making:
            if isinstance(made, RetrodictError):
                failed.append(made)
            else:
                store.put(pair, made)
            tell()
    kept = [pair for pair in range(pairs) if store.has(pair)]
    if not kept:
        if failed:
            raise RequestError(f"no shadow model could be trained: {failed[0]}") from failed[0]
        raise TimeLimitError(
            "the time limit was reached before one pair of shadow models was trained; give more seconds"
        )
    halves = [half_of(groups, seed, pair) for pair in kept]
    held = np.array([one for half in halves for one in (half, ~half)])
    said = np.concatenate([store.get(pair) for pair in kept])
    return Trained(said, held, asked.labels, _notes(trainer, len(said), 2 * pairs, held, failed))


def _made(
    trainer: Trainer, groups: Array, seed: int, missing: list[int], workers: int
) -> Iterator[tuple[int, Array | RetrodictError]]:
    """Yield what each pair says that is missing, until the time limit."""

    def make(pair: int) -> Array | RetrodictError:
        try:
            return said_by_pair(trainer, groups, seed, pair)
        except RetrodictError as error:
            return error

    slowest = 0.0
    while missing and time_limit.left() > slowest:
        before = time.perf_counter()
        pair = missing.pop(0)
        yield pair, make(pair)
        slowest = max(slowest, time.perf_counter() - before)
        if slowest > ALONE and workers > 1 and len(missing) > 1:
            yield from _side_by_side(make, missing, workers, slowest)
            return


def _side_by_side(
    make: Callable[[int], Array | RetrodictError], missing: list[int], workers: int, slowest: float
) -> Iterator[tuple[int, Array | RetrodictError]]:
    running: dict[Future[Array | RetrodictError], int] = {}
    with ThreadPoolExecutor(workers) as pool:
        while missing or running:
            while missing and len(running) < workers:
                if time_limit.left() <= slowest:
                    missing.clear()
                else:
                    pair = missing.pop(0)
                    running[pool.submit(make, pair)] = pair
            for one in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(one), one.result()


def _notes(trainer: Trainer, made: int, wanted: int, held: Array, failed: list[RetrodictError]) -> tuple[Note, ...]:
    rows = int(np.median(held.sum(axis=1)))
    notes = [*trainer.notes]
    if made < wanted and len(failed) * 2 + made < wanted:
        text = f"{made} of {wanted} shadow models were trained within the time limit"
        notes.append(Note("fewer_shadows", text, trained=made, wanted=wanted))
    if failed:
        text = f"{2 * len(failed)} of {wanted} shadow models could not be trained: {failed[0]}"
        notes.append(Note("shadows_failed", text, failed=2 * len(failed), wanted=wanted, reason=str(failed[0])))
    if rows < _ENOUGH * trainer.members:
        text = (
            f"shadow models are trained on {rows:,} rows, the model on {trainer.members:,}; attacks with them are "
            "weaker than they could be: give as many holdout rows as training rows, or a greater limit"
        )
        notes.append(Note("shadow_rows", text, rows=rows, members=trainer.members))
    return tuple(notes)
