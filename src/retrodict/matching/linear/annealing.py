"""Annealing of whole tables by the equations' squared misfit: where equations are too few to be solved as they are."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.candidates import columns_of
from retrodict.matching.linear.climbing import random_rows
from retrodict.matching.linear.ground import ground_of, option_chances, worths
from retrodict.matching.linear.moving import sweep
from retrodict.matching.linear.option_prices import room_for
from retrodict.matching.linear.routing import leaves_of

Array = np.ndarray

SWEEPS = 400
"""From hot to cold; twice as many lower the energy by about a tenth."""
_HOTTEST, _COLDEST = 30.0, 0.01
"""Temperatures, in rows squared: of the sum of a leaf that is off by five rows, and by a tenth of one."""
_REFRESHED = 50
"""Sweeps after which sums are taken anew, so that rounding does not add up."""


class Annealing:
    """One table that is annealed.

    Parameters
    ----------
    equations
        What it must fulfil.
    n
        Rows of the table.
    seed
        The same seed gives the same table.
    """

    def __init__(self, equations: Equations, n: int, seed: np.random.SeedSequence) -> None:
        rng = np.random.default_rng(seed)
        self.equations, self.done = equations, 0
        self._ground = ground_of(equations)
        if equations.mixed:
            self._ground = self._ground._replace(labels=_with_middle(self._ground.labels))
        self._chances = option_chances(equations, self._ground)
        self.codes = random_rows(self._ground, np.exp(self._chances), n, rng)
        self.labels = rng.choice(self._ground.labels, n)
        self._word = rng.integers(1, 2**63, size=1, dtype=np.uint64)
        drawn = equations.multiplicities
        self._times = np.ones((n, len(equations.routes))) if drawn is None else np.ascontiguousarray(drawn.T, float)
        self._refresh()

    def start_from(self, codes: Int[Array, "n d"], labels: Float[Array, " n"]) -> None:
        """Go on from this table, with labels as the loss takes them."""
        self.codes, self.labels = np.ascontiguousarray(codes, np.int32), np.ascontiguousarray(labels, np.float64)
        self._refresh()

    @property
    def energy(self) -> float:
        """The squared misfit, weighed to rows."""
        return float((self._residual**2).sum())

    def run(
        self,
        sweeps: int = SWEEPS,
        seconds: float = np.inf,
        progress: Callable[[float, float], None] = lambda share, energy: None,
        checkpoint: Callable[[Callable[[], bytes], bool], None] = lambda make, now: None,
    ) -> None:
        """Cool the table down.

        Parameters
        ----------
        sweeps
            From hot to cold, those done among them.
        seconds
            Where a sweep takes so long that so many do not fit in, cooling is as much faster; the run is not repeatable
            then.
        progress, checkpoint
            See `solve`.
        """
        started, first = time.perf_counter(), self.done
        likely = np.zeros(len(self._ground.labels))
        room = room_for(self._ground)
        while self.done < sweeps:
            spent = time.perf_counter() - started
            share = self.done / max(sweeps - 1, 1)
            if np.isfinite(seconds):
                share = max(share, min(1.0, spent / seconds))
            temperature = _HOTTEST * (_COLDEST / _HOTTEST) ** share
            sweep(
                self._ground,
                self._residual,
                self._worth,
                self.codes,
                self.labels,
                self._at,
                self._times,
                self._chances,
                likely,
                temperature,
                1.0,
                self.equations.mixed,
                self._word,
                room,
            )
            self.done += 1
            if self.done % _REFRESHED == 0:
                self._refresh()
            progress(share, self.energy)
            checkpoint(self.state, False)
            if spent > seconds and self.done > first + 1:
                break
        self._refresh()

    def state(self) -> bytes:
        """Return what is needed to go on from here."""
        out = io.BytesIO()
        np.savez(out, codes=self.codes, labels=self.labels, annealed=np.array(self.done), word=self._word)
        return out.getvalue()

    def restore(self, state: bytes) -> None:
        """Go back to where `state` was taken."""
        with np.load(io.BytesIO(state), allow_pickle=False) as kept:
            self._word, self.done = kept["word"], int(kept["annealed"])
            self.start_from(kept["codes"], kept["labels"])

    def _refresh(self) -> None:
        blocks = self.equations.blocks
        self._at = np.ascontiguousarray(leaves_of(self.equations.routes, self.codes).T)
        self._residual = blocks.totals * np.sqrt(blocks.weights)
        columns = columns_of(self.equations, self.codes, self.labels)
        times = self._times[:, blocks.tree].T  # (B, n)
        entries = columns.entries * times[:, None]
        for cells, own in zip(columns.cells, entries, strict=True):
            there = cells >= 0
            np.subtract.at(self._residual, cells[there], own[:, there].T)
        self._worth = worths(self._ground, self._residual)


def _with_middle(labels: Float[Array, " c"]) -> Float[Array, " 3"]:
    return np.array([labels[0], (labels[0] + labels[-1]) / 2.0, labels[-1]])


def is_annealing(state: bytes) -> bool:
    """Return whether a checkpoint is of an annealing."""
    with np.load(io.BytesIO(state), allow_pickle=False) as kept:
        return "annealed" in kept.files
