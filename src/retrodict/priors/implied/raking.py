"""Make a prior agree with all node counts of a model's trees together, and so tie its features."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures import NodeCounts
from retrodict.disclosures.trees.raw_trees import RawTree
from retrodict.priors.columns import missing_features
from retrodict.priors.implied.facts import Facts, by_trust
from retrodict.priors.implied.joint import INDEPENDENT
from retrodict.priors.independent import IndependentPrior
from retrodict.priors.marginals import FiniteMarginal, Marginal
from retrodict.priors.raked import RakedPrior
from retrodict.priors.restricted_draw import latents_of
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

DRAWS = 40_000
"""Rows of the prior that are weighted: boxes that one in ten thousand of them falls into are still met."""

MOST_VALUES = 4_000_000
"""Values of these rows at most: with many features there are fewer rows."""

SEED = 0
"""What is implied is the same in every run, whatever the run's seed."""

PASSES = 10
"""Over all trees; later ones change little."""

LEAST = 0.01
"""Of the rows: how many must count for, effectively. Weights that leave fewer are flattened until so many do."""

_HALVINGS = 30
"""Of the power that flattens."""


def raked(prior: IndependentPrior, facts: Facts, free: frozenset[str] = frozenset()) -> IndependentPrior | RakedPrior:
    """Return a prior whose rows fall into the leaves of the model's trees as often as the training rows did.

    Each leaf of each tree states how many of all rows lie in a box of several features: not only how each is
    distributed, but how they go together. Of all distributions that agree with these counts, the one nearest to the
    prior (of least Kullback-Leibler divergence) weighs each row by one factor a leaf, found by setting one tree's
    counts right after the other (iterative proportional fitting: Deming & Stephan, 1940; Csiszar, 1975). Each such
    step brings the prior nearer to the training table, whatever the table is, as that agrees with the counts itself.

    What leaves state of classes beside adds nothing here. Given a leaf's count, how many of its rows are of a class
    splits its weight among the classes and leaves their sum, which alone is the prior; and by class a row is weighed
    with the model's own ``Q(y|x)``, which all leaves have made.

    Parameters
    ----------
    prior
        What is known of each feature alone.
    facts
        Of all rows.
    free
        Features whose share of missing values is not known: the counts tell it as far as they do.

    Returns
    -------
    IndependentPrior or RakedPrior
        The prior itself where no tree counts all rows, or splits one feature only.
    """
    names = set(prior.schema.names)
    trees = [tree for fact in by_trust(facts, NodeCounts) for tree in fact.trees if set(tree.names) <= names]
    split = {name for tree in trees for name in tree.names}
    if len(split) < 2:
        return prior
    edges = tuple(
        _edges(marginal, _cuts(trees, name) if name in split else np.empty(0))
        for name, marginal in zip(prior.schema.names, prior.marginals, strict=True)
    )
    X, cells, start = _rows(prior, edges)
    sums = [(fallen(tree, prior.schema, X), tree.rows / tree.rows[0]) for tree in trees]
    gaps = [  # last, so that the shares of missing values stay those that are stated
        (np.isnan(X[:, j]).astype(np.int32), np.array([1.0 - feature.missing, feature.missing]))
        for j, feature in missing_features(prior.schema)
        if feature.name not in free
    ]
    weights = _weights(start, [*sums, *gaps], len(gaps))
    told = "the leaves of one tree" if len(trees) == 1 else f"the leaves of {len(trees)} trees"
    text = f"weighted so that rows fall into {told} as often as the training rows did"
    note = Note("raked_to_leaves", text, trees=len(trees))
    notes = (*(told for told in prior.notes if told != INDEPENDENT), note)
    return RakedPrior(prior, edges, cells, np.isnan(X), weights, notes, prior.class_shares)


