"""Make a prior agree with all node counts of a model's trees together, and so tie its features."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

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
from retrodict.schema import Feature, Schema

Array = np.ndarray

Sum = tuple[Int[Array, " n"], Float[Array, " k"]]
"""Which of k groups each row is in, and the share that each group is to have."""

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
    trees = trees_of(facts, prior.schema)
    if not trees:
        return prior
    start = start_of(prior, trees, DRAWS)
    # last, so that the shares of missing values stay those that are stated
    kept = [gap_share(prior.schema, start.X, j) for j, f in missing_features(prior.schema) if f.name not in free]
    weights = weighted(start.weights, [*falls(trees, prior.schema, start.X), *kept], len(kept))
    return start.weighing(weights, raked_note(trees), prior.class_shares)


def trees_of(facts: Facts, schema: Schema) -> list[RawTree]:
    """Return the trees that count all rows; none where they split one feature only, whose own facts say as much."""
    names = set(schema.names)
    trees = [tree for fact in by_trust(facts, NodeCounts) for tree in fact.trees if set(tree.names) <= names]
    return trees if len({name for tree in trees for name in tree.names}) > 1 else []


def falls(trees: list[RawTree], schema: Schema, X: Float[Array, "n d"]) -> list[Sum]:
    """Return, for each tree, the node at which each row stops and the share of rows that is to stop there."""
    return [(fallen(tree, schema, X), tree.rows / tree.rows[0]) for tree in trees]


def raked_note(trees: list[RawTree]) -> Note:
    """Say how rows are weighted."""
    told = "the leaves of one tree" if len(trees) == 1 else f"the leaves of {len(trees)} trees"
    text = f"weighted so that rows fall into {told} as often as the training rows did"
    return Note("raked_to_leaves", text, trees=len(trees))


def gap_share(schema: Schema, X: Float[Array, "n d"], j: int) -> Sum:
    """Return which rows lack a value, and the stated share of them: what is to hold whatever the leaves say."""
    missing = schema.features[j].missing
    return np.isnan(X[:, j]).astype(np.int32), np.array([1.0 - missing, missing])


@dataclass(frozen=True, eq=False)
class Start:
    """Rows of a prior before they are weighted.

    Parameters
    ----------
    prior
        Whose rows they are.
    edges
        For each feature, the latents at which its cells meet.
    X, cells, weights
        The rows, the cells that they lie in, and their probabilities.
    """

    prior: IndependentPrior
    edges: tuple[Array, ...]
    X: Float[Array, "n d"]
    cells: Int[Array, "n d"]
    weights: Float[Array, " n"]

    def weighing(self, weights: Float[Array, " n"], note: Note, shares: Mapping[Hashable, float] | None) -> RakedPrior:
        """Return the prior whose rows have these weights."""
        notes = (*(told for told in self.prior.notes if told != INDEPENDENT), note)
        return RakedPrior(self.prior, self.edges, self.cells, np.isnan(self.X), weights, notes, shares)


def start_of(prior: IndependentPrior, trees: list[RawTree], most: int) -> Start:
    """Return rows of a prior in the cells that trees tell apart, at most so many."""
    split = {name for tree in trees for name in tree.names}
    edges = tuple(
        _edges(marginal, _cuts(trees, name) if name in split else np.empty(0))
        for name, marginal in zip(prior.schema.names, prior.marginals, strict=True)
    )
    return Start(prior, edges, *_rows(prior, edges, most))


def _rows(
    prior: IndependentPrior, edges: tuple[Array, ...], most: int
) -> tuple[Float[Array, "n d"], Int[Array, "n d"], Float[Array, " n"]]:
    """Return rows of a prior, the cells that they lie in, and their probabilities: all states where these are few."""
    count, d = prior.n_states(), len(edges)
    most = max(min(most, MOST_VALUES // d), 1)
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
    by_set = [(at, schema[tree.names[tree.feature[at]]]) for at in (*tree.categories, *tree.apart)]
    slot, lefts = _listed_ways(tree, [(at, feature) for at, feature in by_set if feature.listed])
    ways = {at: _way(tree, at) for at, feature in by_set if not feature.listed}
    parted[[at for at, way in ways.items() if way is None]] = False
    going = np.arange(len(X))
    while len(going := going[parted[node[going]]]):
        here = node[going]
        values = X[going, columns[tree.feature[here]]]
        left = np.where(tree.down[here], values >= tree.threshold[here], values <= tree.threshold[here])
        place = slot[here]
        if (listed := place >= 0).any():
            left[listed] = lefts[place[listed], np.nan_to_num(values[listed]).astype(np.intp)]
        for at in np.intersect1d(here, list(ways)).tolist() if ways else ():
            mine, way = here == at, ways[at]
            if way is not None:
                left[mine] = way(values[mine])
        if tree.missing_left is not None:
            missing = np.isnan(values)
            left[missing] = tree.missing_left[here[missing]]
        node[going] = np.where(left, tree.left[here], tree.right[here])
    return node


def _listed_ways(tree: RawTree, nodes: list[tuple[int, Feature]]) -> tuple[Int[Array, " nodes"], Bool[Array, "k c"]]:
    """Return a line for each node that splits a list, -1 for others, and in that line which codes go left."""
    slot = np.full(len(tree.feature), -1)
    slot[[at for at, _ in nodes]] = np.arange(len(nodes))
    codes = {
        feature.name: {category: i for i, category in enumerate(feature.categories)}
        for _, feature in dict(nodes).items()
    }
    lefts = np.zeros((len(nodes), max((len(own) for own in codes.values()), default=0)), dtype=bool)
    for line, (at, feature) in zip(lefts, nodes, strict=True):
        named = tree.categories[at] if at in tree.categories else tree.apart[at]
        line[:] = at not in tree.categories
        line[[codes[feature.name][category] for category in named if category in codes[feature.name]]] ^= True
    return slot, lefts


def _way(tree: RawTree, at: int) -> Callable[[Array], Array] | None:
    """Return which numbers go left where a node splits by categories; ``None`` where these are no numbers."""
    named = tree.categories[at] if at in tree.categories else tree.apart[at]
    if not all(isinstance(category, int | float) for category in named):
        return None
    numbers = np.array(sorted(named), dtype=np.float64)
    return lambda values: np.isin(values, numbers) == (at in tree.categories)


def weighted(start: Float[Array, " n"], sums: list[Sum], last: int) -> Float[Array, " n"]:
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


def _set_right(weights: Array, sums: list[Sum]) -> Array:
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
