"""Compiled law of one row under a problem's `RowPrior`: conditionals of latents, and rows drawn in their cells."""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from retrodict.matching.search.arrays import Assumed
from retrodict.matching.search.random_numbers import between, normal, uniform

_ROOT_HALF = math.sqrt(0.5)
_NEVER = -700.0
"""The logarithm of what is never met: below it 64-bit products are zero."""


@njit(cache=True)
def mass(low: float, high: float) -> float:
    """Return the probability of a stretch under a standard normal, precise in both tails."""
    if low > 0.0:
        return 0.5 * (math.erfc(low * _ROOT_HALF) - math.erfc(high * _ROOT_HALF))
    if high < 0.0:
        return 0.5 * (math.erfc(-high * _ROOT_HALF) - math.erfc(-low * _ROOT_HALF))
    return 0.5 * (math.erf(high * _ROOT_HALF) - math.erf(low * _ROOT_HALF))


@njit(cache=True)
def given_others(assumed: Assumed, k: int, latents: Any, f: int) -> tuple[float, float]:
    """Return the mean and the standard deviation of a latent, those of the row's other features known."""
    precision, means = assumed.precisions[assumed.precision[k], f], assumed.means[k]
    total = 0.0
    for g in range(len(precision)):
        if g != f:
            total += precision[g] * (latents[g] - means[g])
    own = precision[f]
    return means[f] - total / own, 1.0 / math.sqrt(own)


@njit(cache=True)
def code_chances(
    assumed: Assumed, k: int, f: int, mean: float, sd: float, energies: Any, most: float, many: int, out: Any
) -> None:
    """Fill `out` with the chance of each code of a tied feature; those of energies from `most` on stay at zero."""
    ends, slots = assumed.ends[assumed.scale[k], f], assumed.slots[f]
    missing = assumed.missing[k, f]
    for c in range(many):
        out[c] = 0.0
    total = 0.0
    for m in range(assumed.used[f]):
        c = slots[m]
        if energies[c] < most:
            own = (1.0 - missing) * mass((ends[m] - mean) / sd, (ends[m + 1] - mean) / sd)
            out[c] += own
            total += own
    gone = assumed.gone[f]
    if gone >= 0 and energies[gone] < most:
        out[gone] = missing
        total += missing
    if total > 0.0:
        return
    # Whatever the energy allows is farther out than 64 bits tell: the nearest slots have most of what there is.
    nearest = math.inf
    for m in range(assumed.used[f]):
        if energies[slots[m]] < most:
            nearest = min(nearest, _distance(ends, m, mean, sd))
    for m in range(assumed.used[f]):
        if energies[slots[m]] < most:
            out[slots[m]] += math.exp(max(nearest - _distance(ends, m, mean, sd), _NEVER))
    if nearest == math.inf and gone >= 0:
        out[gone] = 1.0  # what the energy asks for is missing, in a component that misses nothing


@njit(cache=True)
def _distance(ends: Any, m: int, mean: float, sd: float) -> float:
    """Return half the squared distance of a slot, in standard deviations."""
    low, high = (ends[m] - mean) / sd, (ends[m + 1] - mean) / sd
    near = max(low, -high, 0.0)
    return 0.5 * near * near


@njit(cache=True)
def draw_latent(rng: Any, assumed: Assumed, k: int, f: int, code: int, mean: float, sd: float) -> float:
    """Draw a latent inside the slots that mean a code, from a normal; anywhere where the code is the missing one."""
    if code == assumed.gone[f]:
        return mean + sd * normal(rng)
    ends, slots = assumed.ends[assumed.scale[k], f], assumed.slots[f]
    total, chosen = 0.0, -1
    for m in range(assumed.used[f]):  # one of several slots, each by its mass
        if slots[m] == code:
            own = mass((ends[m] - mean) / sd, (ends[m + 1] - mean) / sd)
            total += own
            if chosen < 0 or (total > 0.0 and uniform(rng) * total < own):
                chosen = m
    return mean + sd * between(rng, (ends[chosen] - mean) / sd, (ends[chosen + 1] - mean) / sd)


