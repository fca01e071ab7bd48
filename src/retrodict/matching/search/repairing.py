"""Repair of a table that is nearly right: a few rows at a time are heated, and kept where that ends better."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import FEATURE, Chain, Fixed
from retrodict.matching.search.node_counts import child

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
    n = run.problem.table.n
    work, own = sweeps * n, np.empty(n)
    while work > 0 and not run.solved:
        rng = np.random.default_rng(int(run.chain.rng[0]))  # by the chain's state, which a checkpoint keeps
        _mismatches(run.fixed, run.chain, own)
        bad = int((own > _WORST * own.max()).sum())
        rows = rng.choice(n, size=min(bad, 2 ** int(rng.integers(_TOGETHER + 1))), replace=False, p=own / own.sum())
        before, held = run.energy, run.held()
        heat = np.geomspace(run.drew * rng.uniform(*_HOTTEST), run.coldest, _HEATED_SWEEPS)
        run.move(rows, heat, _OF_EXCHANGES if len(rows) > 1 else 0.0)
        if run.energy > before:
            run.take(held)
        work -= _HEATED_SWEEPS * len(rows)


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
