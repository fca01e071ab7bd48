"""What a set of scikit-learn trees states: node counts, split points, and the grids that these show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.kinds import (
    ClassShares,
    Disclosure,
    Grid,
    NodeCounts,
    TargetMoments,
    TargetQuantiles,
    Thresholds,
    Values,
)
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.chains import grid_values
from retrodict.disclosures.trees.grids import distinct, grid_step
from retrodict.disclosures.trees.splits import Splits
from retrodict.disclosures.trees.stretches import stretches

_MEANS = {"squared_error", "mse", "friedman_mse"}
_MEDIAN, _DEVIANCE = "absolute_error", "poisson"


@dataclass(frozen=True)
class Member:
    """One fitted tree estimator, and the columns that it splits."""

    tree: Any
    columns: Columns

    @property
    def nodes(self) -> Any:
        """Its array structure."""
        return self.tree.tree_

    @property
    def midpoints(self) -> bool:
        """Whether its thresholds lie midway between two training values, not at random."""
        return self.tree.splitter == "best"

    @property
    def stripped(self) -> bool:
        """Whether its node counts were taken out, and with them what inner nodes would predict."""
        return int(self.nodes.n_node_samples[0]) <= 0

    @property
    def weighted(self) -> bool:
        """Whether rows counted unequally (or several times: a bootstrap draw)."""
        return not np.array_equal(self.nodes.weighted_n_node_samples, self.nodes.n_node_samples)


def node_counts(members: Sequence[Member], place: Place, source: str) -> Iterator[Disclosure]:
    """Yield the node counts of all members together, and how rows lie between their split points."""
    counts = tuple(np.asarray(m.nodes.n_node_samples) for m in members)
    if not counts or any(len(c) == 0 or c[0] <= 0 for c in counts):
        return  # stripped
    leaves = tuple(np.asarray(m.nodes.children_left) < 0 for m in members)
    yield from stretches((splits_of(m) for m in members), place, source)
    used = {m.columns[i].name for m in members for i in np.unique(m.nodes.feature) if i >= 0}
    names = dict.fromkeys(column.name for m in members for column in m.columns)
    yield NodeCounts(
        counts,
        leaves,
        tuple(np.asarray(m.nodes.weighted_n_node_samples) for m in members),
        features=tuple(name for name in names if name in used),
        source=place.at(source),
        exact=place.exact,
        personal=any(bool((c[leaf] == 1).any()) for c, leaf in zip(counts, leaves, strict=True)),
    )


def split_points(members: Sequence[Member], place: Place, source: str) -> Iterator[Disclosure]:
    """Yield each raw number's split points over all members, and the grid that midpoints show."""
    found: dict[str, list[float]] = {}
    scale: dict[str, float] = {}
    straight: set[str] = set()
    for member in members:
        features, thresholds = np.asarray(member.nodes.feature), np.asarray(member.nodes.threshold)
        for i in np.unique(features[features >= 0]):
            column = member.columns[i]
            mine = thresholds[(features == i) & np.isfinite(thresholds)]
            values = column.raw_numbers(mine)
            if values is None or not len(values):  # a split may part missing values from all others
                continue
            found.setdefault(column.name, []).extend(values.tolist())
            scale[column.name] = max(scale.get(column.name, 0.0), abs(column.scale))
            if column.number:
                straight.add(column.name)
    midpoints = all(member.midpoints for member in members)
    parted = {name: distinct(np.asarray(points), scale[name]) for name, points in found.items()}
    known = [name for name in parted if midpoints and name in straight]
    grids = {name: step for name in known if (step := grid_step(parted[name], scale[name])) is not None}
    forced = grid_values((splits_of(m) for m in members), grids) if grids else {}
    for name, values in parted.items():
        shared: dict[str, Any] = {"features": (name,), "source": place.at(source)}
        yield Thresholds(values, midpoints and name in straight, **shared, exact="to 32 bits")
        told = "as far as the split points show"
        if name in grids:
            yield Grid(grids[name], 0.0, len(values), **shared, exact=told)
        if len(forced.get(name, ())):
            yield Values(forced[name], **shared, exact=told, personal=None)


def splits_of(member: Member) -> Splits:
    """Return a member's structure, for the stretches of its leaves."""
    nodes = member.nodes
    arrays = (nodes.feature, nodes.threshold, nodes.children_left, nodes.children_right, nodes.n_node_samples)
    return Splits(member.columns, *(np.asarray(array) for array in arrays))


def root_target(member: Member, place: Place, source: str, exact: bool | str = True) -> Iterator[Disclosure]:
    """Yield class shares or target moments of the rows at one tree's root."""
    value = np.asarray(member.nodes.value)[0]
    if value.shape[0] != 1 or member.stripped:
        return
    told = place.sample or exact
    if hasattr(member.tree, "classes_"):
        shares = value[0] / value[0].sum()
        if member.weighted or getattr(member.tree, "class_weight", None) is not None:
            told = "of the rows as weighted" if told is True else told
        yield ClassShares(
            place.classes(member.tree), tuple(shares.tolist()), features=(), source=place.at(source), exact=told
        )
        return
    told = "of the rows as weighted" if told is True and member.weighted else told
    yield from of_target(member.tree.criterion, value[0, 0], member.nodes.impurity[0], place, source, told)


def of_target(
    criterion: str, value: Any, impurity: Any, place: Place, source: str, exact: bool | str
) -> Iterator[Disclosure]:
    """Yield what a root's value and impurity say of the target, which depends on what its tree makes least."""
    shared: dict[str, Any] = {"features": (), "source": place.at(source), "exact": exact}
    if criterion == _MEDIAN:
        yield TargetQuantiles((0.5,), place.targets([value]), **shared)
    elif place.target is None and (criterion in _MEANS or criterion == _DEVIANCE):
        yield TargetMoments(float(value), float(impurity) if criterion in _MEANS else None, **shared)
