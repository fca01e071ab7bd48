"""What is assumed of a feature before any count is matched: what the model states of it, or what its cuts span."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.result import Disclosures
from retrodict.errors import PriorError
from retrodict.matching.axes import Axis, NumberAxis
from retrodict.matching.codebook import Codebook
from retrodict.priors.contract import Marginals
from retrodict.priors.implied import implied_prior
from retrodict.priors.marginals import Marginal, Uniform, constant, listed, sample_marginal
from retrodict.schema import Feature, Schema

Array = np.ndarray

DRAWS = 20_000
"""Rows drawn of a prior to know its shares: to about one in a hundred of the commonest."""
SEED = 0
"""What is assumed is the same in every run, whatever the run's seed."""
MISSING = 0.1
"""The share of missing values where splits show some but nothing says how many."""
_BY_CUTS = 0.5
"""How much equal shares of cells count beside what is stated: neither alone is nearer to rows of all tables tried."""
UNSEEN = 0.5
"""Added to the draws of each code, so that none is ruled out."""


def implied_features(schema: Schema, found: Disclosures) -> tuple[Schema, tuple[Marginal | None, ...]]:
    """Return the schema with what the model states of each feature, and the marginals that these statements imply.

    Each feature is asked for on its own, so that one of which nothing is stated does not hide the others: its marginal
    is ``None``.
    """
    pairs = [_implied(feature, found) for feature in schema.features]
    features = tuple(feature for feature, _ in pairs)
    return Schema(features, schema.target, schema.named), tuple(marginal for _, marginal in pairs)


def _implied(feature: Feature, found: Disclosures) -> tuple[Feature, Marginal | None]:
    try:
        prior = implied_prior(found, Schema((feature,)))
    except PriorError:
        return feature, None
    told = prior.schema.features[0]
    if told.listed != feature.listed:  # codes follow the model's own kind of column
        return feature, None
    if not isinstance(prior, Marginals):  # stored rows, or a mixture of classes
        return told, drawn_marginal(told, prior.sample(DRAWS, np.random.default_rng(SEED))[:, 0])
    return told, prior.marginals[0]


def drawn_marginal(feature: Feature, column: Float[Array, " n"]) -> Marginal:
    """Return the marginal of one feature's draws, in the schema's encoding; missing ones tell nothing of its values."""
    present = column[~np.isnan(column)]
    if feature.listed:
        return listed(np.bincount(present.astype(np.int64), minlength=len(feature.categories)))
    return sample_marginal(present, integer=feature.kind == "integer", feature=feature.name)


def spanned(feature: Feature, axis: Axis | None) -> Marginal:
    """Return equal shares of categories, or a uniform over the known range or what the cuts span."""
    if feature.listed:
        return listed(np.ones(len(feature.categories)))
    low, high = _span(axis)
    low = feature.low if feature.low is not None else low
    high = feature.high if feature.high is not None else max(high, low)
    return Uniform(low, high) if low < high else constant(min(low, high))


def _span(axis: Axis | None) -> tuple[float, float]:
    """Return what the cuts span, widened by their mean distance.

    A number that many trees could split on and none does is most likely constant, and a column that is, is most often
    an indicator that no row has.
    """
    cuts = axis.cuts if isinstance(axis, NumberAxis) else np.empty(0)
    if not len(cuts):
        return 0.0, 0.0
    room = float(cuts[-1] - cuts[0]) / (len(cuts) - 1) if len(cuts) > 1 else max(1.0, abs(float(cuts[0])))
    return float(cuts[0]) - room, float(cuts[-1]) + room


def as_cut(book: Codebook, chances: Sequence[Float[Array, " k"]]) -> tuple[Float[Array, " k"], ...]:
    """Return chances of codes that go halfway to equal shares of a number's cells.

    Trees cut between values of the training rows, and so oftener where there are more of them: that a cell was cut out
    says as much of its share as what is stated of the feature.

    Parameters
    ----------
    book
        Codes that trees of the table cut, midway between two values of its rows.
    chances
        What is stated of each feature's codes.
    """
    out = []
    for axis, own in zip(book.axes, chances, strict=True):
        if isinstance(axis, NumberAxis):
            present = 1.0 - own[axis.missing] if axis.gaps else 1.0
            equal = np.full(len(own), present / (len(own) - axis.gaps))
            if axis.gaps:
                equal[axis.missing] = own[axis.missing]
            own = (1.0 - _BY_CUTS) * own + _BY_CUTS * equal
        out.append(own)
    return tuple(out)


def chances_of(book: Codebook) -> tuple[Float[Array, " k"], ...]:
    """Return the share of each code among rows of the marginals; none is zero, since counts may ask for any."""
    rng = np.random.default_rng(SEED)
    rows = np.column_stack([m.quantile_z(rng.standard_normal(DRAWS)) for m in book.marginals])
    features = {feature.name: feature for feature in book.schema.features}
    out = []
    for axis, codes in zip(book.axes, book.encode(rows).T, strict=True):
        counts = np.bincount(codes, minlength=axis.size) + UNSEEN
        shares = counts / counts.sum()
        if axis.gaps:
            missing = features[axis.name].missing or MISSING
            shares = np.append((1.0 - missing) * shares[:-1] / shares[:-1].sum(), missing)
        out.append(shares)
    return tuple(out)
