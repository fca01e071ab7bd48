"""Compiled moves of a chain: entries and labels drawn from their conditionals, and exchanges between rows."""

from __future__ import annotations

import math
from typing import Any

from numba import njit, uint64

from retrodict.matching.search.arrays import COMPONENT, ENTRY, EXCHANGE, LABEL, Chain, Fixed, Scratch
from retrodict.matching.search.conditionals import label_energies
from retrodict.matching.search.node_counts import bit, change, move, relabel
from retrodict.matching.search.random_numbers import below, uniform
from retrodict.matching.search.row_law import choose_component, draw_latents, log_row, weigh_latents
from retrodict.matching.search.row_visits import TOGETHER, draw_entries, pick

_HALF_HOPELESS = 200.0
"""Temperatures that the first half of an exchange may cost in a search: the second hardly ever makes up for more."""


@njit(cache=True)
def draw_label(fixed: Fixed, chain: Chain, room: Scratch, i: int, temperature: float) -> None:
    """Draw one label from its conditional given all else.

    Where rows of different labels differ, it is drawn as if they did not, with a component and latents in the row's
    cells, and taken or not by how likely the cells are under either label.
    """
    if fixed.holding and fixed.held[i, len(fixed.sizes)]:
        return
    label_energies(fixed, chain, room, i)
    own = chain.labels[i]
    c = pick(chain.rng, room.gain, fixed.label_chances, room.chance, len(fixed.label_chances), temperature)
    chain.tally[LABEL, 0] += 1
    if c != own and (fixed.assumed.plain or _placed(fixed, chain, room, i, c)):
        relabel(fixed, chain, i, c)
        chain.energy[0] += room.gain[c] - room.gain[own]
        chain.tally[LABEL, 1] += 1


@njit(cache=True)
def draw_component(fixed: Fixed, chain: Chain, room: Scratch, i: int) -> None:
    """Propose another component for a row, with latents in its cells."""
    chain.tally[COMPONENT, 0] += 1
    if _placed(fixed, chain, room, i, chain.labels[i]):
        chain.tally[COMPONENT, 1] += 1


@njit(cache=True)
def _placed(fixed: Fixed, chain: Chain, room: Scratch, i: int, label: int) -> bool:
    """Propose a component of a label, and latents in the row's cells; return whether they were taken.

    An independence sampler: components are proposed by the chances of the row's codes one by one, latents one after
    the other, and what both leave out of the prior decides (Metropolis and Hastings).
    """
    rng, assumed, codes, own = chain.rng, fixed.assumed, chain.codes[i], chain.labels[i]
    fresh, steps = room.latents[0], room.latents[1]
    k, offered = choose_component(rng, assumed, label, codes, room.weights)
    held = offered
    if label != own:
        held = choose_component(rng, assumed, own, codes, room.weights)[1]
    offered += draw_latents(rng, assumed, k, codes, fresh, steps)
    held += weigh_latents(rng, assumed, chain.components[i], codes, chain.latents[i], steps)
    if not _taken(rng, offered - held):
        return False
    chain.components[i] = k
    for f in range(len(fresh)):
        chain.latents[i, f] = fresh[f] if assumed.tied[f] else 0.0
    return True


@njit(cache=True, nogil=True)
def place_rows(fixed: Fixed, chain: Chain, room: Scratch) -> None:
    """Draw components and latents of rows that were given codes and labels, as good as `_placed` proposes them."""
    if fixed.assumed.plain:
        return
    for i in range(len(chain.codes)):
        k = choose_component(chain.rng, fixed.assumed, chain.labels[i], chain.codes[i], room.weights)[0]
        chain.components[i] = k
        draw_latents(chain.rng, fixed.assumed, k, chain.codes[i], chain.latents[i], room.latents[1])


@njit(cache=True)
def _taken(rng: Any, log_ratio: float) -> bool:
    return log_ratio >= 0.0 or uniform(rng) < math.exp(log_ratio)


