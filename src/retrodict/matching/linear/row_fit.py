"""How far the equations that a table's rows take part in are met: of all together, and of each row."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.columns import columns_of_table
from retrodict.matching.linear.slack import excess_of, slack_of
from retrodict.matching.tolerances import MET

Array = np.ndarray


def met_share(equations: Equations, codes: Int[Array, "n d"], labels: Float[Array, " n"]) -> Float[Array, " n"]:
    """Return the share of the equations that each row takes part in that the table meets.

    A row that is right meets all that hold no other row that is wrong.

    Parameters
    ----------
    equations
        What is stated.
    codes, labels
        The table, shapes (n, d) and (n,), in its order where draws tell rows apart.
    """
    blocks = equations.blocks
    columns = columns_of_table(equations, codes, labels)
    once = np.ones(len(codes))
    beyond = np.maximum(excess_of(blocks, columns, once) - slack_of(blocks, columns, once), 0.0)
    stated = blocks.weights > 0
    met = stated & (beyond**2 <= MET)
    own_met, own_stated = np.zeros(len(codes)), np.zeros(len(codes))
    for sites in columns.sites:
        here = sites >= 0
        own_met[here] += met[sites[here]].sum(axis=1)
        own_stated[here] += stated[sites[here]].sum(axis=1)
    return np.where(own_stated > 0, own_met / np.maximum(own_stated, 1.0), 0.0)
