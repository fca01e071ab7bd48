"""Repair of a table that is nearly right: a few rows at a time are heated, and kept where that ends better."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from retrodict.matching.search.annealing import Annealed
from retrodict.matching.search.arrays import FEATURE, Chain, Forest
from retrodict.matching.search.node_counts import child

_TOGETHER = 6  # at most two to this power of rows
_HEATED = 40  # sweeps of the rows heated
_HOT = (0.05, 0.4)
_OF_EXCHANGES = 0.2
_WORST = 0.05


def repair(chain: Annealed, sweeps: float) -> None:
    """Heat rows that sit badly, alone and together, for the work of so many sweeps of the table, or until it is right.

    A large neighbourhood search (Shaw, Principles and Practice of Constraint Programming, 1998): rows are drawn by the
    mismatch of the nodes on their paths.
    """
    n, own = chain.problem.n, np.empty(chain.problem.n)
    work = sweeps * n
    while work > 0 and not chain.solved:
        rng = np.random.default_rng(int(chain.chain.rng[0]))  # by the chain's state, which a checkpoint keeps
        _mismatches(chain.forest, chain.chain, own)
        bad = int((own > _WORST * own.max()).sum())
        rows = rng.choice(n, size=min(bad, 2 ** int(rng.integers(_TOGETHER + 1))), replace=False, p=own / own.sum())
        before, codes, labels = chain.energy, chain.chain.codes.copy(), chain.chain.labels.copy()
        heat = np.geomspace(chain.drew * rng.uniform(*_HOT), chain.coldest, _HEATED)
        chain.move(rows, heat, _OF_EXCHANGES if len(rows) > 1 else 0.0)
        if chain.energy > before:
            chain.put(codes, labels)
        work -= _HEATED * len(rows)


@njit(cache=True, nogil=True)
def _mismatches(forest: Forest, chain: Chain, out: Any) -> None:
    """Fill `out` with the energy of the nodes on each row's paths."""
    nodes, roots, draws, weight = forest.nodes, forest.roots, forest.draws, forest.weight
    codes, sums = chain.codes, chain.sums
    energy = np.zeros(len(nodes))
    for v in range(len(nodes)):
        for k in range(sums.shape[1]):
            energy[v] += weight[v, k] * sums[v, k] * sums[v, k]
    for i in range(len(codes)):
        total = 0.0
        for t in range(len(roots)):
            if draws[i, t] == 0:
                continue
            v = roots[t]
            while True:
                total += energy[v]
                f = nodes[v, FEATURE]
                if f < 0:
                    break
                v = child(nodes, v, codes[i, f])
        out[i] = total
