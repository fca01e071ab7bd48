"""Counts of the rows of each category by what the schema calls it: its hash is the key of what the file counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from retrodict.disclosures.kinds import CategoryCounts, CategoryHashes, Disclosure, NodeCounts, Stretches
from retrodict.disclosures.trees.raw_trees import RawTree

Array = np.ndarray


def named_counts(facts: Iterable[Any], labels: Mapping[str, Mapping[Any, int]]) -> Iterator[Disclosure]:
    """Yield how many rows had each category of a schema, of each class too, where hashes are counted.

    Parameters
    ----------
    facts
        All that a model states.
    labels
        The hash of each category of each listed column.
    """
    told = [one for one in facts if isinstance(one, CategoryHashes) and one.counts is not None]
    told.sort(key=lambda one: not one.classes)  # what is counted by class tells more
    for name, known in labels.items():
        fact = next((one for one in told if one.features == (name,)), None)
        if fact is None or fact.counts is None or not known:
            continue
        counts = np.asarray(fact.counts).reshape(len(fact.hashes), -1)
        row = {hashed: i for i, hashed in enumerate(fact.hashes)}
        mine = np.array([counts[row[one]] if one in row else np.zeros(counts.shape[1]) for one in known.values()])
        columns: list[tuple[Any, Array]] = [(None, mine.sum(axis=1))]
        if fact.classes:
            columns += [(label, mine[:, k]) for k, label in enumerate(fact.classes)]
        for within, own in columns:
            yield CategoryCounts(
                tuple(known),
                tuple(int(n) for n in own),
                features=(name,),
                source=fact.source,
                exact=fact.exact,
                personal=bool((own == 1).any()),
                within=within,
            )


def renamed(fact: Any, labels: Mapping[str, Mapping[Any, int]]) -> Any:
    """Return a fact of categories, which a file calls by their hashes, with the names that a schema gives them.

    Parameters
    ----------
    fact
        Anything that a model states.
    labels
        The hash of each category of each listed column.
    """
    names = {name: {f"#{hashed}": label for label, hashed in own.items()} for name, own in labels.items()}
    if isinstance(fact, NodeCounts):
        return replace(fact, trees=tuple(_named(tree, names) for tree in fact.trees))
    if not isinstance(fact, Stretches) or fact.category is None or fact.features[0] not in names:
        return fact
    return replace(fact, category=names[fact.features[0]].get(fact.category, fact.category))


def _named(tree: RawTree, names: Mapping[str, Mapping[Any, Any]]) -> RawTree:
    """Return a tree whose splits by single categories have a schema's names for them."""
    apart = {}
    for node, own in tree.apart.items():
        known = names.get(tree.names[tree.feature[node]], {})
        apart[node] = frozenset(known.get(one, one) for one in own)
    return replace(tree, apart=apart)
