"""The problem of a table whose counts its owner perturbed, with what is assumed of its rows and how many there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.disclosures import inspect_model
from retrodict.errors import ModelError
from retrodict.inference.task import subseed
from retrodict.matching.capability import NoisyTable
from retrodict.matching.count_noise import CountNoise
from retrodict.matching.reading import Reading
from retrodict.matching.row_priors.learnable import learnable
from retrodict.models import Model
from retrodict.reconstruction.prior_in_cells import informed
from retrodict.reconstruction.request import Request
from retrodict.results.arguments import check_seed
from retrodict.results.notes import Note

ROWS_ESTIMATED = "rows_estimated"
"""The code of the note that the number of rows is an estimate."""
_JOB, _ROWS = 3, 2
"""The keys of a rebuilding's seeds, and among them that of the number of rows."""


def noisy_table(
    model: Model, noise: CountNoise, job: Request | None, rows: int | None, seed: int, workers: int | None
) -> Reading:
    """Return the problem of finding a table from counts with noise.

    Parameters
    ----------
    model
        Whose table it is.
    noise
        As its owner tells.
    job
        The model with a prior; by default what is assumed of rows is learned with them.
    rows
        How many rows there are; by default what the file states, or the median of what chains hold.
    seed, workers
        Of this search for the number of rows.

    Raises
    ------
    ModelError
        If the model's leaves state no counts, with noise or without.
    TimeLimitError
        If the time was up before it was known how many rows there are.
    """
    if not isinstance(model, NoisyTable):
        raise ModelError(
            f"counts with noise are read from leaves of scikit-learn's trees, which a {model.family} has not; "
            "leave the noise out"
        )
    found = inspect_model(model)

    def read(many: int | None) -> Reading:
        reading = model.noisy_problem(found, noise, many)
        if job is not None:
            return informed(reading, job)
        return replace(reading, problem=learnable(reading.problem))

    reading = read(rows)
    if rows is not None or not reading.problem.trees.alike:
        return reading
    from retrodict.matching.search.row_number import row_number  # compiled: imported when needed

    told = row_number(reading.problem, subseed(check_seed(seed), _JOB, _ROWS), workers)
    text = (
        f"the number of rows is not known: {told.best:,} are rebuilt, and with a chance of 90 % there are "
        f"{told.low:,} to {told.high:,}"
    )
    note = Note(ROWS_ESTIMATED, text, rows=told.best, low=told.low, high=told.high)
    reading = read(told.best)
    return replace(reading, notes=(*reading.notes, note))


def same_as_before(reading: Reading) -> dict[str, str]:
    """Return what a killed search must have been told of a table beside its file, to be gone on with."""
    from hashlib import sha256

    known, noisy = reading.problem.known, reading.problem.noise is not None
    rows = {"table_rows": str(reading.problem.table.n)} if noisy else {}  # else the file states it
    if known is None:
        return rows
    told = b"" if reading.known_values is None else np.nan_to_num(reading.known_values, nan=-1.0).tobytes()
    return rows | {"known": sha256(known.codes.tobytes() + known.labels.tobytes() + told).hexdigest()}
