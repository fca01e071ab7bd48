"""What the root of a scikit-learn tree states of the target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from retrodict.disclosures.kinds import ClassShares, Disclosure, TargetMoments, TargetQuantiles
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree

_MEANS = {"squared_error", "mse", "friedman_mse"}
"""Criteria under which a node's value is a mean, and its impurity a variance."""
_MEDIAN, _DEVIANCE = "absolute_error", "poisson"


def root_target(
    estimator: Any, tree: Tree, place: Place, source: str, exact: bool | str = True
) -> Iterator[Disclosure]:
    """Yield class shares or target moments of the rows at one tree's root.

    Parameters
    ----------
    estimator
        The tree itself, whose classes and criterion say what its values are.
    tree
        Its arrays.
    """
    if tree.stripped or tree.value is None or tree.impurity is None or tree.value.shape[1] != 1:
        return
    value = tree.value[0, 0]
    told = place.sample or exact
    if hasattr(estimator, "classes_"):
        if not value.sum() > 0:  # leaves alone were given counts, as in private forests
            return
        shares = value / value.sum()
        if tree.weighted or getattr(estimator, "class_weight", None) is not None:
            told = "of the rows as weighted" if told is True else told
        yield ClassShares(
            place.classes(estimator), tuple(shares.tolist()), features=(), source=place.at(source), exact=told
        )
        return
    told = "of the rows as weighted" if told is True and tree.weighted else told
    yield from of_target(estimator.criterion, value[0], tree.impurity[0], place, source, told)


def of_target(
    criterion: str, value: Any, impurity: Any, place: Place, source: str, exact: bool | str
) -> Iterator[Disclosure]:
    """Yield what a root's value and impurity say of the target, which depends on what its tree makes least."""
    shared: dict[str, Any] = {"features": (), "source": place.at(source), "exact": exact}
    if criterion == _MEDIAN:
        yield TargetQuantiles((0.5,), place.targets([value]), **shared)
    elif place.target is None and (criterion in _MEANS or criterion == _DEVIANCE):
        yield TargetMoments(float(value), float(impurity) if criterion in _MEANS else None, **shared)
