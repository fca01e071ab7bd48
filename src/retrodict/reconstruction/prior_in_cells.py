"""Tell a reading of a model's trees what a prior assumes of the values inside its cells."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from retrodict.matching import Reading
from retrodict.matching.assumed import DRAWS, SEED, chances_of, drawn_marginal
from retrodict.matching.left_out import LEFT_OUT
from retrodict.matching.likely_values import WHOLE
from retrodict.matching.linear_reading import LinearReading
from retrodict.reconstruction.request import Request

Known = TypeVar("Known", Reading, LinearReading)


def informed(reading: Known, job: Request) -> Known:
    """Return the same problem or equations, with a prior's marginals in place of those that the file implies.

    Counts and sums pin which cell a value lies in, and the prior says where inside; how its features go together is not
    used. A marginal is known from draws, since every prior can be drawn from.

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
    table = replace(reading.problem.table, chances=chances)
    return replace(reading, codebook=book, problem=replace(reading.problem, table=table))
