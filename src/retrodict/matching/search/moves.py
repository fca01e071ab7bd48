"""Compiled moves of a chain: entries and labels drawn from their conditionals, and exchanges between rows."""

from __future__ import annotations

import math
from typing import Any

from numba import int64, njit, uint64

from retrodict.matching.search.arrays import Chain, Fixed, Scratch
from retrodict.matching.search.conditionals import entry_energies, label_energies
from retrodict.matching.search.node_counts import bit, change, move, relabel

LABEL, ENTRY, EXCHANGE, WHOLE = range(4)
_UNIT = 2.0**-53
"""The distance of random numbers between 0 and 1: doubles have 53 digits."""
HOPELESS = 30.0
"""Temperatures above the lowest energy: a value there is drawn once in 10^13 times, and is not summed."""
_HALF_HOPELESS = 200.0
"""Temperatures that the first half of an exchange may cost: the second hardly ever makes up for more."""


@njit(cache=True)
def _word(state: Any) -> Any:
    """Return 64 random bits: xorshift64* (Vigna, 2016), whose state is one word that a checkpoint can hold."""
    x = state[0]
    x ^= x >> uint64(12)
    x ^= x << uint64(25)
    x ^= x >> uint64(27)
    state[0] = x
    return x * uint64(0x2545F4914F6CDD1D)


@njit(cache=True)
def uniform(state: Any) -> float:
    """Return a random number between 0 and 1."""
    return float(_word(state) >> uint64(11)) * _UNIT


@njit(cache=True)
def _below(state: Any, k: int) -> Any:
    return int64(((_word(state) >> uint64(33)) * uint64(k)) >> uint64(31))


@njit(cache=True)
def _pick(state: Any, energies: Any, chances: Any, room: Any, many: int, temperature: float) -> int:
    """Draw one of `many` values: its assumed chance times the Boltzmann factor of its energy."""
    lowest = math.inf
    for c in range(many):
        if chances[c] > 0.0 and energies[c] < lowest:
            lowest = energies[c]
    total = 0.0
    for c in range(many):
        x = (energies[c] - lowest) / temperature
        if x < HOPELESS:
            total += chances[c] * math.exp(-x)
        room[c] = total
    u = uniform(state) * total
    c = 0
    while c < many - 1 and room[c] <= u:
        c += 1
    return c


@njit(cache=True)
def draw_entry(fixed: Fixed, chain: Chain, room: Scratch, i: int, f: int, temperature: float) -> None:
    """Draw one entry, a feature of a row, from its conditional given all others (Gibbs sampling)."""
    entry_energies(fixed, chain, room, i, f)
    own = chain.codes[i, f]
    c = _pick(chain.rng, room.gain, fixed.chances[f], room.chance, fixed.sizes[f], temperature)
    chain.tally[ENTRY, 0] += 1
    if c != own:
        for g in range(len(room.here)):
            room.here[g] = chain.codes[i, g]
        room.here[f] = c
        move(fixed, chain, i, room.here, bit(f))
        chain.energy[0] += room.gain[c] - room.gain[own]
        chain.tally[ENTRY, 1] += 1


@njit(cache=True)
def draw_label(fixed: Fixed, chain: Chain, room: Scratch, i: int, temperature: float) -> None:
    """Draw one label from its conditional given all else."""
    label_energies(fixed, chain, room, i)
    own = chain.labels[i]
    c = _pick(chain.rng, room.gain, fixed.label_chances, room.chance, len(fixed.label_chances), temperature)
    chain.tally[LABEL, 0] += 1
    if c != own:
        relabel(fixed, chain, i, c)
        chain.energy[0] += room.gain[c] - room.gain[own]
        chain.tally[LABEL, 1] += 1


@njit(cache=True)
def exchange(fixed: Fixed, chain: Chain, room: Scratch, i: int, j: int, temperature: float, alike: bool) -> None:
    """Propose that two rows exchange one entry, a random half, or, unless rows are `alike`, all.

    Multiplicities tell rows apart, and rows that are right but in each other's place are far from there by single
    entries.
    """
    rng, mask = chain.rng, uint64(0)
    how, one = _below(rng, 2 if alike else 3), _below(rng, len(room.here))
    for f in range(len(room.here)):
        a, b = chain.codes[i, f], chain.codes[j, f]
        room.here[f], room.there[f], room.back[f] = a, b, a
        if a != b and (how == 2 or (how == 1 and f == one) or (how == 0 and _below(rng, 2) == 1)):
            room.here[f], room.there[f] = b, a
            mask |= bit(f)
    if mask == 0:
        return
    chain.tally[EXCHANGE, 0] += 1
    e = change(fixed, chain, i, room.here, mask)
    if e > _HALF_HOPELESS * temperature:
        return
    move(fixed, chain, i, room.here, mask)
    e += change(fixed, chain, j, room.there, mask)
    if e <= 0.0 or uniform(rng) < math.exp(-e / temperature):
        move(fixed, chain, j, room.there, mask)
        chain.energy[0] += e
        chain.tally[EXCHANGE, 1] += 1
    else:
        move(fixed, chain, i, room.back, mask)


@njit(cache=True, nogil=True)
def sweep(
    fixed: Fixed,
    chain: Chain,
    room: Scratch,
    rows: Any,
    temperature: float,
    proposals: int,
    of_labels: float,
    of_exchanges: float,
    alike: bool,
    enough: float,
) -> None:
    """Make moves at one temperature until the energy is at most `enough`.

    Parameters
    ----------
    rows
        The rows that move.
    proposals
        How many moves.
    of_labels, of_exchanges
        Their shares of the moves; the others draw entries.
    alike
        Whether all trees drew all rows equally often, so that whole rows have nothing to exchange.
    """
    n, d = len(rows), chain.codes.shape[1]
    rng = chain.rng
    for _ in range(proposals):
        u, i = uniform(rng), rows[_below(rng, n)]
        if u < of_labels:
            draw_label(fixed, chain, room, i, temperature)
        elif u < of_labels + of_exchanges:
            j = rows[_below(rng, n)]
            if j != i and (chain.labels[i] == chain.labels[j] or len(fixed.levels) > 0):
                exchange(fixed, chain, room, i, j, temperature, alike)
        elif d > 0:
            f = _below(rng, d)
            if fixed.sizes[f] > 1:
                draw_entry(fixed, chain, room, i, f, temperature)
        if chain.energy[0] <= enough:
            return
