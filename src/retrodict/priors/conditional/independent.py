"""One column of features that know nothing of one another: its marginal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from retrodict.priors.conditional.law import Law, Normals, Part
from retrodict.priors.conditional.others import log_densities, others_of
from retrodict.priors.marginals import Marginal
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray


def independent_law(
    schema: Schema,
    marginals: Sequence[Marginal],
    X: Float[Array, "n d"],
    column: int,
    notes: tuple[Note, ...] = (),
) -> Law:
    """Return the marginal of a column for each row; see `Conditional.given_others`."""
    n = len(X)
    latent = Normals(np.zeros((n, 1)), np.ones((n, 1)), np.ones(n))

    def evidence() -> tuple[Array, Array]:
        others = others_of(marginals, X, column)
        logs, atoms = log_densities(marginals, others)
        return logs.sum(axis=1) + others.rates(schema), atoms.sum(axis=1)

    part = Part(marginals[column], latent, np.ones(n))
    return Law((part,), np.full(n, schema.features[column].missing), evidence, notes)
