"""Each tree with the rows that it was grown on, and the sums over them that its nodes state."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures.trees.tree_facts import Member
from retrodict.errors import ModelError, RequestError
from retrodict.families.sklearn.trees.ensembles import Ensemble
from retrodict.families.sklearn.trees.stages import stages_of
from retrodict.families.sklearn.trees.weights import balanced_weights, counts_of, listed_weights, weighted_counts, whole

Array = np.ndarray

_MEANS = {"squared_error", "friedman_mse", "poisson"}

MOST_DRAWS = 10**8
"""Trees times rows: each takes 8 bytes here and some more in the search, which is out of reach long before."""


@dataclass(frozen=True, eq=False)
class Grown:
    """One tree.

    Parameters
    ----------
    member
        The tree and its columns.
    draws
        How often each row was drawn for it, shape (n,).
    sums
        Class counts of its nodes, or sums of the target as it was fitted, draws counted, shape (nodes, C); ``None``
        where they can't be told.
    """

    member: Member
    draws: Int[Array, " n"]
    sums: Float[Array, "nodes C"] | None


def grown_of(group: Ensemble, notes: list[str]) -> list[Grown]:
    """Return the trees of an ensemble with their rows and sums.

    Parameters
    ----------
    group
        An ensemble grown on the whole table.
    notes
        Is added to where something is not disclosed.

    Raises
    ------
    ModelError
        If node counts or the seeds of the draws were stripped.
    RequestError
        If the rows of each tree are not disclosed, are more than can be laid out, or there are several outputs.
    """
    members = members_of(group)
    for member in members:
        seen = np.asarray(member.nodes.n_node_samples)
        if not len(seen) or (seen <= 0).any():
            raise ModelError(
                f"the {group.name} stores no node counts, so its table can't be rebuilt; "
                "give a prior and use the engine 'auto'"
            )
        if np.asarray(member.nodes.value).shape[1] != 1:
            raise RequestError(f"the {group.name} has several outputs; rebuild from a model of one output")
    draws = _draws(group, members)
    fits = [int((d > 0).sum()) == int(m.nodes.n_node_samples[0]) for d, m in zip(draws, members, strict=True)]
    if 2 * sum(fits) <= len(fits):  # one may fit by chance
        raise ModelError(
            f"the seeds of the {group.name} draw other rows than its roots count, for {fits.count(False)} of "
            f"{len(fits)} trees: they were changed, or rows weighed nothing; give a prior and use the engine 'auto'"
        )
    if not all(fits):
        notes.append(f"{fits.count(False)} trees of the {group.name} count other rows than their seeds draw; left out")
    members = [m for m, fit in zip(members, fits, strict=True) if fit]
    draws = [d for d, fit in zip(draws, fits, strict=True) if fit]
    sums = stages_of(group, members, notes) if group.boosted else _sums(group, members, draws)
    unknown = sum(s is None for s in sums)
    if unknown and not group.boosted:
        notes.append(_without_labels(group, unknown, len(sums)))
    return [Grown(m, d, s) for m, d, s in zip(members, draws, sums, strict=True)]


def members_of(group: Ensemble) -> list[Member]:
    """Return the trees of an ensemble, each with the columns that it splits."""
    estimator, columns = group.estimator, group.place.columns
    if group.single:
        return [Member(estimator, columns)]
    trees = list(np.ravel(estimator.estimators_)) if group.boosted else list(estimator.estimators_)
    if group.forest or group.boosted or group.reweighted:
        return [Member(t, columns) for t in trees]
    chosen = estimator.estimators_features_
    return [Member(t, tuple(columns[i] for i in own)) for t, own in zip(trees, chosen, strict=True)]


def _draws(group: Ensemble, members: Sequence[Member]) -> list[Array]:
    """Return how often each row was drawn for each tree, from the seeds that the file stores."""
    estimator, first = group.estimator, int(members[0].nodes.n_node_samples[0])
    _check_size(group, len(members), first)
    if group.boosted and estimator.subsample != 1.0:
        raise RequestError(
            f"the {group.name} drew rows for each stage (subsample={estimator.subsample:g}) and stores no seed of "
            "them, so its table can't be rebuilt; give a prior and use the engine 'auto'"
        )
    if group.single or group.boosted or group.reweighted:
        return [np.ones(first, dtype=np.int64)] * len(members)
    weights = getattr(estimator, "_sample_weight", None)
    if group.forest and not estimator.bootstrap:
        once = np.ones(first, dtype=np.int64) if weights is None else (np.asarray(weights) > 0).astype(np.int64)
        return [once] * len(members)
    seeds = [m.tree.random_state for m in members] if group.forest else getattr(estimator, "_seeds", None)
    n = getattr(estimator, "_n_samples", None)
    if seeds is None or n is None or not all(isinstance(seed, Integral) for seed in seeds):
        raise ModelError(
            f"the {group.name} stores no seeds of its draws (random_state of its trees was taken out), so which rows "
            "a tree saw is unknown and the table can't be rebuilt; give a prior and use the engine 'auto'"
        )
    told = copy.copy(estimator)
    told._sample_weight = weights  # files of releases before 1.9 lack it: rows were drawn alike
    return [np.bincount(rows, minlength=int(n)).astype(np.int64) for rows in told.estimators_samples_]


def _check_size(group: Ensemble, trees: int, first: int) -> None:
    """Refuse more draws than are laid out in memory: a file may say anything, and each is a number a row and tree."""
    told = [getattr(group.estimator, name, None) for name in ("_n_samples", "_max_samples", "_n_samples_bootstrap")]
    rows = max([first, *(int(count) for count in told if isinstance(count, Integral))])
    if rows * trees > MOST_DRAWS:
        raise RequestError(
            f"the {group.name} says that its {trees:,} trees were grown on {rows:,} rows; a table is rebuilt where "
            f"trees times rows are at most {MOST_DRAWS:,}; give a prior and use the engine 'auto'"
        )


def _sums(group: Ensemble, members: Sequence[Member], draws: Sequence[Array]) -> list[Array | None]:
    # A value under a monotonic constraint is clipped: no mean and no share.
    clipped = [getattr(m.tree, "monotonic_cst", None) is not None for m in members]
    if not hasattr(group.estimator, "classes_"):
        found = [_target_sums(m, d) for m, d in zip(members, draws, strict=True)]
    else:
        found = _class_counts(group, members, draws)
    return [None if cut else sums for sums, cut in zip(found, clipped, strict=True)]


def _target_sums(member: Member, draws: Array) -> Array | None:
    weighted = np.asarray(member.nodes.weighted_n_node_samples)
    if member.tree.criterion not in _MEANS or whole(weighted) is None or round(float(weighted[0])) != draws.sum():
        return None
    return np.asarray(member.nodes.value)[:, 0, :] * np.rint(weighted)[:, None]


def _class_counts(group: Ensemble, members: Sequence[Member], draws: Sequence[Array]) -> list[Array | None]:
    """Return class counts: the stored sums of weights, divided by the class weights that were set."""
    sums = [weighted_counts(m.nodes) for m in members]
    if group.reweighted:  # the first tree's rows weigh the same, and sum to one; later weights depend on the rows
        first = counts_of(sums[0] * len(draws[0]), np.ones(sums[0].shape[1]), len(draws[0]))
        return [first, *[None] * (len(sums) - 1)]
    estimator = group.estimator
    setting = getattr(estimator if group.single or group.forest else members[0].tree, "class_weight", None)
    # Since release 1.9 a forest that draws rows does so by their weights, which then count no more.
    by_weight = group.forest and estimator.bootstrap and getattr(estimator, "_sample_weight", None) is not None
    if setting is None or (by_weight and setting != "balanced_subsample"):
        return [counts_of(s, np.ones(s.shape[1]), d.sum()) for s, d in zip(sums, draws, strict=True)]
    seen = [np.asarray(m.nodes.n_node_samples) for m in members]
    plain = all(bool((d <= 1).all()) for d in draws)
    if isinstance(setting, dict):
        names = estimator.classes_ if group.single or group.forest else members[0].tree.classes_
        weights: list[Array | None] = [listed_weights(setting, np.asarray(names).tolist())] * len(sums)
    elif setting == "balanced_subsample" and estimator.bootstrap:
        weights = [
            balanced_weights([s], [rows], int(d.sum()), plain=False)
            for s, rows, d in zip(sums, seen, draws, strict=True)
        ]
    else:
        weights = [balanced_weights(sums, seen, len(draws[0]), plain)] * len(sums)
    each = zip(sums, weights, draws, strict=True)
    return [None if w is None else counts_of(s, w, d.sum()) for s, w, d in each]


def _without_labels(group: Ensemble, unknown: int, trees: int) -> str:
    many = "all" if unknown == trees else f"{unknown} of {trees}"
    what = "class counts" if hasattr(group.estimator, "classes_") else "sums of the target"
    return f"{group.name}: {many} trees count rows, but their {what} can't be told (weights, criterion or constraints)"
