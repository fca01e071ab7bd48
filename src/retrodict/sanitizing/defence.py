"""What can be done about leaf values of boosted trees without training data, each at the cost of other predictions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, get_args

import numpy as np
from jaxtyping import Bool, Float

from retrodict.errors import RequestError
from retrodict.plain_text import shown
from retrodict.results.arguments import check_choice, check_count, check_positive
from retrodict.sanitizing.leaf_trees import LeafTree, LeafTrees

Array = np.ndarray

DefenceKind = Literal["trees", "noise", "leaves"]
"""Keep the first rounds of trees alone; add noise to leaf values; join leaves of few rows."""

_FORM = "trees=25, noise=0.1 or leaves=40"


@dataclass(frozen=True)
class Defence:
    """One change of a model that takes from what its leaf values tell of single rows. No guarantee of privacy.

    Parameters
    ----------
    kind
        `trees`: keep the first rounds of boosting alone (several classes have a tree each in one). `noise`: add normal
        noise to leaf values. `leaves`: join leaves of fewer training rows with those beside them.
    amount
        How many rounds are kept; the noise's standard deviation as a share of that of all leaf values about their
        trees' means; how many rows every leaf has at least.

    Raises
    ------
    RequestError
        If the kind is none of these, or the amount none of its kind.
    """

    kind: DefenceKind
    amount: float

    def __post_init__(self) -> None:
        """Check kind and amount."""
        check_choice(self.kind, "defence", get_args(DefenceKind))
        if self.kind == "noise":
            check_positive(self.amount, "the noise, as a share of the leaf values' spread,")
        else:
            whole = int(self.amount) if self.amount == np.round(self.amount) else self.amount
            what = "the number of rounds to keep" if self.kind == "trees" else "the rows of a leaf"
            check_count(whole, what, least=1 if self.kind == "trees" else 2)

    @classmethod
    def of(cls, told: Any) -> Self:
        """Return the defence that a text such as ``trees=25`` names.

        Raises
        ------
        RequestError
            If it names none.
        """
        if isinstance(told, cls):
            return told
        name, equals, amount = str(told).partition("=")
        try:
            number = float(amount)
        except ValueError:
            number = np.nan
        if not equals or not np.isfinite(number):
            raise RequestError(f"a defence is a word and a number, such as {_FORM}; got {shown(str(told))}")
        return cls(name.strip(), number)  # type: ignore[arg-type]  # checked there

    def __str__(self) -> str:
        """Return it as `of` takes it."""
        return f"{self.kind}={self.amount:g}"

    @property
    def words(self) -> str:
        """What it does, in words."""
        if self.kind == "noise":
            return f"noise of {self.amount:g} of the spread of leaf values"
        if self.kind == "leaves":
            return f"leaves of {self.amount:g} training rows or more"
        return f"the first {self.amount:g} rounds of trees"

    def applied(self, every: LeafTrees, draw: np.random.Generator) -> LeafTrees:
        """Return trees with this change.

        Parameters
        ----------
        every
            The trees.
        draw
            Gives noise. Who can make the same draws can take it off again.

        Raises
        ------
        RequestError
            If they have no more rounds than are to be kept, or do not state the rows of their leaves.
        """
        if self.kind == "trees":
            return _shortened(every, int(self.amount))
        if self.kind == "noise":
            return _noisy(every, self.amount, draw)
        return replace(every, trees=tuple(_joined(tree, self.amount) for tree in every.trees))


def defences_of(told: Any) -> tuple[Defence, ...]:
    """Return the defences that are asked for: one or several, as `Defence.of` takes each; ``None`` is none."""
    if told is None:
        return ()
    several = isinstance(told, Iterable) and not isinstance(told, str)
    return tuple(Defence.of(one) for one in (told if several else (told,)))


def _shortened(every: LeafTrees, rounds: int) -> LeafTrees:
    if rounds >= every.rounds:
        raise RequestError(
            f"the model has {every.rounds:,} rounds of trees, and the first {rounds:,} were to be kept; name fewer"
        )
    return replace(every, trees=every.trees[: rounds * every.each_round])


def _noisy(every: LeafTrees, share: float, draw: np.random.Generator) -> LeafTrees:
    # about each tree's own mean: the first tree of some libraries has the start in its values
    apart = [own - own.mean(axis=0) for own in (tree.values[tree.leaf] for tree in every.trees)]
    spread = share * float(np.std(np.concatenate(apart)))
    return replace(
        every,
        trees=tuple(
            replace(tree, values=tree.values + spread * draw.standard_normal(tree.values.shape)) for tree in every.trees
        ),
    )


def _joined(tree: LeafTree, least: float) -> LeafTree:
    """Return a tree without splits that part off fewer rows; a new leaf has the mean of its rows' values."""
    if tree.rows is None:
        raise RequestError(
            "the model does not state how many training rows each leaf has, so that leaves can't be joined by it; use "
            "trees=... or noise=..., or give the model as it was before it was stripped"
        )
    ends = _parts_few(tree, tree.rows, least)
    values = tree.values.copy()
    for level in reversed(tree.levels):
        values[level] = _mean(values, tree.rows, tree.left[level], tree.right[level])
    left, right = (np.where(ends, -1, side) for side in (tree.left, tree.right))
    return replace(tree, left=left, right=right, values=values)


def _parts_few(tree: LeafTree, rows: Array, least: float) -> Bool[Array, " nodes"]:
    """Return which splits part off fewer rows than wanted; of trees by level, those of a level that is dropped."""
    out = np.zeros(len(rows), dtype=bool)
    dropped = True
    for level in reversed(tree.levels):
        sides = (rows[side[level]] for side in (tree.left, tree.right))
        fewest = np.minimum(*(np.where(own > 0, own, np.inf) for own in sides))
        few = fewest < least
        if not tree.by_level:
            # a leaf without rows tells nothing, and a split that parts off none stays
            out[level] = few
            continue
        dropped = dropped and bool(few.any())
        out[level] = dropped
    return out


def _mean(values: Array, rows: Array, left: Array, right: Array) -> Float[Array, "l outputs"]:
    """Return the mean of children's values, by their rows; of children without rows the plain mean."""
    one, other = rows[left, None], rows[right, None]
    total = one + other
    share = np.where(total > 0, one / np.where(total > 0, total, 1.0), 0.5)
    return share * values[left] + (1.0 - share) * values[right]
