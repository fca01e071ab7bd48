"""Columns that a model provably does not read and of which its file says nothing: any value does, and one is taken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrodict.errors import PriorError
from retrodict.plain_text import listing
from retrodict.priors.implied.ladder import Rung
from retrodict.priors.marginals import constant
from retrodict.results.notes import Note
from retrodict.schema import Feature

UNREAD = "columns_not_read"
"""The code of the note that names them."""

_TOLD = "no output depends on it, and nothing is known of it (one value)"


class UnknownValuesError(PriorError):
    """Nothing is known of the values of some features.

    Parameters
    ----------
    names
        The features.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"{self.lacking}; give a prior, or a schema with their min and max")

    @property
    def lacking(self) -> str:
        """What is not known, without what to do about it."""
        return (
            f"the model discloses no values of {listing(self.names)}: no row, quantile, mean with variance, split "
            "point or range"
        )


def filler(feature: Feature) -> float:
    """Return the value of all rows: the one nearest to zero that is within the bounds that are known."""
    low = -np.inf if feature.low is None else feature.low
    high = np.inf if feature.high is None else feature.high
    return float(np.clip(0.0, low, high))


def fillers(features: Sequence[Feature]) -> dict[str, Rung]:
    """Return the marginals of features that a model does not read, by name, and where they come from."""
    return {feature.name: (constant(filler(feature)), _TOLD) for feature in features}


def unread_note(features: Sequence[Feature]) -> Note:
    """Say which columns are filled, that nothing is known of them, and what to do."""
    names = [feature.name for feature in features]
    values = [filler(feature) for feature in features]
    same = f"{values[0]:g}" if len(set(values)) == 1 else "one number each"
    text = (
        f"{listing(names)}: no output of the model depends on {'it' if len(names) == 1 else 'them'}, and nothing is "
        f"known of the values: every row has {same} there, which is no finding; declare the column"
        f"{'' if len(names) == 1 else 's'} in a prior where the values matter"
    )
    return Note(UNREAD, text, features=names, values=values)
