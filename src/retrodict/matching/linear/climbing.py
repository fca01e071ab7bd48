"""Possible rows that are too many to list: those near the solution are priced one by one, others found by climbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from retrodict.matching.equations import Equations
from retrodict.matching.linear.ascent import ascend
from retrodict.matching.linear.ground import Ground, ground_of, option_chances, worths
from retrodict.matching.linear.neighbours import neighbour_prices
from retrodict.matching.linear.option_prices import room_for, walk
from retrodict.matching.linear.proposing import Proposed
from retrodict.matching.linear.routing import hashes_of, leaves_of
from retrodict.matching.linear.threads import in_pieces

Array = np.ndarray

STARTS = 60
"""Climbs for each call; what is near the solution is priced beside."""
_REDRAWN = 3
"""Entries of a row of the solution that are drawn again before it climbs, at most."""
_LOOKED_AROUND = 250
"""Rows of the solution whose neighbours are priced in one call, drawn anew each time."""
_AT_ONCE = 15
"""Rows of one piece of work for a thread."""
_SPARE = 4
"""Neighbours looked at for each that is offered: many are rows that no tree tells apart."""
_LABEL = np.uint64(0xC2B2AE3D27D4EB4F)
"""Mixes a label into the hash of a row's leaves; odd."""


class Climber:
    """Offers rows that differ in one entry from rows of the solution, and rows at the tops of climbs.

    Parameters
    ----------
    equations
        What rows are priced by.
    seed
        Of the starts; the same seed offers the same rows, whatever the workers.
    workers
        Threads; by default all cores.
    starts
        Climbs for each call.
    """

    complete = False

    def __init__(
        self, equations: Equations, seed: np.random.SeedSequence, workers: int | None = None, starts: int = STARTS
    ) -> None:
        self._equations, self._seed, self._starts = equations, seed, starts
        self._ground = ground_of(equations)
        self._chances = np.exp(option_chances(equations, self._ground))
        self._firsts = np.cumsum([0, *self._ground.sizes.tolist()])
        self._workers = workers
        self._known: dict[int, tuple[Array, int]] = {}
        self._calls = 0

    def best(
        self,
        residual: Float[Array, "sites Q"],
        least: float,
        many: int,
        taken: Int[Array, " p"],
        amounts: Float[Array, " p"],
    ) -> Proposed:
        """Return rows of high price, the dearest first; see `Proposer.best`."""
        key = (*self._seed.spawn_key, self._calls)
        rng = np.random.default_rng(np.random.SeedSequence(self._seed.entropy, spawn_key=key))
        self._calls += 1
        worth = worths(self._ground, residual)
        solution = [self._known[key] for key in taken[amounts > 0].tolist() if key in self._known]
        codes, labels = self._from(rng, solution)
        prices = self._to_tops(worth, codes, labels)
        around = rng.permutation(len(solution))[:_LOOKED_AROUND]
        near = self._near(worth, [solution[i] for i in np.sort(around).tolist()], many)
        codes, labels, prices = (np.concatenate(both) for both in zip((codes, labels, prices), near, strict=True))
        keys = keys_of(self._equations, codes, labels)
        order = np.argsort(-prices, kind="stable")
        _, firsts = np.unique(keys[order], return_index=True)
        kept = order[np.sort(firsts)]
        kept = kept[(prices[kept] > least) & ~np.isin(keys[kept], taken)][:many]
        self._known = {key: self._known[key] for key in taken.tolist() if key in self._known}
        self._known |= {int(keys[i]): (codes[i], int(labels[i])) for i in kept.tolist()}
        return Proposed(keys[kept], codes[kept], labels[kept])

    def state(self) -> dict[str, Array]:
        """Return which rows were offered, and how often; see `Proposer.state`."""
        keys = np.array(list(self._known), dtype=np.int64)
        codes = np.array([own for own, _ in self._known.values()], dtype=np.int32).reshape(len(keys), -1)
        labels = np.array([label for _, label in self._known.values()], dtype=np.int64)
        return {"offer_keys": keys, "offer_codes": codes, "offer_labels": labels, "offer_calls": np.array(self._calls)}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go back to where `state` was taken."""
        rows = zip(state["offer_codes"], state["offer_labels"].tolist(), strict=True)
        self._known = dict(zip(state["offer_keys"].tolist(), rows, strict=True))
        self._calls = int(state["offer_calls"])

    def climb(self, codes: Int[Array, "m d"], labels: Int[Array, " m"], residual: Float[Array, "sites Q"]) -> Array:
        """Let rows climb to where no entry or label has a dearer option, in place, and return their prices."""
        return self._to_tops(worths(self._ground, residual), codes, labels)

    def _to_tops(self, worth: Array, codes: Array, labels: Array) -> Array:
        prices = np.empty(len(codes))

        def climb(own: slice) -> None:
            _climb(self._ground, worth, codes[own], labels[own], prices[own])

        in_pieces(climb, len(codes), _AT_ONCE, self._workers)
        return prices

    def _from(self, rng: np.random.Generator, solution: list[tuple[Array, int]]) -> tuple[Array, Array]:
        """Return the rows that climbs start from: every other one is of the solution, a few entries drawn again."""
        codes = random_rows(self._ground, self._chances, self._starts, rng)
        labels = rng.integers(0, len(self._equations.labels), self._starts).astype(np.int64)
        for i in range(0, self._starts if solution else 0, 2):
            own, label = solution[int(rng.integers(len(solution)))]
            redrawn = rng.permutation(len(self._ground.sizes))[: int(rng.integers(1, _REDRAWN + 1))]
            codes[i], labels[i] = np.where(np.isin(self._ground.part, redrawn), codes[i], own), label
        return codes, labels

    def _near(self, worth: Array, solution: list[tuple[Array, int]], many: int) -> tuple[Array, Array, Array]:
        """Return the dearest rows that differ in one entry from one of the solution, their labels and prices."""
        ground, width = self._ground, int(self._firsts[-1]) + len(self._equations.labels)
        codes = np.array([own for own, _ in solution], dtype=np.int32).reshape(-1, len(ground.part))
        labels = np.array([label for _, label in solution], dtype=np.int64)
        at = np.ascontiguousarray(leaves_of(self._equations.routes, codes).T)
        prices = np.empty((len(codes), width))

        def price(own: slice) -> None:
            neighbour_prices(ground, worth, codes[own], labels[own], at[own], self._firsts, prices[own])

        in_pieces(price, len(codes), _AT_ONCE, self._workers)
        found = prices.ravel()
        few = min(_SPARE * many, len(found))
        best = np.sort(np.argpartition(-found, few - 1)[:few]) if few else np.empty(0, dtype=np.int64)
        row, place = np.divmod(best, width)
        part = np.searchsorted(self._firsts, place, side="right") - 1
        option = (place - self._firsts[part]).astype(np.int32)
        codes, labels = codes[row], np.where(part == len(ground.sizes), option, labels[row])
        for f in range(codes.shape[1]):
            code = option if ground.place[f] == 0 else (option == ground.place[f]).astype(np.int32)
            codes[:, f] = np.where(part == ground.part[f], code, codes[:, f])
        return codes, labels, found[best]


def random_rows(ground: Ground, chances: Float[Array, "P m"], n: int, rng: np.random.Generator) -> Int[Array, "n d"]:
    """Return rows of codes drawn part by part from what is assumed of them."""
    out = np.zeros((n, len(ground.part)), dtype=np.int32)
    for p, size in enumerate(ground.sizes.tolist()):
        options = rng.choice(size, size=n, p=chances[p, :size] / chances[p, :size].sum())
        for f in np.flatnonzero(ground.part == p).tolist():
            out[:, f] = options if ground.place[f] == 0 else options == ground.place[f]
    return out


def keys_of(equations: Equations, codes: Int[Array, "m d"], labels: Int[Array, " m"]) -> Int[Array, " m"]:
    """Return a number for each row and label, the same for those that no tree tells apart; none is negative."""
    hashes = hashes_of(equations.routes, codes)
    mixed = (hashes ^ (labels.astype(np.uint64) + np.uint64(1))) * _LABEL
    return np.asarray((mixed >> np.uint64(1)).view(np.int64))


@njit(cache=True, nogil=True)
def _climb(ground: Any, worth: Any, codes: Any, labels: Any, out: Any) -> None:
    """Climb from each row, in place."""
    room = room_for(ground)
    trees = len(ground.roots)
    at, times = np.empty(trees, dtype=np.int32), np.ones(trees)
    for i in range(len(codes)):
        for t in range(trees):
            at[t] = walk(ground, t, codes[i])
        labels[i], out[i] = ascend(ground, worth, codes[i], at, labels[i], times, False, room)
