"""Compiled visits of rows: all entries of one are drawn, one after the other, from their conditionals."""

from __future__ import annotations

import math
from typing import Any

from numba import njit, uint64

from retrodict.matching.search.arrays import ENTRY, Chain, Fixed, Scratch
from retrodict.matching.search.conditionals import code_energies
from retrodict.matching.search.node_counts import bit, move
from retrodict.matching.search.random_numbers import below, uniform
from retrodict.matching.search.row_flips import flip_energies
from retrodict.matching.search.row_law import code_chances, draw_latent, given_others

HOPELESS = 30.0
"""Temperatures above the lowest energy: a value there is drawn once in 10^13 times, and is not summed."""
TOGETHER = 6
"""Entries of two codes whose energies take as long one by one as those of any number of them together."""


@njit(cache=True)
def pick(state: Any, energies: Any, chances: Any, room: Any, many: int, temperature: float) -> int:
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
def _turns(state: Any, own: float, other: float, x: float) -> bool:
    """Draw whether an entry of two codes is turned over, by the chances of both and its energy in temperatures."""
    if x > HOPELESS:
        return False
    if x > 0.0:
        other *= math.exp(-x)
    else:
        own *= math.exp(x)
    return uniform(state) * (own + other) < other


@njit(cache=True)
def _assumed_pick(fixed: Fixed, chain: Chain, room: Scratch, i: int, f: int, temperature: float) -> int:
    """Draw a code from its energies and a prior that ties features or knows labels; and its latent, if it has one."""
    k, assumed, many = chain.components[i], fixed.assumed, fixed.sizes[f]
    if not assumed.tied[f]:
        return pick(chain.rng, room.gain, assumed.chances[k, f], room.chance, many, temperature)
    mean, sd = given_others(assumed, k, chain.latents[i], f)
    lowest = math.inf
    for each in range(many):
        lowest = min(lowest, room.gain[each])
    code_chances(assumed, k, f, mean, sd, room.gain, lowest + HOPELESS * temperature, many, room.shares)
    c = pick(chain.rng, room.gain, room.shares, room.chance, many, temperature)
    chain.latents[i, f] = draw_latent(chain.rng, assumed, k, f, c, mean, sd)
    return c


@njit(cache=True)
def _keep(fixed: Fixed, chain: Chain, i: int, f: int) -> None:
    """Draw the latent of a code that stays: it is known, or there is no other."""
    k, assumed = chain.components[i], fixed.assumed
    if assumed.tied[f]:
        mean, sd = given_others(assumed, k, chain.latents[i], f)
        chain.latents[i, f] = draw_latent(chain.rng, assumed, k, f, chain.codes[i, f], mean, sd)


@njit(cache=True)
def draw_entries(
    fixed: Fixed, chain: Chain, room: Scratch, i: int, temperature: float, together: bool, enough: float
) -> None:
    """Draw each entry of a row from its conditional given all others (Gibbs sampling), in turn from a random one on.

    The conditional is the product of the counts' and the prior's: that of the entry's latent, where it has one, which
    is drawn with it.

    Parameters
    ----------
    together
        Whether the energies of entries of two codes are found together, and again after a change.
    enough
        The energy at which to stop.
    """
    nodes, roots, multiplicities, sizes = fixed.nodes, fixed.roots, fixed.multiplicities, fixed.sizes
    levels, weight, jump, spans = fixed.levels, fixed.weight, fixed.jump, fixed.spans
    holding, held, chances, plain = fixed.holding, fixed.held, fixed.chances, fixed.assumed.plain
    codes, excess, used, rng = chain.codes, chain.excess, chain.used, chain.rng
    here, flips, gain, stack, steps = room.here, room.flips, room.gain, room.stack, room.chance
    label, d = chain.labels[i], len(here)
    begin, first, changed, offered, taken = below(rng, d), True, uint64(0), 0, 0
    for j in range(begin, begin + d):
        f = j if j < d else j - d
        if sizes[f] < 2 or (holding and held[i, f]):
            _keep(fixed, chain, i, f)
            continue
        own, offered = codes[i, f], offered + 1
        if together and sizes[f] == 2:
            if first or changed != 0:
                flip_energies(fixed, chain, room, i, changed, first)
                first, changed = False, uint64(0)
            gain[own], gain[1 - own] = 0.0, flips[f]
        else:
            code_energies(
                nodes,
                roots,
                multiplicities,
                levels,
                weight,
                jump,
                codes,
                excess,
                used,
                label,
                i,
                f,
                sizes[f],
                spans[f],
                stack,
                steps,
                gain,
            )
        if not plain:
            c = _assumed_pick(fixed, chain, room, i, f, temperature)
        elif sizes[f] == 2:
            x = (gain[1 - own] - gain[own]) / temperature
            c = 1 - own if _turns(rng, chances[f, own], chances[f, 1 - own], x) else own
        else:
            c = pick(rng, gain, chances[f], steps, sizes[f], temperature)
        if c == own:
            continue
        taken += 1
        for g in range(d):
            here[g] = codes[i, g]
        here[f] = c
        chain.energy[0] += gain[c] - gain[own]
        move(fixed, chain, i, here, bit(f))
        changed |= bit(f)
        together = together and begin + d - j > TOGETHER
        if chain.energy[0] <= enough:
            break
    chain.tally[ENTRY, 0] += offered
    chain.tally[ENTRY, 1] += taken
