"""Boosted trees read as equations about their training table, and the way from solutions back to rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures import Disclosures
from retrodict.matching.affordable import affordable, check_answers, check_rows
from retrodict.matching.assembly import codebook_of, filled_features, table_of, unused_features
from retrodict.matching.blocks import blocks_of
from retrodict.matching.boosting import Boosting
from retrodict.matching.codebook import Codebook
from retrodict.matching.equations import Equations
from retrodict.matching.indicators import GROUPED, indicator_groups, told_of_groups
from retrodict.matching.left_out import LEFT_OUT, left_out_of, told_of_left_out
from retrodict.matching.likely_values import LikelyValues, told_of_whole
from retrodict.matching.midway_values import midway_values
from retrodict.matching.routes import routes_of
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

LABELS_UNTOLD = Note(
    "labels_untold", "no equation used tells labels apart: those of rebuilt rows are not to be relied on"
)
"""What is said of counts alone."""


class Further(Protocol):
    """What a found table adds to equations: some that are linear only once about right rows are known."""

    def __call__(
        self, reading: LinearReading, codes: Int[Array, "n c"], labels: Float[Array, " n"]
    ) -> LinearReading | None:
        """Return the reading with more equations, or with others; ``None`` where the table adds nothing.

        Parameters
        ----------
        reading
            What the table was found by.
        codes, labels
            The table, as a solution has it; shapes (n, c) and (n,).
        """
        ...


@dataclass(frozen=True, eq=False)
class LinearReading:
    """A model read as linear equations about its training table, and the way from found codes back to rows.

    Parameters
    ----------
    equations
        What the number of each possible row must fulfil.
    codebook
        What codes stand for.
    boosting
        What they were read from.
    notes
        What the file does and does not disclose, and what is assumed.
    further
        What a table that was found adds to the equations; ``None`` where they are all that there is.
    told
        Whether somebody said what is assumed of values inside cells; else they are guessed as the model shows them.
    ranges
        The least and the greatest value of features, as far as the model states them.
    """

    equations: Equations = field(repr=False)
    codebook: Codebook = field(repr=False)
    boosting: Boosting = field(repr=False)
    notes: tuple[Note, ...]
    further: Further | None = field(default=None, repr=False)
    told: bool = False
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict, repr=False)

    @property
    def schema(self) -> Schema:
        """The features of the rows."""
        return self.codebook.schema

    @property
    def classes(self) -> tuple[Hashable, ...]:
        """The labels as they were called in the table, in the order of their codes; empty for a regressor."""
        return self.boosting.classes

    def rows(self, codes: Int[Array, "n c"], rng: np.random.Generator) -> Float[Array, "n d"]:
        """Return rows with these codes, in the schema's encoding.

        Parameters
        ----------
        codes
            Shape (n, c).
        rng
            What codes leave open is drawn from it.
        """
        out = self.likely.fill(codes, self.codebook.decode(codes, rng))
        if self.boosting.midway and not self.told:
            solved = midway_values(self.codebook, [each.tree for each in self.boosting.trees], codes, out)
            out = self.likely.on_grids(codes, solved)
        for one in () if self.told else left_out_of(self.codebook, self.equations.exclusive):
            one.fill(codes, out)
        return out

    @property
    def likely(self) -> LikelyValues:
        """What stands in cells."""
        return LikelyValues(self.codebook, self.boosting.known, not self.told, self.ranges)

    def target(self, labels: Float[Array, " n"]) -> Array:
        """Return class codes as they are, or a regressor's targets in raw units.

        Parameters
        ----------
        labels
            As the loss takes them, shape (n,).
        """
        return labels.astype(np.int64) if self.classes else self.boosting.targets(labels)


def linear_reading_of(
    schema: Schema, boosting: Boosting, found: Disclosures, notes: Sequence[Note] = ()
) -> LinearReading:
    """Return the equations about the table that a model was trained on.

    Parameters
    ----------
    schema
        The model's features and target.
    boosting
        Its trees.
    found
        What the model discloses: what is assumed of features before any equation is met.
    notes
        What the family has to say of them.

    Raises
    ------
    ModelError
        If a split column can't be carried back to one raw feature, or trees state what no rows sum up to or are too
        large to be laid out.
    """
    boosting, told_of_size = affordable(boosting)
    trees = [each.tree for each in boosting.trees]
    book = codebook_of(schema, trees, found, boosting.gaps)
    check_answers(boosting.trees, book.axes)
    routes = routes_of(boosting.trees, book)
    groups = indicator_groups(book.axes, routes)
    equations = Equations(
        table_of(book, boosting.rows or 0),
        groups,
        routes,
        blocks_of(boosting.trees, boosting.typical),
        boosting.loss,
        np.asarray(boosting.start, dtype=np.float64),
        boosting.labels,
        boosting.single,
        multiplicities_of(boosting),
        mixed=not boosting.classes,
        shares=boosting.shares,
    )
    check_rows(equations, equations.table.n)
    ranges = {fact.features[0]: (fact.low, fact.high) for fact in found.of("Range") if fact.exact is True}
    told = (
        *notes,
        *told_of_size,
        *told_of_groups(book.axes, groups),
        *told_of_left_out(book, left_out_of(book, groups)),
        *unused_features(book),
        *filled_features(book, trees),
    )
    reading = LinearReading(equations, book, boosting, told, ranges=ranges)
    return replace(reading, notes=(*told, *told_of_whole(reading.likely)))


def multiplicities_of(boosting: Boosting) -> Int[Array, "T n"] | None:
    """Return how often each row was drawn for each tree; ``None`` where each counted once for all."""
    drawn = [each.multiplicities for each in boosting.trees]
    if all(each is None for each in drawn):
        return None
    n = next(len(each) for each in drawn if each is not None)
    return np.stack([np.ones(n, dtype=np.int64) if each is None else each for each in drawn])


def ungrouped(reading: LinearReading) -> LinearReading:
    """Return the reading without what was assumed of columns by their names."""
    kept = tuple(note for note in reading.notes if note.code not in (GROUPED, LEFT_OUT))
    return replace(reading, equations=replace(reading.equations, exclusive=()), notes=kept)