@njit(cache=True)
def log_row(assumed: Assumed, label: int, k: int, codes: Any, latents: Any) -> float:
    """Return the log-density of a row: its component, codes and latents; latents have to lie in their codes' slots.

    The determinant of the precision is left out, since rows that exchange entries keep theirs.
    """
    total = math.log(max(assumed.shares[label, k], 1e-300))
    precision, means = assumed.precisions[assumed.precision[k]], assumed.means[k]
    d = len(means)
    square = 0.0
    for f in range(d):
        if not assumed.tied[f]:
            total += assumed.logs[k, f, codes[f]]
            continue
        if assumed.gone[f] >= 0:
            missing = assumed.missing[k, f]
            total += math.log(max(missing if codes[f] == assumed.gone[f] else 1.0 - missing, 1e-300))
        x = latents[f] - means[f]
        line = 0.0
        for g in range(f):
            line += precision[f, g] * (latents[g] - means[g])
        square += x * (precision[f, f] * x + 2.0 * line)
    return total - 0.5 * square


@njit(cache=True)
def choose_component(rng: Any, assumed: Assumed, label: int, codes: Any, room: Any) -> tuple[int, float]:
    """Draw a component for a row by the chances of its codes one by one; return the log of their sum as well."""
    highest = -math.inf
    for k in range(len(room)):
        share = assumed.shares[label, k]
        if share > 0.0:
            log = math.log(share)
            for f in range(len(codes)):
                log += assumed.logs[k, f, codes[f]]
            room[k] = log
            highest = max(highest, log)
        else:
            room[k] = -math.inf
    total = 0.0
    for k in range(len(room)):
        total += math.exp(max(room[k] - highest, _NEVER)) if room[k] > -math.inf else 0.0
        room[k] = total
    u = uniform(rng) * total
    k = 0
    while k < len(room) - 1 and room[k] <= u:
        k += 1
    return k, highest + math.log(total)


@njit(cache=True)
def draw_latents(rng: Any, assumed: Assumed, k: int, codes: Any, latents: Any, room: Any) -> float:
    """Draw all latents of a row one after the other inside its codes' slots; return the log of what their masses gain.

    As `weigh_latents` returns it (Geweke, Hajivassiliou and Keane's sampler: Genz 1992,
    doi:10.1080/10618600.1992.10477010).
    """
    return _one_by_one(rng, assumed, k, codes, latents, room, True)


@njit(cache=True)
def weigh_latents(rng: Any, assumed: Assumed, k: int, codes: Any, latents: Any, room: Any) -> float:
    """Return, over tied features, the log of each slot's mass given the latents before it, over its mass by itself."""
    return _one_by_one(rng, assumed, k, codes, latents, room, False)


@njit(cache=True)
def _one_by_one(rng: Any, assumed: Assumed, k: int, codes: Any, latents: Any, room: Any, drawing: bool) -> float:
    factor, means = assumed.factors[assumed.precision[k]], assumed.means[k]
    ends = assumed.ends[assumed.scale[k]]
    total = 0.0
    for f in range(len(codes)):
        if not assumed.tied[f]:
            room[f] = 0.0
            continue
        mean, sd, code = means[f], factor[f, f], codes[f]
        for g in range(f):
            mean += factor[f, g] * room[g]
        if drawing:
            latents[f] = draw_latent(rng, assumed, k, f, code, mean, sd)
        room[f] = (latents[f] - mean) / sd
        if code == assumed.gone[f]:
            continue
        inside = 0.0
        for m in range(assumed.used[f]):
            if assumed.slots[f, m] == code:
                inside += mass((ends[f, m] - mean) / sd, (ends[f, m + 1] - mean) / sd)
        alone = assumed.logs[k, f, code]
        if assumed.gone[f] >= 0:
            alone -= math.log(1.0 - assumed.missing[k, f])
        total += max(math.log(inside) if inside > 0.0 else _NEVER, _NEVER) - alone
    return total
