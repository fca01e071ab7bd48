"""Possible rows offered from a list of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.pricing import Priced, duals_of, priced_states, sums_of
from retrodict.matching.linear.proposing import Proposed
from retrodict.matching.linear.states import States, all_states
from retrodict.matching.linear.threads import in_parts

Array = np.ndarray

_NEAR = 16_384
"""States of the highest prices that are priced again and again before all are: their order changes slowly."""
_NEAR_ROUNDS = 6
"""Rounds on these before all are priced."""
_FEWER = 0.3
"""Of the highest price when all were priced, what the highest of the near ones must have, else all are priced."""


class Listed:
    """Offers states by their price.

    Parameters
    ----------
    equations
        Of at most `states.MOST_ROWS` possible rows.
    workers
        Threads; by default all cores. They never change what is offered.
    states
        All of them; listed here where not given.
    """

    complete = True

    def __init__(self, equations: Equations, workers: int | None = None, states: States | None = None) -> None:
        self.equations, self.workers = equations, workers
        self.states = all_states(equations) if states is None else states
        self.layouts = priced_states(equations, self.states.codes)
        self._near: tuple[Array, tuple[Priced, ...]] | None = None
        self._left, self._highest = 0, 0.0

    def best(
        self,
        residual: Float[Array, "sites Q"],
        least: float,
        many: int,
        taken: Int[Array, " p"],
        amounts: Float[Array, " p"],
    ) -> Proposed:
        """Return the states of the highest prices; see `Proposer.best`."""
        duals = duals_of(self.equations.blocks, residual, len(self.equations.routes))
        if self._near is not None and self._left > 0:
            states, layouts = self._near
            price = self._prices(layouts, duals)
            place = np.full(len(self.states), -1)
            place[states] = np.arange(len(states))
            label, own = np.divmod(taken, len(self.states))
            inside = place[own] >= 0
            price[label[inside], place[own[inside]]] = -np.inf
            self._left -= 1
            if price.max() > self._highest * _FEWER and (price > least).sum() >= many:
                number, state = np.divmod(_highest(price.ravel(), many), len(states))
                return self._proposed(number * len(self.states) + states[state])
        price = self._prices(self.layouts, duals)
        flat = price.ravel()
        flat[taken] = -np.inf
        self._highest = float(flat.max(initial=-np.inf))
        self._left = _NEAR_ROUNDS
        if len(self.states) > 2 * _NEAR:
            self._look_near(np.sort(_highest(price.max(axis=0), _NEAR)))
        return self._proposed(_highest(flat, min(many, int((flat > least).sum()))))

    def _look_near(self, states: Array) -> None:
        self._near = states, tuple(each.chosen(states) for each in self.layouts)

    def state(self) -> dict[str, Array]:
        """Return which states are near; see `Proposer.state`."""
        near = np.empty(0, dtype=np.int64) if self._near is None else self._near[0]
        return {"offer_near": near, "offer_left": np.array(self._left), "offer_highest": np.array(self._highest)}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go back to where `state` was taken."""
        self._left, self._highest = int(state["offer_left"]), float(state["offer_highest"])
        if len(state["offer_near"]):
            self._look_near(state["offer_near"])

    def prices(self, residual: Float[Array, "sites Q"]) -> Float[Array, "C S"]:
        """Return the prices of all states with all labels; see `Proposer.best`."""
        return self._prices(self.layouts, duals_of(self.equations.blocks, residual, len(self.equations.routes)))

    @property
    def norms(self) -> Float[Array, "C S"]:
        """Lengths of all columns; infinite where one has no entries."""
        return np.concatenate([each.norms for each in self.layouts])

    def sums(self, weights: Float[Array, "C S"]) -> Float[Array, "sites Q"]:
        """Return the weighed sums of so many of each column, in 32 bits."""
        routes, first = self.equations.routes, 0
        out = np.zeros((len(routes), routes.most_leaves, 4))
        for each in self.layouts:
            out += each.sums(weights[first : first + len(each.shift)], routes.most_leaves)
            first += len(each.shift)
        return sums_of(self.equations.blocks, out)

    def _prices(self, layouts: tuple[Priced, ...], duals: Array) -> Array:
        out = np.empty((sum(len(each.shift) for each in layouts), layouts[0].leaves.shape[1]), dtype=np.float32)
        first = 0
        for each in layouts:
            own = out[first : first + len(each.shift)]
            in_parts(partial(each.prices, duals, own), out.shape[1], out.shape[1] * len(duals), self.workers)
            first += len(each.shift)
        return out

    def _proposed(self, numbers: Array) -> Proposed:
        label, state = np.divmod(numbers, len(self.states))
        return Proposed(numbers, self.states.codes[state], label)


def _highest(prices: Array, many: int) -> Array:
    """Return the places of the highest prices, the highest first; of equal ones the first."""
    if many <= 0:
        return np.empty(0, dtype=np.int64)
    many = min(many, len(prices))
    edge = np.partition(prices, len(prices) - many)[len(prices) - many]
    above = np.flatnonzero(prices > edge)
    at = np.concatenate([above, np.flatnonzero(prices == edge)[: many - len(above)]])
    return at[np.lexsort((at, -prices[at]))]
