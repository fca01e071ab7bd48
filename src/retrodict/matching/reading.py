"""A model read as a problem to be solved, and the way from found codes back to rows."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from retrodict.extras import extra_for
from retrodict.matching.codebook import Codebook
from retrodict.matching.problem import Problem
from retrodict.results.notes import Note
from retrodict.schema import Schema

if TYPE_CHECKING:
    from retrodict.matching.row_priors import Filling

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Reading:
    """A model read as a problem to be solved, and the way from found codes back to rows.

    Parameters
    ----------
    problem
        What codes and labels must fulfil.
    codebook
        What codes stand for.
    classes
        The labels as they were called in the table, in the order of their codes; empty for a regressor.
    raw_levels
        A regressor's possible targets in raw units, in the order of their codes, shape (m,); empty for a classifier.
    stored_labels
        The label code of every row in the order of the table, where the file gives it away, shape (n,).
    notes
        What the file does and does not disclose.
    paths
        Attribute paths of the ensembles that were read.
    midpoints
        Of each node, the raw number midway between two of its rows' values at which it splits, else NaN; shape
        (nodes,).
    filling
        Values of rows by where they lie in the problem's prior; by default the codebook's marginals alone tell them.
    known_values
        Cells of the table known from elsewhere, in the schema's encoding, NaN where nothing is known, shape (n, d).
    """

    problem: Problem = field(repr=False)
    codebook: Codebook = field(repr=False)
    classes: tuple[Hashable, ...]
    raw_levels: Float[Array, " m"] = field(repr=False)
    stored_labels: Int[Array, " n"] | None = field(repr=False)
    notes: tuple[Note, ...]
    paths: tuple[str, ...]
    midpoints: Float[Array, " nodes"] = field(repr=False)
    filling: Filling | None = field(default=None, repr=False)
    known_values: Float[Array, "n d"] | None = field(default=None, repr=False)

    @property
    def schema(self) -> Schema:
        """The features of the rows."""
        return self.codebook.schema

    def rows(
        self,
        codes: Int[Array, "n c"],
        labels: Int[Array, " n"],
        rng: np.random.Generator,
        *,
        components: Int[Array, " n"] | None = None,
        latents: Float[Array, "n m"] | None = None,
        drawn: bool = False,
    ) -> Float[Array, "n d"]:
        """Return rows with these codes, in the schema's encoding, of values that split points are midway between.

        Parameters
        ----------
        codes, labels
            Shapes (n, c) and (n,), the rows in the order of the table, by which multiplicities count them.
        rng
            What codes and midpoints leave open is drawn from it.
        components, latents
            Where rows lie in the problem's prior, as `Matched` and `Drawn` have them.
        drawn
            Whether this is one draw of many; see `Filling.rows`.
        """
        with extra_for("rebuilding a table from its counts"):
            from retrodict.matching.search.cell_values import cell_values  # compiled: imported when needed

        if self.filling is None or components is None or latents is None:
            inside = self.codebook.decode(codes, rng)
        else:
            inside = self.filling.rows(codes, components, latents, rng, drawn=drawn)
        rows = cell_values(self.problem, self.codebook, self.midpoints, codes, labels, inside)
        known = self.known_values
        return rows if known is None else np.where(np.isnan(known), rows, known)

    def target(self, labels: Int[Array, " n"]) -> Array:
        """Return class indices as they are, or a regressor's targets in raw units."""
        return labels if self.classes else self.raw_levels[labels]