def _rows(
    prior: IndependentPrior, edges: tuple[Array, ...]
) -> tuple[Float[Array, "n d"], Int[Array, "n d"], Float[Array, " n"]]:
    """Return rows of a prior, the cells that they lie in, and their probabilities: all states where these are few."""
    count, d = prior.n_states(), len(edges)
    most = max(min(DRAWS, MOST_VALUES // d), 1)
    if count is not None and count <= most:
        X, logs = prior.states()
        listed = [{value: i for i, value in enumerate(m.values().tolist())} for m in _finite(prior)]
        placed = [[places.get(value, 0) for value in X[:, j].tolist()] for j, places in enumerate(listed)]
        return X, np.array(placed, dtype=np.int32).T, np.exp(logs)
    z = np.random.default_rng(SEED).standard_normal((most, prior.latent_dim))
    cells = [np.searchsorted(own, z[:, j], side="left") for j, own in enumerate(edges)]
    return prior.transport(z), np.column_stack(cells).astype(np.int32), np.full(most, 1.0 / most)


def _finite(prior: IndependentPrior) -> list[FiniteMarginal]:
    return [marginal for marginal in prior.marginals if isinstance(marginal, FiniteMarginal)]


def fallen(tree: RawTree, schema: Schema, X: Float[Array, "n d"]) -> Int[Array, " n"]:
    """Return the node at which each row stops: a leaf, or a split that has no way back, or one of unknown gaps."""
    node = np.zeros(len(X), dtype=np.int32)
    columns = np.array([schema.names.index(name) for name in tree.names])
    parted = tree.feature >= 0
    if tree.missing_left is None:  # where rows without a value would go is not known: all stop
        parted[parted] = np.array([not schema[name].missing for name in tree.names])[tree.feature[parted]]
    lefts = {at: _goes_left(tree, at, schema) for at in tree.categories}
    going = np.arange(len(X))
    while len(going := going[parted[node[going]]]):
        here = node[going]
        values = X[going, columns[tree.feature[here]]]
        left = np.where(tree.down[here], values >= tree.threshold[here], values <= tree.threshold[here])
        for at in np.intersect1d(here, list(lefts)).tolist() if lefts else ():
            mine = here == at
            left[mine] = lefts[at][np.nan_to_num(values[mine]).astype(np.intp)]
        if tree.missing_left is not None:
            missing = np.isnan(values)
            left[missing] = tree.missing_left[here[missing]]
        node[going] = np.where(left, tree.left[here], tree.right[here])
    return node


def _goes_left(tree: RawTree, at: int, schema: Schema) -> Array:
    """Return, by code, whether a category goes left."""
    feature = schema[tree.names[tree.feature[at]]]
    listed = feature.categories if feature.listed else range(2)
    return np.array([category in tree.categories[at] for category in listed], dtype=bool)


def _weights(
    start: Float[Array, " n"], sums: list[tuple[Int[Array, " n"], Float[Array, " k"]]], last: int
) -> Float[Array, " n"]:
    """Return the weights of rows, which sum to one, after setting the shares of each tree right in turn.

    Parameters
    ----------
    start
        Weights to begin with.
    sums
        Which node each row falls into, and the share that each node is to have.
    last
        How many of them, at the end, are to hold whatever the others lose by.
    """
    weights = start.copy()
    for _ in range(PASSES):
        weights = _set_right(weights, sums)
    return _set_right(_flattened(start, weights), sums[len(sums) - last :])


def _set_right(weights: Array, sums: list[tuple[Array, Array]]) -> Array:
    for node, shares in sums:
        now = np.bincount(node, weights, len(shares))
        factor = np.divide(shares, now, out=np.ones_like(now), where=now > 0)
        weights = weights * factor[node]
        weights /= weights.sum()
    return weights


def _flattened(start: Array, weights: Array) -> Array:
    """Return weights whose change from the start is to a power that leaves enough effective rows."""
    change = np.divide(weights, start, out=np.zeros_like(weights), where=start > 0)

    def flat(power: float) -> Array:
        changed = start * change**power
        return np.asarray(changed / changed.sum())

    def share(power: float) -> float:
        return 1.0 / float((flat(power) ** 2 / np.where(start > 0, start, 1.0)).sum())

    if share(1.0) >= LEAST:
        return weights
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if share(middle) >= LEAST else (low, middle)
    return flat(low)


def _cuts(trees: list[RawTree], name: str) -> Array:
    """Return the thresholds of a feature over all trees."""
    parts = [t.threshold[t.feature == t.names.index(name)] for t in trees if name in t.names]
    cuts = np.unique(np.concatenate(parts))
    return cuts[np.isfinite(cuts)]


def _edges(marginal: Marginal, cuts: Array) -> Array:
    """Return the latents at which cells meet: every value of a listed marginal is a cell of its own."""
    if isinstance(marginal, FiniteMarginal):
        return np.asarray(marginal.breaks())
    found = np.unique(latents_of(marginal, cuts)[0]) if len(cuts) else cuts
    return found[np.isfinite(found)]
