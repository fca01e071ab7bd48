"""Trees that were grown at random, without a target: rows are counted, and split points are drawn."""

from __future__ import annotations

from collections.abc import Iterator

from sklearn import ensemble

from retrodict.disclosures.kinds import Disclosure, SampleSize
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree_facts import node_counts, split_points
from retrodict.families.sklearn.structure.tree_arrays import tree_of


def embedding(step: ensemble.RandomTreesEmbedding, place: Place) -> Iterator[Disclosure]:
    """Yield what its trees count and where they split; their target was noise."""
    trees = [tree_of(tree, place.columns) for tree in step.estimators_]
    yield from node_counts(trees, place, "estimators_[*].tree_.n_node_samples")
    yield from split_points(trees, place, "estimators_[*].tree_.threshold")
    n = int(getattr(step, "_n_samples", 0) or trees[0].rows[0])
    if n > 0:
        yield SampleSize(n, features=(), source=place.at("_n_samples"), exact=place.exact)


READERS = {ensemble.RandomTreesEmbedding: embedding}
