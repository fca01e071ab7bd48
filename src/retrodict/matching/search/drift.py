"""How far a chain goes that begins at a given table: what the counts, and what is assumed, hold in place."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from retrodict import threads
from retrodict.matching.problem import Problem
from retrodict.matching.search.agreement import Samples
from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import fixed_arrays
from retrodict.matching.search.labels import root_labels

Array = np.ndarray

_SWEEPS, _TABLES = 400, 40
"""As many sweeps as let most open cells go where they will; tables of the later half, as many as confidence asks."""
_TEMPERATURE = 0.5
"""Of a chain's coldest: what a search judges its tables at, where only what counts leave open moves."""


def drift(
    problem: Problem,
    codes: Int[Array, "n d"],
    labels: Int[Array, " n"],
    seed: np.random.SeedSequence,
    *,
    sweeps: int = _SWEEPS,
) -> Samples:
    """Let a chain wander from a table by the moves of a sampler, and return what it held in the later half.

    Where the table meets all counts, what then differs is what no search can find: other tables meet them as well, or
    nearly, and are as likely under what is assumed.

    Parameters
    ----------
    problem
        What the table meets.
    codes, labels
        The table, shapes (n, d) and (n,). Labels that the roots' counts determine stay.
    seed
        The same seed gives the same tables.
    sweeps
        How many it makes, each as many moves as the table has entries; at least 2.
    """
    annealing = Annealing.start(problem, fixed_arrays(problem), seed, root_labels(problem))
    annealing.put(codes, labels)
    heat = np.full(sweeps, _TEMPERATURE * annealing.coldest)
    held, energies = [], []
    with threads.capped(1):
        annealing.sweeps(heat[: sweeps // 2], searching=False)
        for part in np.array_split(heat[sweeps // 2 :], min(_TABLES, sweeps // 2)):
            annealing.sweeps(part, searching=False)
            held.append(annealing.held())
            energies.append(annealing.energy)
    codes, labels, components, latents = (np.stack(each) for each in zip(*held, strict=True))
    return Samples(codes, labels, components, latents, np.array(energies))
