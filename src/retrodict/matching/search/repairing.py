"""Repair of a table that is nearly right: a few rows at a time are heated, and kept where that ends better."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import FEATURE, Chain, Fixed
from retrodict.matching.search.node_counts import child
from retrodict.matching.search.whole_rows import enter, leave

_TOGETHER = 6  # rows heated at once: at most two to this power
_HEATED_SWEEPS = 40  # of the rows heated
_HOTTEST = (0.05, 0.4)  # the highest temperature is drawn between these, times the trees that drew a row
_OF_EXCHANGES = 0.2  # of the moves
_WORST = 0.05  # of the worst row's mismatch: rows above it sit badly


def repair(run: Annealing, sweeps: float) -> None:
    """Heat rows that sit badly, alone and together, for the work of so many sweeps of the table, or until it is right.

    A large neighbourhood search (Shaw, Principles and Practice of Constraint Programming, 1998): rows are drawn by the
    mismatch of the nodes on their paths.
    """
    n, chain = run.problem.table.n, run.chain
    work, own, since = sweeps * n, np.empty(n), math.inf
    while work > 0 and not run.solved:
        rng = np.random.default_rng(int(chain.rng[0]))  # by the chain's state, which a checkpoint keeps
        if since > n:  # to find them takes about a tenth of a sweep
            run.recount()
            _mismatches(run.fixed, chain, own)
            since = 0.0
        bad = int((own > _WORST * own.max()).sum())
        rows = rng.choice(n, size=min(bad, 2 ** int(rng.integers(_TOGETHER + 1))), replace=False, p=own / own.sum())
        before = run.energy, *(part[rows] for part in (chain.codes, chain.labels, chain.components, chain.latents))
        heat = np.geomspace(run.drew * rng.uniform(*_HOTTEST), run.coldest, _HEATED_SWEEPS)
        run.move(rows, heat, _OF_EXCHANGES if len(rows) > 1 else 0.0)
        if run.energy > before[0]:
            _take_back(run.fixed, chain, rows, *before)
        work -= _HEATED_SWEEPS * len(rows)
        since += _HEATED_SWEEPS * len(rows)
    run.recount()


@njit(cache=True, nogil=True)
def _take_back(
    fixed: Fixed, chain: Chain, rows: Any, energy: float, codes: Any, labels: Any, components: Any, latents: Any
) -> None:
    """Give rows what they held before."""
    for a in range(len(rows)):
        i = rows[a]
        leave(fixed, chain, i)
        enter(fixed, chain, i, codes[a], labels[a])
        chain.components[i] = components[a]
        chain.latents[i] = latents[a]
    chain.energy[0] = energy


@njit(cache=True, nogil=True)
def _mismatches(fixed: Fixed, chain: Chain, out: Any) -> None:
    """Fill `out` with the energy of the nodes on each row's paths."""
    nodes, roots, multiplicities, weight = fixed.nodes, fixed.roots, fixed.multiplicities, fixed.weight
    codes, excess = chain.codes, chain.excess
    energy = np.zeros(len(nodes))
    for v in range(len(nodes)):
        for k in range(excess.shape[1]):
            energy[v] += weight[v, k] * excess[v, k] * excess[v, k]
    for i in range(len(codes)):
        total = 0.0
        for t in range(len(roots)):
            if multiplicities[i, t] == 0:
                continue
            v = roots[t]
            while True:
                total += energy[v]
                f = nodes[v, FEATURE]
                if f < 0:
                    break
                v = child(nodes, v, codes[i, f])
        out[i] = total
