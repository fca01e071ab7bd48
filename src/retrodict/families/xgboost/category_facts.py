"""What is stated of categories: their names, and how many rows had each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.kinds import Categories, CategoryCounts, Disclosure
from retrodict.disclosures.place import Place
from retrodict.families.xgboost.counts import UNWEIGHTED, Counted
from retrodict.families.xgboost.learner import BoostedTree, Learner
from retrodict.families.xgboost.paths import cats_path, tree_path

Array = np.ndarray

_LISTED = "of the column's list, taken or not"
_CODES = "codes that splits name; their names are not in the file"
_MOST = 200
"""Categories of a feature whose counts are solved for: it takes the cube of them."""


def category_facts(learner: Learner, place: Place, columns: Columns, rows: Counted | None) -> Iterator[Disclosure]:
    """Yield the categories of each feature that has some, and the counts that node counts leave no choice about."""
    sets: dict[int, set[int]] = {}
    for tree in learner.trees:
        for node, own in tree.sets.items():
            sets.setdefault(int(tree.feature[node]), set()).update(own.tolist())
    listed = {i for i, one in enumerate(learner.encodings) if one is not None}
    for i in sorted(listed | set(sets)):
        column = columns[i]
        encoding = learner.encodings[i] if i in listed else None
        names: Sequence[Any]
        if encoding is not None:
            names, exact, source = encoding.values, _LISTED, f"{cats_path(learner)}.enc[{i}]"
        else:
            names, exact, source = range(max(sets[i]) + 1), _CODES, tree_path(learner, "categories")
        told = tuple(names) if encoding is not None else tuple(sorted(sets[i]))
        shared: dict[str, Any] = {"features": (column.name if column.raw else column.label,)}
        yield Categories(told, **shared, source=place.at(source), exact=place.sample or exact)
        if rows is None or i not in sets or len(names) > _MOST:
            continue
        counts = _counts(learner, rows, i, len(names))
        if counts:
            yield CategoryCounts(
                tuple(names[code] for code in counts),
                tuple(float(n) for n in counts.values()),
                **shared,
                source=place.at(tree_path(learner, "sum_hessian")),
                exact=place.sample or UNWEIGHTED,
                personal=1 in counts.values(),
            )


def _counts(learner: Learner, rows: Counted, feature: int, k: int) -> dict[int, int]:
    """Return the categories whose numbers of rows follow from nodes that this feature alone leads to.

    Such a node holds all rows of some categories, and all without one or none of them: an equation with a one for each
    category. What they leave no choice about lies in the space that they span.
    """
    if len(set(rows.roots)) > 1:  # each tree had a draw of its own
        return {}
    lines: list[Array] = []
    totals: list[int] = []
    for i, counts in zip(rows.trees, rows.counts, strict=True):
        for held, n in _alone(learner.trees[i], counts, feature, k):
            lines.append(held)
            totals.append(n)
    system = np.array(lines)
    solved, *_ = np.linalg.lstsq(system, np.array(totals, dtype=np.float64), rcond=None)
    _, sizes, axes = np.linalg.svd(system, full_matrices=True)
    free = axes[int((sizes > sizes.max(initial=0.0) * 1e-9).sum()) :]
    sure = (np.abs(free) < 1e-9).all(axis=0)[:k]
    return {code: round(solved[code]) for code in np.flatnonzero(sure).tolist() if solved[code] > -0.5}


def _alone(tree: BoostedTree, counts: Array, feature: int, k: int) -> Iterator[tuple[Array, int]]:
    """Yield which categories (and, last, missing values) each node holds that no other feature leads to."""
    stack = [(0, np.ones(k + 1))]
    while stack:
        node, held = stack.pop()
        yield held, int(counts[node])
        if tree.feature[node] != feature or node not in tree.sets:
            continue
        right = np.zeros(k + 1)
        own = tree.sets[node]
        right[own[own < k]] = 1.0
        right[k] = 1.0 - tree.default_left[node]
        stack += [(int(tree.right[node]), held * right), (int(tree.left[node]), held * (1.0 - right))]
