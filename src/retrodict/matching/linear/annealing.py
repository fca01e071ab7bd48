"""Annealing of whole tables by the equations' squared misfit: where equations are too few to be solved as they are."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.climbing import random_rows
from retrodict.matching.linear.columns import columns_of_table, explained
from retrodict.matching.linear.ground import ground_of, option_chances, worths
from retrodict.matching.linear.moving import sweep
from retrodict.matching.linear.option_prices import room_for
from retrodict.matching.linear.routing import leaves_of

Array = np.ndarray

SWEEPS = 400
"""From hot to cold; twice as many lower the energy by about a tenth."""
HOTTEST, WARM, _COLDEST = 30.0, 1.0, 0.01
"""Temperatures, in rows squared: of sums of leaves that are off by five rows, by one, and by a tenth of one."""
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
        self._rows = np.arange(n)
        self._word = rng.integers(1, 2**63, size=1, dtype=np.uint64)
        drawn = equations.multiplicities
        self._times = np.ones((n, len(equations.routes))) if drawn is None else np.ascontiguousarray(drawn.T, float)
        self._refresh()

    def start_from(self, codes: Int[Array, "n d"], labels: Float[Array, " n"], held: int = 0) -> None:
        """Go on from this table, with labels as the loss takes them; so many of its first rows stay as they are."""
        self._rows = np.arange(held, len(codes))
        self.codes, self.labels = np.ascontiguousarray(codes, np.int32), np.ascontiguousarray(labels, np.float64)
        self._refresh()

    @property
    def energy(self) -> float:
        """The squared misfit, weighed to rows."""
        return float((self._residual**2).sum())

    def run(
        self,
        sweeps: int = SWEEPS,
        hottest: float = HOTTEST,
        seconds: float = np.inf,
        progress: Callable[[float, float], None] = lambda share, energy: None,
        checkpoint: Callable[[Callable[[], bytes], bool], None] = lambda make, now: None,
    ) -> None:
        """Cool the table down.

        Parameters
        ----------
        sweeps
            From hot to cold, those done among them.
        hottest
            The temperature of the first sweep, in rows squared.
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
                share = max(share, min(1.0, spent / seconds) if seconds > 0.0 else 1.0)
            temperature = hottest * (_COLDEST / hottest) ** share
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
                self._rows,
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
        own = {"annealed": np.array(self.done), "word": self._word, "rows": self._rows}
        np.savez(out, allow_pickle=False, codes=self.codes, labels=self.labels, **own)
        return out.getvalue()

    def restore(self, state: bytes) -> None:
        """Go back to where `state` was taken."""
        with np.load(io.BytesIO(state), allow_pickle=False) as kept:
            self._word, self.done = kept["word"], int(kept["annealed"])
            self.start_from(kept["codes"], kept["labels"])
            self._rows = kept["rows"]

    def _refresh(self) -> None:
        blocks = self.equations.blocks
        self._at = np.ascontiguousarray(leaves_of(self.equations.routes, self.codes).T)
        columns, once = columns_of_table(self.equations, self.codes, self.labels), np.ones(len(self.codes))
        self._residual = blocks.totals * np.sqrt(blocks.weights) - explained(columns, once, len(blocks.totals))
        self._worth = worths(self._ground, self._residual)


def _with_middle(labels: Float[Array, " c"]) -> Float[Array, " 3"]:
    return np.array([labels[0], (labels[0] + labels[-1]) / 2.0, labels[-1]])


def is_annealing(state: bytes) -> bool:
    """Return whether a checkpoint is of an annealing."""
    with np.load(io.BytesIO(state), allow_pickle=False) as kept:
        return "annealed" in kept.files
