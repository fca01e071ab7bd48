"""Tell a matching problem what a prior assumes of the values inside its cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.matching import Reading
from retrodict.matching.assumed import chances_of
from retrodict.priors.marginals import Marginal, listed, sample_marginal
from retrodict.reconstruction.request import Request
from retrodict.schema import Feature

Array = np.ndarray

_DRAWS = 20_000
_SEED = 0


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
    rows = job.prior.sample(_DRAWS, np.random.default_rng(_SEED))
    frame = job.schema.decode(rows)[list(job.columns)].set_axis(list(schema.names), axis="columns")
    drawn = schema.encode(frame)
    marginals = tuple(_marginal(feature, drawn[:, j]) for j, feature in enumerate(schema.features))
    book = replace(reading.codebook, marginals=marginals)
    table = replace(reading.problem.table, chances=chances_of(book))
    return replace(reading, codebook=book, problem=replace(reading.problem, table=table))


def _marginal(feature: Feature, column: Array) -> Marginal:
    present = column[~np.isnan(column)]
    if feature.listed:
        return listed(np.bincount(present.astype(np.int64), minlength=len(feature.categories)))
    return sample_marginal(present, integer=feature.kind == "integer", feature=feature.name)
