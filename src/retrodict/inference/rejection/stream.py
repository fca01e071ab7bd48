"""One seeded stream of prior draws scored by the model, the next batches made ready while the model works."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from jaxtyping import Float

from retrodict import threads
from retrodict.inference.task import Checkpoint, RunState, subseed
from retrodict.models.metering import Meter
from retrodict.priors.contract import Prior

Array = np.ndarray

BATCH = 16_384
"""Rows a batch at most: small enough to stay in cache, large enough to drown the cost of a call."""

PILOT = 2_048
"""Prior draws of the first batch, from which evidences are first estimated; they count like any other draws."""

DRAWERS = 4
"""Threads that draw at most. Beside a small model drawing takes most of the time: one core scores, and all draw."""

_LATENTS, _LABELS = 0, 1
"""Last keys of a batch's seeds: of its latents, and of what is decided about its rows."""


@dataclass(frozen=True)
class Batch:
    """Prior draws and the model's outputs for them, with the batch's own generator for what follows."""

    X: Float[Array, "n d"]
    output: Float[Array, "n ..."]
    rng: np.random.Generator


class PriorStream:
    """A stream of prior draws. Batch `b` depends on the seed and `b` alone, and a smaller batch is its beginning.

    So the table is the same however the work is cut, and a stream resumes at any batch. Use as a context manager.

    Parameters
    ----------
    prior
        What to draw from.
    meter
        The model, counted and capped.
    seed
        The stream's own seed.
    start, ahead
        The first batch's number, and the rows that are drawn ahead of it (not 0 when a killed run resumes).
    """

    def __init__(
        self, prior: Prior, meter: Meter, seed: np.random.SeedSequence, start: int = 0, ahead: int = 0
    ) -> None:
        self.prior = prior
        self.meter = meter
        self.seed = seed
        self.index = start
        self._drawers = threads.own(DRAWERS)
        self._pool = ThreadPoolExecutor(self._drawers, thread_name_prefix="retrodict-prior")
        self._cap: AbstractContextManager[None] | None = None
        self._begun: dict[int, tuple[int, Future[Array]]] = {}
        self.ahead = 0
        self._prepare(ahead)

    def __enter__(self) -> Self:
        # One core draws, the others score: threads on all of them would wait for the one that they can't have.
        self._cap = threads.capped(max((os.cpu_count() or 2) - 1, 1), tasks=True)
        self._cap.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._cap is not None:
            self._cap.__exit__(kind, error, trace)

    def next(self, size: int, ahead: int = 0) -> Batch:
        """Draw and score the next batch.

        Parameters
        ----------
        size
            Rows wanted, at most `BATCH`.
        ahead
            Rows the following batches will probably want in all: the first of them, as many batches as there are
            threads that draw, are drawn while the model scores this one.

        Raises
        ------
        BudgetExhaustedError
            If the query budget does not cover the batch.
        """
        X = self._ready(size)
        self.index += 1
        self._prepare(ahead)
        output = self.meter.output(X)
        return Batch(X, output, self._rng(self.index - 1, _LABELS))

    def noting(self, state: RunState, checkpoint: Checkpoint) -> Callable[[], None]:
        """Return what to call after each batch: it brings the state up to now and offers it to be kept."""
        clock, before = time.perf_counter(), self.meter.queries

        def note() -> None:
            nonlocal clock, before
            state.seconds, clock = state.seconds + time.perf_counter() - clock, time.perf_counter()
            state.queries, before = state.queries + self.meter.queries - before, self.meter.queries
            state.batch, state.ahead = self.index, self.ahead
            checkpoint(state, False)

        return note

    def _prepare(self, rows: int) -> None:
        self.ahead = max(min(rows, self._drawers * BATCH), 0)
        for index in range(self.index, self.index + self._drawers):
            size = min(rows, BATCH)
            if size > 0 and self._begun.get(index, (0, None))[0] < size:
                self._begun[index] = size, self._pool.submit(self._draw, index, size)
            rows -= size

    def _ready(self, size: int) -> Float[Array, "n d"]:
        begun, future = self._begun.pop(self.index, (0, None))
        if future is None or begun < size:
            return self._draw(self.index, size)
        return future.result()[:size]

    def _draw(self, index: int, size: int) -> Float[Array, "n d"]:
        return self.prior.transport(self._rng(index, _LATENTS).standard_normal((size, self.prior.latent_dim)))

    def _rng(self, index: int, purpose: int) -> np.random.Generator:
        return np.random.default_rng(subseed(self.seed, index, purpose))
