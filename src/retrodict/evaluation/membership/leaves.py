"""Members that leaves of one row give away: a leaf that states a count of 1 and a label holds one such row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from retrodict import time_limit
from retrodict.disclosures import Disclosures, NodeCounts
from retrodict.disclosures.trees.raw_trees import RawTree
from retrodict.evaluation.membership.asked import Asked, Scores
from retrodict.priors.implied.raking import fallen
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

NAME = "single-row leaves"

_EQUAL = 1e-6
"""Share of the target's range within which a leaf's value is a row's own: files keep some in 32 bits."""


def leaf_scores(asked: Asked, found: Disclosures) -> Iterator[Scores]:
    """Yield the attack that follows each row to its leaf in each tree; nothing where no tree states labels and counts.

    A leaf of one row whose label is that of the row speaks for it, one of another label against it: the row that is
    counted there is not this one. The score is the difference of their numbers, as a share of the trees. In a bootstrap
    draw two members in three are counted, which is enough. Only what the file states is used: splits, counts, labels.

    Parameters
    ----------
    asked
        Rows of both kinds.
    found
        What the file states.
    """
    started = time.perf_counter()
    schema, sides = _schema(asked, found), (asked.members.rows, asked.others.rows)
    X, y = np.concatenate([side.X for side in sides]), np.concatenate([side.y for side in sides])
    told, done, grown = np.zeros(len(X)), 0, list(_grown(asked, found, schema, y))
    for tree, labels, classes in grown:
        if done and time_limit.left() <= 0.0:
            break
        time_limit.check("rows had been followed to their leaves")
        told += _of_tree(tree, schema, X, labels, classes)
        done += 1
    if done:
        m, score = len(asked.members), told / done
        few = f"{NAME}: rows were followed in {done:,} of {len(grown):,} trees, for which there was time"
        notes = (Note("cut_short", few, trees=done, of=len(grown)),) if done < len(grown) else ()
        seconds = time.perf_counter() - started
        yield Scores(NAME, "from_file", score[:m], score[m:], seconds=seconds, notes=notes)


def _grown(
    asked: Asked, found: Disclosures, schema: Schema, y: Float[Array, " n"]
) -> Iterator[tuple[RawTree, Float[Array, " n"], bool]]:
    """Yield each tree that states labels, with each row's own as it has them, and whether these are classes."""
    for fact in found.of(NodeCounts):
        labels = _target(asked, fact, y)
        if labels is None:
            continue
        for tree in (*fact.trees, *fact.drawn):
            if tree.value is not None and set(tree.names) <= set(schema.names):
                yield tree, labels, bool(fact.labels)


def _of_tree(tree: RawTree, schema: Schema, X: Array, own: Float[Array, " n"], classes: bool) -> Int[Array, " n"]:
    """Return 1 where a row falls into a leaf of one row with its label, -1 where with another, else 0."""
    value = tree.value
    assert value is not None
    node = fallen(tree, schema, X)
    alone = (tree.rows[node] == 1) & (tree.left[node] < 0)
    if tree.missing_left is None:  # where rows without a value go is not known
        alone &= ~np.isnan(X[:, [schema.names.index(name) for name in tree.names]]).any(axis=1)
    if classes:
        right = value[node].argmax(axis=1) == own
    else:
        right = np.abs(value[node, 0] - own) <= _EQUAL * max(float(np.ptp(own)), 1e-300)
    return np.where(alone, np.where(right, 1, -1), 0)


def _target(asked: Asked, fact: NodeCounts, y: Float[Array, " n"]) -> Float[Array, " n"] | None:
    """Return each row's label as the trees' values have it: a place among their classes, or a number."""
    if fact.labels is None or bool(fact.labels) != asked.labels:
        return None
    if not fact.labels:
        return y
    places = {str(label): i for i, label in enumerate(fact.labels)}
    order = np.array([places.get(str(label), -1) for label in asked.inputs.schema.target.classes], dtype=np.float64)
    return np.asarray(order[y.astype(np.intp)])


def _schema(asked: Asked, found: Disclosures) -> Schema:
    """Return the features of the tables as the model calls them."""
    features, schema = asked.inputs.features, asked.inputs.schema
    if len(found.names) == len(features) and not set(found.names) <= set(schema.names):
        features = tuple(replace(one, name=name) for one, name in zip(features, found.names, strict=True))
    return Schema(features, schema.target, schema.named)
