"""Tell a matching problem what a prior assumes of the values inside its cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.matching import Reading
from retrodict.matching.assumed import DRAWS, SEED, chances_of, drawn_marginal
from retrodict.reconstruction.request import Request


def informed(reading: Reading, job: Request) -> Reading:
    """Return the same problem, with a prior's marginals in place of those that the file implies.

    Node counts pin which cell a value lies in, and the prior says where inside; how its features go together is not
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
    table = replace(reading.problem.table, chances=chances_of(book))
    return replace(reading, codebook=book, problem=replace(reading.problem, table=table))
