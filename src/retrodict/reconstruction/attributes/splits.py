"""The split points that a model states of a column: between two of them its output may be level."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.disclosures import inspect_model
from retrodict.disclosures.kinds import Thresholds
from retrodict.models import Model
from retrodict.models.contract import own_schema

Array = np.ndarray

MOST = 2_000
"""Split points of a column up to which the model is asked between each two: more cost more calls than quadrature."""


def split_points(model: Model, disclosed: Any = None) -> dict[int, Float[Array, " s"]]:
    """Return the split points of each column that has any, by its place in the model's own schema.

    Whether the output is level between them is tried where they are used: a model may hold more than trees.

    Parameters
    ----------
    model
        Any; of one that states none there are none.
    disclosed
        What `inspect_model` found, where that is at hand.
    """
    names = list(own_schema(model).names)
    found: dict[int, list[Array]] = {}
    for fact in (inspect_model(model) if disclosed is None else disclosed).of(Thresholds):
        if len(fact.features) == 1 and fact.features[0] in names:
            found.setdefault(names.index(fact.features[0]), []).append(np.asarray(fact.thresholds, dtype=np.float64))
    points = {place: np.unique(np.concatenate(own)) for place, own in found.items()}
    return {place: own[np.isfinite(own)] for place, own in points.items() if len(own) <= MOST}
