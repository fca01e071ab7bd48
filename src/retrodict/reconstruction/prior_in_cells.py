"""Tell a reading of a model's trees what a prior assumes of its rows: which codes go together, and which values."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from retrodict.matching import Reading
from retrodict.matching.assumed import DRAWS, SEED, chances_of, drawn_marginal
from retrodict.matching.left_out import LEFT_OUT
from retrodict.matching.likely_values import WHOLE
from retrodict.matching.linear_reading import LinearReading
from retrodict.matching.row_priors import PriorInCodes, Sight, row_prior_of
from retrodict.reconstruction.request import Request

Known = TypeVar("Known", Reading, LinearReading)


def informed(reading: Known, job: Request) -> Known:
    """Return the same problem or equations, with what a prior assumes in place of what the file implies.

    Of equations that is the marginals: where values lie inside cells that equations pin. The search for node counts
    draws rows from the prior itself, by class where it knows classes. A marginal is known from draws, since every prior
    can be drawn from.

    Parameters
    ----------
    reading
        Whose codebook takes them.
    job
        The model with its prior.

    Raises
    ------
    SchemaError
        If the prior has categories that the model does not know.
    """
    schema = reading.schema
    rows = job.prior.sample(DRAWS, np.random.default_rng(SEED))
    frame = job.schema.decode(rows)[list(job.columns)].set_axis(list(schema.names), axis="columns")
    drawn = schema.encode(frame)
    marginals = tuple(drawn_marginal(feature, drawn[:, j]) for j, feature in enumerate(schema.features))
    book = replace(reading.codebook, marginals=marginals)
    chances = chances_of(book)
    if isinstance(reading, LinearReading):
        equations = replace(reading.equations, table=replace(reading.equations.table, chances=chances))
        notes = tuple(note for note in reading.notes if note.code not in (WHOLE, LEFT_OUT))
        return replace(reading, codebook=book, equations=equations, notes=notes, told=True)
    problem = replace(reading.problem, table=replace(reading.problem.table, chances=chances))
    found: PriorInCodes = row_prior_of(
        job.prior, Sight(job.schema, book, job.columns), problem.targets, reading.classes
    )
    notes = (*reading.notes, *found.notes)
    if len(found.rows.means) == 1 and not found.rows.tied.any():  # the table's own chances say the same
        return replace(reading, codebook=book, problem=problem, notes=notes)
    problem = replace(problem, prior=found.rows)
    return replace(reading, codebook=book, problem=problem, filling=found.filling, notes=notes)
