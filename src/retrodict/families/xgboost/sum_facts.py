"""What the sums at the nodes of trees state: counts, gradients, hessians, gains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.kinds import Disclosure, GradientSums, NodeCounts, NodeSums, SampleSize
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.raw_trees import raw_trees
from retrodict.disclosures.trees.stretches import stretches
from retrodict.families.xgboost.counts import UNWEIGHTED, Counted, share_fits
from retrodict.families.xgboost.exactness import PRECISION, exactness, of_rows
from retrodict.families.xgboost.grown import all_grown, listed
from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.paths import tree_path
from retrodict.families.xgboost.rates import Rates, gradients
from retrodict.families.xgboost.settings_facts import Configuration
from retrodict.families.xgboost.start_facts import class_shares

Array = np.ndarray

_FIRST = "of the rows that were drawn for the first tree"
_MOST_LEAVES = 30_000
"""Leaves that stretches are read from: later trees of a large model repeat what the first ones say."""

_QUANTILES = frozenset(("reg:absoluteerror", "reg:quantileerror"))
"""Their leaves are set to quantiles of what is left to predict."""


def rows_of(learner: Learner, found: Counted | None, whole: bool | None) -> int | None:
    """Return how many rows there were, where the trees leave no doubt that they saw all.

    Parameters
    ----------
    learner
        The model.
    found
        Counts of its trees.
    whole
        Whether every tree had all rows, as its configuration says; ``None`` where there is none.
    """
    if found is None or len(set(found.roots)) > 1 or whole is False:
        return None
    n = found.roots[0]
    if whole or (found.every and len(found.roots) > 1):
        return n
    shares = class_shares(learner) if learner.estimated else None
    # a share of all rows is seldom one of the rows that were drawn
    return n if shares is not None and all(share_fits(share, n) for share in shares) else None


def sum_facts(
    learner: Learner,
    place: Place,
    columns: Columns,
    found: Counted | None,
    n: int | None,
    rates: Rates | None,
    config: Configuration | None,
) -> Iterator[Disclosure]:
    """Yield what the nodes of all trees state.

    Parameters
    ----------
    learner
        The model.
    place, columns
        Where it stands, and its input columns.
    found
        Counts of its trees, or of the first ones.
    n
        Rows, where known.
    rates
        The learning rate and the penalty, where known.
    config
        How training was set, where that is kept.
    """
    split = {int(i) for tree in learner.trees for i in np.unique(tree.feature[tree.inner])}
    names = tuple(dict.fromkeys(columns[i].name if columns[i].raw else columns[i].label for i in sorted(split)))
    if found is not None:
        yield from _counts(learner, place, columns, names, found, n)
    told = ", ".join([PRECISION, *of_rows(learner, config, found, n)])
    shared: dict[str, Any] = {"features": names, "exact": place.sample or told}
    leaves = tuple(tree.leaf for tree in learner.trees)
    yield GradientSums(
        "quantile" if learner.objective in _QUANTILES and rates is None else "sum",
        len(learner.trees),
        int(sum(own.sum() for own in leaves)),
        None if rates is None else rates.rate,
        None if rates is None else rates.penalty,
        features=names,
        exact=place.sample or exactness(learner, config, rates, found, n),
        source=place.at(tree_path(learner, "split_conditions")),
    )
    for statistic, name in (("hessian", "sum_hessian"), ("gain", "loss_changes")):
        sums = tuple((tree.hessian if name == "sum_hessian" else tree.gain).astype(float) for tree in learner.trees)
        if any(own.any() for own in sums):
            yield NodeSums(statistic, sums, leaves, **shared, source=place.at(tree_path(learner, name)))
    if any(tree.weight[tree.inner].any() for tree in learner.trees):
        source = place.at(tree_path(learner, "base_weights"))
        if rates is None:
            own = tuple(np.where(tree.leaf, np.nan, tree.weight.astype(float)) for tree in learner.trees)
            yield NodeSums("gradient over hessian", own, leaves, **shared, source=source)
        else:
            own = tuple(gradients(tree, rates) for tree in learner.trees)
            yield NodeSums("gradient", own, leaves, **shared, source=source)


def _counts(
    learner: Learner, place: Place, columns: Columns, names: tuple[str, ...], found: Counted, n: int | None
) -> Iterator[Disclosure]:
    source = tree_path(learner, "sum_hessian")
    trees = [learner.trees[i] for i in found.trees]
    live = [~tree.pruned for tree in trees]
    counts = tuple(own[kept] for own, kept in zip(found.counts, live, strict=True))
    leaves = tuple(tree.leaf[kept] for tree, kept in zip(trees, live, strict=True))
    drawn, lists = len(set(found.roots)) > 1, listed(columns, learner.encodings)
    told = place.sample or (f"of each tree's draw, {UNWEIGHTED}" if drawn else UNWEIGHTED)
    yield NodeCounts(
        counts,
        leaves,
        trees=() if drawn or place.sample else raw_trees(all_grown(trees, lists, found.counts)),
        features=names,
        source=place.at(source),
        exact=told,
        personal=any(bool((own[leaf] == 1).any()) for own, leaf in zip(counts, leaves, strict=True)),
    )
    sizes = np.cumsum([int(own.sum()) for own in leaves])
    first = max(1, int(np.searchsorted(sizes, _MOST_LEAVES, side="right")))
    for one in stretches(all_grown(trees[:first], columns, found.counts[:first]), place, source):
        yield replace(one, exact=told if first == len(trees) else f"{told}; of the first {first:,} trees")
    rows = found.roots[0] if n is None and not drawn else n
    if rows is not None:
        exact = place.sample or (UNWEIGHTED if n is not None else f"{_FIRST}, {UNWEIGHTED}")
        yield SampleSize(rows, features=(), source=place.at(source), exact=exact)
