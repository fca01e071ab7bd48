"""How far a chain drifts that begins at the training table: what node counts and a prior leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.tables import Parts
from retrodict.evaluation import matched_error
from retrodict.matching import read_problem
from retrodict.matching.search.agreement import consensus, middle_place
from retrodict.matching.search.drift import drift
from retrodict.reconstruction.prior_in_cells import informed
from retrodict.reconstruction.request import resolve

if TYPE_CHECKING:
    from retrodict.priors import Prior


def at_the_truth(model: Any, part: Parts, prior: Prior | None, seed: int) -> dict[str, float]:
    """Return the error of a chain's middle table that began at the training rows, and its mean energy."""
    reading = read_problem(model)
    if prior is not None:
        reading = informed(reading, resolve(model, prior))
    codes = reading.codebook.encode(reading.schema.encode(part.X))
    labels = np.array([reading.classes.index(label) for label in part.y.tolist()])
    held = drift(reading.problem, codes, labels, np.random.SeedSequence(seed))
    middle, tags = consensus(reading.problem, held)
    components, latents = middle_place(reading.problem, middle, held)
    rows = reading.rows(middle, tags, np.random.default_rng(seed), components=components, latents=latents)
    match = matched_error(reading.schema.decode(rows), part.X)
    return {"at the truth": match.error, "energy there": float(held.energies.mean())}
