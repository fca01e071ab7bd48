"""Make a mixture of classes agree with the leaves of trees, which count the rows of all classes together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from retrodict.priors.columns import missing_features
from retrodict.priors.copula import CopulaPrior
from retrodict.priors.implied.facts import Facts, overall
from retrodict.priors.implied.raking import (
    DRAWS,
    Start,
    Sum,
    falls,
    gap_share,
    raked_note,
    start_of,
    trees_of,
    weighted,
)
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.marginals import FiniteMarginal
from retrodict.priors.raked import RakedPrior

Array = np.ndarray

Part = IndependentPrior | CopulaPrior


def raked_classes(
    parts: Sequence[Part], shares: Sequence[float], facts: Facts, free: frozenset[str], told: frozenset[str]
) -> tuple[Part | RakedPrior, ...]:
    """Return the priors of classes so that their rows together fall into the leaves of trees as the training rows did.

    A row is drawn with its class. Of all distributions of both that agree with the leaves' counts, the classes' shares
    and the shares of categories that are stated by class, it is the one nearest to the mixture (see `raked`): a feature
    of which nothing is told by class comes to differ between the classes as far as the leaves show that it goes with
    those of which something is.

    Parameters
    ----------
    parts
        A prior of each class.
    shares
        Of the classes.
    facts
        Of the model.
    free
        Features whose share of missing values is not known.
    told
        Features of which something is told by class.

    Returns
    -------
    tuple
        The parts themselves where no tree counts all rows, or one ties its features by covariances.
    """
    alone = [part for part in parts if isinstance(part, IndependentPrior)]
    schema = parts[0].schema
    trees = trees_of(overall(facts), schema)
    if not trees or len(alone) < len(parts):
        return tuple(parts)
    weights = np.asarray(shares) / np.sum(shares)
    starts = [start_of(part, trees, max(DRAWS // len(parts), 1)) for part in alone]
    X = np.concatenate([start.X for start in starts])
    of = np.repeat(np.arange(len(starts)), [len(start.X) for start in starts])
    begun = np.concatenate([share * start.weights for share, start in zip(weights, starts, strict=True)])
    by_class = [j for j, feature in enumerate(schema.features) if feature.listed and feature.name in told]
    gaps = [j for j, f in missing_features(schema) if f.name not in free and j not in by_class]
    kept = [_class_shares(starts, weights, j, of, X) for j in by_class] + [gap_share(schema, X, j) for j in gaps]
    kept.append((of, weights))
    found = weighted(begun, [*falls(trees, schema, X), *kept], len(kept))
    note = raked_note(trees)
    return tuple(start.weighing(found[of == k], note, None) for k, start in enumerate(starts))


def _class_shares(
    starts: list[Start], weights: Float[Array, " k"], j: int, of: Int[Array, " n"], X: Float[Array, "n d"]
) -> Sum:
    """Return which class and category (or gap) each row is of, and the share that each is to have."""
    width = len(starts[0].prior.schema.features[j].categories) + 1
    out = np.zeros((len(starts), width))
    for row, start, weight in zip(out, starts, weights, strict=True):
        marginal, missing = start.prior.marginals[j], start.prior.schema.features[j].missing
        if isinstance(marginal, FiniteMarginal):
            row[marginal.values().astype(np.int64)] = weight * (1.0 - missing) * marginal.probabilities()
        row[-1] = weight * missing
    codes = np.where(np.isnan(X[:, j]), width - 1, np.nan_to_num(X[:, j])).astype(np.int64)
    return of * width + codes, out.ravel()
