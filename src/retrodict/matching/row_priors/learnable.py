"""The prior of rows of which nothing is known beforehand: a mixture whose shares and chances a search learns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.matching.problem import Problem
from retrodict.matching.row_prior import RowPrior

COMPONENTS = 10
"""Of the mixture, at most: those that the rows do not need stay empty (Rousseau & Mengersen, JRSS B 73:689, 2011)."""


def learnable(problem: Problem) -> Problem:
    """Return the same problem under a mixture of independent features, which is learned with the table.

    A latent class model: it ties features to one another and to the label as far as the counts say so, and is that of
    independent features where they do not (Dunson & Xing, JASA 104:1042, 2009).

    Parameters
    ----------
    problem
        Without a prior of its own. What its table assumes of codes is what chances are learned around.
    """
    one = RowPrior.independent(problem.table.chances, problem.targets)
    many = np.ones(COMPONENTS, dtype=np.int64)
    prior = replace(
        one,
        shares=np.full((len(one.shares), COMPONENTS), 1.0 / COMPONENTS),
        means=np.repeat(one.means, COMPONENTS, axis=0),
        precision=0 * many,
        scale=0 * many,
        missing=np.repeat(one.missing, COMPONENTS, axis=0),
        chances=np.repeat(one.chances, COMPONENTS, axis=0),
    )
    return replace(problem, prior=prior, learned=True)
