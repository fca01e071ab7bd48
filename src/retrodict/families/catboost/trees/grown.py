"""The trees of CatBoost with the values and weights of their leaves at their nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.trees.tree import Tree
from retrodict.families.catboost.content import Content
from retrodict.families.catboost.read_trees import leaf_places, trees_of
from retrodict.families.catboost.settings import told_of

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Grown:
    """One tree as it was grown.

    Parameters
    ----------
    tree
        Its arrays.
    values
        What a row in each leaf adds to each output, shape (nodes, K); zero at inner nodes.
    weights
        Of the rows in each leaf, shape (nodes,), NaN at inner nodes; ``None`` where the file has none.
    followed
        Whether rows can be followed through it: no split asks for a statistic of categories. Such a statistic was
        another for every row while it was trained.
    """

    tree: Tree
    values: Float[Array, "nodes K"]
    weights: Float[Array, " nodes"] | None
    followed: bool


def grown_of(content: Content, columns: Columns, hashes: Mapping[str, Mapping[Any, int]]) -> tuple[Grown, ...]:
    """Return all trees.

    Parameters
    ----------
    content
        The model.
    columns
        What its columns go back to.
    hashes
        The hash of each category, by the raw feature's name and the category as the schema has it.
    """
    trees = trees_of(content, columns, told_of(content))
    named: Columns | None = None
    out = []
    for tree, places in zip(trees, leaf_places(content), strict=True):
        named = _named(content, tree.columns, len(columns), hashes) if named is None else named
        leaf = places >= 0
        values = np.zeros((len(places), content.dimension))
        values[leaf] = content.trees.values.reshape(-1, content.dimension)[places[leaf]]
        weights = None
        if len(content.trees.weights):
            weights = np.full(len(places), np.nan)
            weights[leaf] = content.trees.weights[places[leaf]]
        followed = not bool(((tree.feature < 0) & ~leaf).any())
        out.append(Grown(_gaps_right(replace(tree, columns=named)), values, weights, followed))
    return tuple(out)


def _gaps_right(tree: Tree) -> Tree:
    """Return a tree in which splits that part missing values from all others send these left, as elsewhere.

    Where missing values count as beneath all borders, CatBoost asks whether a value lies above a border beneath all.
    """
    turned = np.isneginf(tree.threshold) & (tree.feature >= 0)
    if not turned.any():
        return tree
    left, right = np.where(turned, tree.right, tree.left), np.where(turned, tree.left, tree.right)
    return replace(tree, left=left, right=right, threshold=np.where(turned, np.inf, tree.threshold), asked=None)


def _named(content: Content, columns: Columns, width: int, hashes: Mapping[str, Mapping[Any, int]]) -> Columns:
    """Return columns whose indicators name categories as the schema does, by their hashes."""
    asked = (int(value) & 0xFFFFFFFF for one in content.one_hots for value in one.values)
    return (*columns[:width], *_indicators(columns[width:], asked, hashes))


def _indicators(columns: Columns, asked: Iterator[int], hashes: Mapping[str, Mapping[Any, int]]) -> Iterator[Column]:
    for column, wanted in zip(columns, asked, strict=True):
        found = [own for own, hashed in hashes.get(column.name, {}).items() if hashed == wanted]
        own = found[0] if found else column.category
        yield replace(column, categories=(own,), category=own)
