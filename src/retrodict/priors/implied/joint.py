"""How features go together, from the covariance matrices that a file states."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np

from retrodict.disclosures import Covariance
from retrodict.errors import PriorError
from retrodict.priors.copula import CopulaPrior
from retrodict.priors.correlation import Correlation
from retrodict.priors.implied.facts import Facts, by_trust
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.marginals import Marginal
from retrodict.results.notes import Note
from retrodict.schema import Schema

INDEPENDENT = Note("taken_as_independent", "features taken as independent: the file states no covariance")


def tied(
    schema: Schema,
    marginals: tuple[Marginal, ...],
    facts: Facts,
    notes: tuple[Note, ...],
    shares: Mapping[Hashable, float] | None,
) -> IndependentPrior | CopulaPrior:
    """Return the marginals tied by the correlations that are stated, or independent where none are."""
    stated: dict[tuple[str, str], Correlation] = {}
    sources = []
    for fact in by_trust(facts, Covariance):
        new = {pair: value for pair, value in _correlations(fact, schema).items() if pair not in stated}
        stated |= new
        text = f"{len(new)} correlations from {fact.source}"
        sources += [Note("correlations_stated", text, correlations=len(new), source=fact.source)] if new else []
    if not stated:
        return IndependentPrior(schema, marginals, (*notes, INDEPENDENT), shares)
    try:
        return CopulaPrior.from_stated(schema, marginals, tuple(stated.values()), (*notes, *sources), shares)
    except PriorError as error:
        dropped = Note(
            "correlations_left_out", f"stated correlations left out, as these marginals can't have them: {error}"
        )
        return IndependentPrior(schema, marginals, (*notes, dropped), shares)


def _correlations(fact: Covariance, schema: Schema) -> dict[tuple[str, str], Correlation]:
    numbers = {feature.name for feature in schema.features if not feature.listed}
    at = [i for i, name in enumerate(fact.features) if name in numbers and fact.matrix[i, i] > 0]
    sds = np.sqrt(np.diag(fact.matrix).clip(0.0))
    out = {}
    for k, i in enumerate(at):
        for j in at[:k]:
            pair = (fact.features[j], fact.features[i])
            value = float(np.clip(fact.matrix[i, j] / (sds[i] * sds[j]), -1.0, 1.0))
            out[min(pair), max(pair)] = Correlation(pair, value)
    return out