@njit(cache=True)
def exchange(
    fixed: Fixed, chain: Chain, room: Scratch, i: int, j: int, temperature: float, alike: bool, searching: bool
) -> None:
    """Propose that two rows exchange one entry, a random half, or, unless rows are `alike`, all.

    Multiplicities tell rows apart, and rows that are right but in each other's place are far from there by single
    entries.
    """
    rng, mask, assumed = chain.rng, uint64(0), fixed.assumed
    if not assumed.plain and assumed.scale[chain.components[i]] != assumed.scale[chain.components[j]]:
        return  # a latent of the one stands for another code in the other
    mine, theirs = room.latents[0], room.latents[1]
    how, one = below(rng, 2 if alike else 3), below(rng, len(room.here))
    for f in range(len(room.here)):
        a, b = chain.codes[i, f], chain.codes[j, f]
        room.here[f], room.there[f], room.back[f] = a, b, a
        mine[f], theirs[f] = chain.latents[i, f], chain.latents[j, f]
        if fixed.holding and (fixed.held[i, f] or fixed.held[j, f]):
            continue
        if a != b and (how == 2 or (how == 1 and f == one) or (how == 0 and below(rng, 2) == 1)):
            room.here[f], room.there[f] = b, a
            mine[f], theirs[f] = theirs[f], mine[f]
            mask |= bit(f)
    if mask == 0:
        return
    chain.tally[EXCHANGE, 0] += 1
    e = change(fixed, chain, i, room.here, mask)
    if searching and e > _HALF_HOPELESS * temperature:
        return
    likelier = 0.0 if assumed.plain else _likelier(fixed, chain, room, i, j)
    move(fixed, chain, i, room.here, mask)
    e += change(fixed, chain, j, room.there, mask)
    if _taken(rng, likelier - e / temperature):
        move(fixed, chain, j, room.there, mask)
        for f in range(0 if assumed.plain else len(mine)):
            chain.latents[i, f], chain.latents[j, f] = mine[f], theirs[f]
        chain.energy[0] += e
        chain.tally[EXCHANGE, 1] += 1
    else:
        move(fixed, chain, i, room.back, mask)


@njit(cache=True)
def _likelier(fixed: Fixed, chain: Chain, room: Scratch, i: int, j: int) -> float:
    """Return how much likelier two rows are with exchanged entries under the prior, as a logarithm."""
    assumed, codes, latents, labels = fixed.assumed, chain.codes, chain.latents, chain.labels
    a, b = chain.components[i], chain.components[j]
    new = log_row(assumed, labels[i], a, room.here, room.latents[0])
    new += log_row(assumed, labels[j], b, room.there, room.latents[1])
    old = log_row(assumed, labels[i], a, codes[i], latents[i]) + log_row(assumed, labels[j], b, codes[j], latents[j])
    return new - old


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
    of_components: float = 0.0,
) -> None:
    """Make moves at one temperature until the energy is at most `enough`.

    Parameters
    ----------
    rows
        The rows that move.
    proposals
        How many moves.
    of_labels, of_exchanges, of_components
        Their shares of the moves; the others draw entries.
    alike
        Whether all trees drew all rows equally often, so that whole rows have nothing to exchange.
    """
    n, d = len(rows), chain.codes.shape[1]
    rng, tally, pairs = chain.rng, chain.tally, 0
    for f in range(d):
        pairs += fixed.sizes[f] == 2
    # A visit of a row draws all of its entries, which are d moves; rows take turns from a random one on.
    of_visits = (1.0 - of_labels - of_exchanges - of_components) / max(d, 1)
    total = of_visits + of_labels + of_exchanges + of_components
    offered, taken = tally[ENTRY, 0], tally[ENTRY, 1]
    made, at = 0, below(rng, n)
    while made < proposals:
        u = uniform(rng) * total
        if u < of_visits:
            made += max(d, 1)
            at = at + 1 if at + 1 < n else 0
            if d > 0:
                # Each change of an entry takes the finding of all energies again.
                changes = pairs * (tally[ENTRY, 1] - taken) / max(tally[ENTRY, 0] - offered, 1)
                draw_entries(fixed, chain, room, rows[at], temperature, pairs > TOGETHER * (1.0 + changes), enough)
        else:
            made += 1
            u, i = u - of_visits, rows[below(rng, n)]
            if u < of_labels:
                draw_label(fixed, chain, room, i, temperature)
            elif u < of_labels + of_exchanges:
                j = rows[below(rng, n)]
                if j != i and (chain.labels[i] == chain.labels[j] or len(fixed.levels) > 0):
                    exchange(fixed, chain, room, i, j, temperature, alike, enough >= 0.0)
            elif of_components > 0.0:
                draw_component(fixed, chain, room, i)
        if chain.energy[0] <= enough:
            return
