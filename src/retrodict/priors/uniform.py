"""Knowing nothing but the range."""

from __future__ import annotations

import numpy as np

from retrodict.errors import PriorError
from retrodict.plain_text import listing
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.marginals import Marginal, Uniform, constant, integer_range, listed
from retrodict.schema import Feature, Schema


def uniform_prior(schema: Schema) -> IndependentPrior:
    """Return the prior under which every value within the bounds, and every category, is equally likely.

    Parameters
    ----------
    schema
        Numbers need both bounds.

    Raises
    ------
    PriorError
        Naming every feature that lacks a bound.
    """
    open_ended = [feature.name for feature in schema.features if not feature.listed and not feature.bounded]
    if open_ended:
        raise PriorError(
            f"a uniform prior needs min and max of {listing(open_ended)}; give them in the schema or in a prior file"
        )
    return IndependentPrior(schema, tuple(uniform_marginal(feature) for feature in schema.features))


def uniform_marginal(feature: Feature) -> Marginal:
    """Return the uniform over a bounded feature's range or a listed feature's categories."""
    if feature.listed:
        return listed(np.ones(len(feature.categories)))
    low, high = feature.low, feature.high
    if low is None or high is None:
        raise PriorError(f"feature '{feature.name}': a uniform needs min and max; give both")
    if feature.kind == "integer":
        return integer_range(low, high)
    return constant(low) if low == high else Uniform(low, high)
