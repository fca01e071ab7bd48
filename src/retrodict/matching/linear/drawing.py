"""Possible rows at the places of a table whose draws are known: trees that drew a place count its row, others do not.

Places that all trees drew equally often are one group: nothing tells which of its rows stands where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.equations import Blocks, Equations
from retrodict.matching.linear.columns import Columns, columns_of
from retrodict.matching.linear.listing import Listed
from retrodict.matching.linear.pricing import Priced, duals_of

Array = np.ndarray

_AT_ONCE = 8_192
"""States whose prices at all places are computed at a time."""
_NEAR = 4_096
"""States of the highest prices at any place that are priced again and again before all are."""
_NEAR_ROUNDS = 8
"""Rounds on these before all are priced."""
_EACH = 4
"""Rows that are offered for one place at a time, at most, of one part of the states."""


class Draws:
    """The columns of rows at places, and an equation for each group of places: so many rows are there.

    Parameters
    ----------
    equations
        With multiplicities, of few enough possible rows to look at each.
    listed
        All of these.
    """

    def __init__(self, equations: Equations, listed: Listed) -> None:
        assert equations.multiplicities is not None
        self.equations, self.listed = equations, listed
        patterns, group = np.unique(equations.multiplicities.T, axis=0, return_inverse=True)
        self.group = group.ravel()
        self.drawn = patterns.astype(np.float64)  # (groups, T)
        self.sizes = np.bincount(self.group, minlength=len(patterns))
        self.blocks = _with_places(equations.blocks, self.sizes)
        self._near: Array | None = None
        self._left = 0

    def columns(self, keys: Int[Array, " m"]) -> Columns:
        """Return the columns of rows by their keys; see `parts`."""
        group, label, state = self.parts(keys)
        plain = columns_of(self.equations, self.listed.states.codes[state], self.equations.labels[label])
        times = self.drawn[group][:, self.equations.blocks.tree].T  # (B, m)
        place = np.zeros((1, plain.entries.shape[1], len(keys)))
        place[:, 0] = 1.0
        sites = np.concatenate([plain.sites, (len(self.equations.blocks.totals) + group)[None]]).astype(np.int32)
        return Columns(sites, np.concatenate([plain.entries * times[:, None], place]))

    def parts(self, keys: Int[Array, " m"]) -> tuple[Int[Array, " m"], Int[Array, " m"], Int[Array, " m"]]:
        """Return the group, the label's place and the state that keys stand for."""
        rest, state = np.divmod(keys, len(self.listed.states))
        group, label = np.divmod(rest, len(self.equations.labels))
        return group, label, state

    def best(
        self, residual: Float[Array, "sites Q"], least: float, many: int, taken: Int[Array, " p"]
    ) -> Int[Array, " m"]:
        """Return the keys of the rows whose prices are highest; see `Proposer.best`."""
        sites = len(self.equations.blocks.totals)
        duals = duals_of(self.equations.blocks, residual[:sites], len(self.equations.routes)).astype(np.float32)
        places = residual[sites:, 0].astype(np.float32)
        if self._near is not None and self._left > 0:
            self._left -= 1
            keys, prices, _ = self._offers(self._near, duals, places, taken)
            if (prices > least).sum() >= many // 2:
                return _highest(keys, prices, least, many)
        keys, prices, highest = self._offers(np.arange(len(self.listed.states)), duals, places, taken)
        self._left = _NEAR_ROUNDS
        if len(highest) > 2 * _NEAR:
            self._near = np.sort(np.argsort(-highest, kind="stable")[:_NEAR])
        return _highest(keys, prices, least, many)

    def state(self) -> dict[str, Array]:
        """Return what the next offers depend on; see `Proposer.state`."""
        near = np.empty(0, dtype=np.int64) if self._near is None else self._near
        return {"offer_near": near, "offer_left": np.array(self._left)}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go back to where `state` was taken."""
        self._near = state["offer_near"] if len(state["offer_near"]) else None
        self._left = int(state["offer_left"])

    def _offers(self, states: Array, duals: Array, places: Array, taken: Array) -> tuple[Array, Array, Array]:
        """Return the best rows of each group in each part of the states, and each state's highest price."""
        found_keys, found_prices, highest = [], [], []
        labels, drawn = len(self.equations.labels), self.drawn.astype(np.float32)
        usual = np.sqrt((self.drawn**2).mean(axis=1) + _TINY).astype(np.float32)
        group, label, state = self.parts(taken)
        for first in range(0, len(states), _AT_ONCE):
            own = states[first : first + _AT_ONCE]
            at = np.full(len(self.listed.states), -1)
            at[own] = np.arange(len(own))
            inside = at[state] >= 0
            top = np.full(len(own), -np.inf, dtype=np.float32)
            for c, (worth, norms) in enumerate(self._worths(own, duals)):
                price = (drawn @ worth + places[:, None]) / (usual[:, None] * norms + 1.0)
                mine = inside & (label == c)
                price[group[mine], at[state[mine]]] = -np.inf
                top = np.maximum(top, price.max(axis=0))
                each = min(_EACH, len(own))
                best = np.argpartition(-price, each - 1, axis=1)[:, :each]
                rows = np.arange(len(price))[:, None]
                found_keys.append(((rows * labels + c) * len(self.listed.states) + own[best]).ravel())
                found_prices.append(price[rows, best].ravel())
            highest.append(top)
        return np.concatenate(found_keys), np.concatenate(found_prices), np.concatenate(highest)

    def _worths(self, states: Array, duals: Array) -> list[tuple[Array, Array]]:
        """Return, label by label, what a state is worth to each tree, shape (T, s), and its length where drawn once."""
        out = []
        for layout in self.listed.layouts:
            own: Priced = layout.chosen(states)
            worth = np.take_along_axis(duals, own.leaves[:, :, None].astype(np.int64), axis=1)  # (T, s, 4)
            for c, shift in enumerate(own.shift):
                g = own.gradients + shift[:, None]
                value = worth[..., 0] + g * (worth[..., 1] + g * worth[..., 3]) + own.hessians * worth[..., 2]
                out.append((value, np.where(np.isfinite(own.norms[c]), own.norms[c], 0.0)))
        return out


_TINY = 1e-12
"""Below any mean square of how often rows were drawn."""


def _with_places(blocks: Blocks, sizes: Array) -> Blocks:
    """Return the equations with one more for each group: its rows are so many."""

    def more(own: Array, first: Array) -> Array:
        new = np.zeros((len(sizes), own.shape[1]))
        new[:, 0] = first
        return np.concatenate([own, new])

    one = np.ones(len(sizes))
    return replace(
        blocks,
        totals=more(blocks.totals, sizes),
        rounding=more(blocks.rounding, 0.0 * one),
        weights=more(blocks.weights, one),
        row_rounding=more(blocks.row_rounding, 0.0 * one),
    )


def _highest(keys: Array, prices: Array, least: float, many: int) -> Array:
    order = np.lexsort((keys, -prices))[:many]
    return np.asarray(keys[order[prices[order] > least]])
