"""What the codes of trees show of a prior's rows: both name the same features, but may write them differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.assumed import MISSING
from retrodict.matching.axes import Axis
from retrodict.matching.codebook import Codebook
from retrodict.schema import Schema, Target

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Sight:
    """The way from a prior's encoding to codes.

    Parameters
    ----------
    schema
        The prior's.
    book
        The codes, and the schema of rebuilt rows.
    names
        What the prior calls each feature of the codebook's schema, in that order.
    """

    schema: Schema
    book: Codebook
    names: tuple[str, ...]

    @property
    def places(self) -> list[int]:
        """The prior's column of each feature of the codebook's schema."""
        return [self.schema.names.index(name) for name in self.names]

    @property
    def of_axes(self) -> list[int]:
        """The codebook's feature of each axis."""
        return [self.book.schema.names.index(axis.name) for axis in self.book.axes]

    def encoded(self, feature: int, values: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return a feature's values, written as the prior writes them, as the codebook does; NaN is missing.

        Parameters
        ----------
        feature
            Its place in the codebook's schema.
        values
            In the prior's encoding.

        Raises
        ------
        SchemaError
            If the model does not know one of them.
        """
        own, seen = self.schema[self.names[feature]], self.book.schema.features[feature]
        if not own.listed and not seen.listed:
            return np.asarray(values, dtype=np.float64)
        frame = Schema((own,), Target()).decode(np.asarray(values, dtype=np.float64)[:, None])
        return Schema((seen,), Target()).encode(frame.set_axis([seen.name], axis="columns"))[:, 0]

    def codes(self, axis: int, values: Float[Array, " n"]) -> Int[Array, " n"]:
        """Return the codes of values in the prior's encoding, none of them missing.

        Parameters
        ----------
        axis
            Its place among the codebook's axes.
        values
            In the prior's encoding.
        """
        return self.axis(axis).codes(self.encoded(self.of_axes[axis], values)).astype(np.int64)

    def axis(self, axis: int) -> Axis:
        """Return an axis."""
        return self.book.axes[axis]

    def rows(self, X: Float[Array, "n d"]) -> Float[Array, "n e"]:
        """Return rows in the prior's encoding in that of the codebook's schema."""
        return np.column_stack([self.encoded(j, X[:, place]) for j, place in enumerate(self.places)])

    def size(self, axis: int) -> int:
        """Return how many codes an axis has, the missing one left out."""
        own = self.axis(axis)
        return own.size - (own.missing >= 0)

    def gaps(self, axis: int) -> bool:
        """Return whether an axis has a code for missing values."""
        return self.axis(axis).missing >= 0

    def missing(self, axis: int, schema: Schema) -> float:
        """Return the share of missing values of an axis that has a code for them.

        Where the prior knows of none the trees met some, and their share is what the model states, or a guess.

        Parameters
        ----------
        axis
            Its place among the codebook's axes.
        schema
            The prior's own: that of a component has its own shares.
        """
        feature = self.of_axes[axis]
        own = schema.features[self.places[feature]].missing
        return own or self.book.schema.features[feature].missing or MISSING
