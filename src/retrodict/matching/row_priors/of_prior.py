"""Any prior as a mixture over codes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from retrodict.matching.assumed import DRAWS, SEED
from retrodict.matching.problem import Targets
from retrodict.matching.row_prior import RowPrior
from retrodict.matching.row_priors.filling import Filling
from retrodict.matching.row_priors.joining import joined
from retrodict.matching.row_priors.kernel import kernel_part
from retrodict.matching.row_priors.of_marginals import marginals_part, raked_part
from retrodict.matching.row_priors.part import Part
from retrodict.matching.row_priors.sight import Sight
from retrodict.plain_text import listing
from retrodict.priors import (
    CopulaPrior,
    EmpiricalPrior,
    IndependentPrior,
    MixturePrior,
    Prior,
    RakedPrior,
    fit_prior,
)
from retrodict.priors.conditional.kernel import Sample
from retrodict.priors.contract import ByClass, Enumerable, class_prior, state_count
from retrodict.results.notes import Note

Array = np.ndarray

MOST_COMPONENTS = 1_000
"""Of one prior: a row is compared with each."""

ROWS_DRAWN = "prior_rows_drawn"
"""Code of the note that some of a sample's rows stand for all."""
NO_SUCH_CLASS = "classes_not_in_prior"
"""Code of the note on classes of the model that a prior of classes does not tell apart."""
AS_COPULA = "prior_taken_as_copula"
"""Code of the note on a prior that is known from draws."""

Laid = tuple[Part, Float[Array, " L"]]


@dataclass(frozen=True, eq=False)
class PriorInCodes:
    """A prior as the search takes it.

    Parameters
    ----------
    rows
        What is assumed of a row's codes.
    filling
        The way back to values.
    notes
        Where the one is not exactly the other.
    """

    rows: RowPrior
    filling: Filling
    notes: tuple[Note, ...]


def row_prior_of(prior: Prior, sight: Sight, targets: Targets, classes: Sequence[Hashable]) -> PriorInCodes:
    """Return a prior as a mixture over codes, by class where it knows classes.

    Independent features, copulas, samples and their mixtures are exactly what they are, but that each code has some
    chance. Of more weighted rows or cells than `MOST_COMPONENTS` that many are taken, evenly along the sample's first
    component; any other prior is known from draws, and taken as the copula of these.

    Parameters
    ----------
    prior
        Of raw features.
    sight
        What codes show of its rows.
    targets
        Whose labels rows have.
    classes
        What labels are called, in the order of their codes; empty for a regressor.

    Raises
    ------
    SchemaError
        If it has values that the model does not know.
    """
    notes: list[Note] = []
    labels = list(classes) or [None] * max(targets.size, 1)
    laid = _laid(prior, labels, sight, notes)
    parts = [part for part, _ in laid]
    shares = np.stack([share for _, share in laid], axis=1)
    axes = range(len(sight.book.axes))
    found = joined(
        parts, shares / shares.sum(axis=1, keepdims=True), [sight.size(a) for a in axes], [sight.gaps(a) for a in axes]
    )
    return PriorInCodes(found, Filling(parts, len(sight.book.schema)), tuple(dict.fromkeys(notes)))


def _laid(prior: Prior, labels: Sequence[Hashable], sight: Sight, notes: list[Note]) -> list[Laid]:
    """Return the parts of a prior, each with its share among the rows of each label."""
    own = {label: class_prior(prior, label) for label in labels}
    unknown = [str(label) for label, one in own.items() if one is None and label is not None]
    if isinstance(prior, ByClass) and unknown:
        text = f"the prior knows no class {listing(unknown)}: rows of it are taken to be like rows of all its classes"
        notes.append(Note(NO_SUCH_CLASS, text, classes=unknown))
    if any(one is not None for one in own.values()):
        out: list[Laid] = []
        for label in own:
            here = np.array([float(each == label) for each in labels])
            # Of a class that it does not know the prior says what it does of rows of all classes.
            out += [(part, here * share[0]) for part, share in _laid_alone(own[label] or prior, 1, sight, notes)]
        return out
    if isinstance(prior, MixturePrior):
        kept = [(w, part) for w, part in zip(prior.weights, prior.components, strict=True) if w > 0]
        return [(part, w * share) for w, one in kept for part, share in _laid(one, labels, sight, notes)]
    return _laid_alone(prior, len(labels), sight, notes)


def _laid_alone(prior: Prior, labels: int, sight: Sight, notes: list[Note]) -> list[Laid]:
    """Return the parts of what knows no classes, or is asked for none."""
    if isinstance(prior, MixturePrior):
        kept = [(w, part) for w, part in zip(prior.weights, prior.components, strict=True) if w > 0]
        return [(part, w * share) for w, one in kept for part, share in _laid_alone(one, labels, sight, notes)]
    return [(_part(prior, sight, notes), np.ones(labels))]


def _part(prior: Prior, sight: Sight, notes: list[Note]) -> Part:
    if isinstance(prior, IndependentPrior | CopulaPrior):
        return marginals_part(prior, sight)
    if isinstance(prior, EmpiricalPrior):
        return kernel_part(_fewer(prior.kernel(), notes), sight)
    if isinstance(prior, RakedPrior):
        found = raked_part(prior, sight)
        if len(found) <= MOST_COMPONENTS:
            return found
    elif isinstance(prior, Enumerable) and (state_count(prior) or MOST_COMPONENTS + 1) <= MOST_COMPONENTS:
        states, logs = prior.states()
        return kernel_part(EmpiricalPrior(prior.schema, states, 0.0, weights=np.exp(logs)).kernel(), sight)
    rows = prior.sample(DRAWS, np.random.default_rng(SEED))
    name = type(prior).__name__
    text = f"the prior ({name}) is known from {DRAWS:,} draws, and taken as marginals tied by a copula"
    notes.append(Note(AS_COPULA, text, prior=name, draws=DRAWS))
    fitted = fit_prior(prior.schema.decode(rows), "copula", schema=prior.schema)
    assert isinstance(fitted, CopulaPrior)
    return marginals_part(fitted, sight)


def _fewer(sample: Sample, notes: list[Note]) -> Sample:
    """Return a sample's rows, or as many of them as are compared with, in equal steps of their weights."""
    if len(sample.rows) <= MOST_COMPONENTS:
        return sample
    text = f"of the prior's {len(sample.rows):,} rows {MOST_COMPONENTS:,} are taken, evenly along their first component"
    notes.append(Note(ROWS_DRAWN, text, rows=len(sample.rows), taken=MOST_COMPONENTS))
    at = (np.arange(MOST_COMPONENTS) + 0.5) / MOST_COMPONENTS
    which = np.minimum(np.searchsorted(np.cumsum(sample.weights), at), len(sample.rows) - 1)
    which, counts = np.unique(which, return_counts=True)
    return replace(sample, rows=sample.rows[which], weights=counts / counts.sum())
