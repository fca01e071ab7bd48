"""What a model file of XGBoost holds, as arrays, once it was checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

Array = np.ndarray

DELETED = 2**31 - 1
"""The feature of a node that was pruned away: it stays in the arrays, with all that it states."""


@dataclass(frozen=True, eq=False)
class BoostedTree:
    """One tree, over all nodes of its arrays: the root is the first, and pruned ones are among them.

    Parameters
    ----------
    left, right
        Children; -1 at leaves.
    feature
        The feature that is split; what stands at leaves means nothing.
    condition
        Values *below* it go left; at a leaf, what it adds to the score.
    default_left
        Whether missing values go left.
    by_set
        Whether the node splits by a set of categories: those in the set go right.
    sets
        The set of each such node, sorted.
    hessian, gain, weight
        What the file states of the training rows: the sum of hessians, what a split gained, and the value that a node
        would have as a leaf (of inner nodes before the learning rate, of leaves after it).
    """

    left: Int[Array, " nodes"]
    right: Int[Array, " nodes"]
    feature: Int[Array, " nodes"]
    condition: Float[Array, " nodes"]
    default_left: UInt8[Array, " nodes"]
    by_set: UInt8[Array, " nodes"]
    sets: dict[int, Int[Array, " m"]]
    hessian: Float[Array, " nodes"]
    gain: Float[Array, " nodes"]
    weight: Float[Array, " nodes"]

    @cached_property
    def pruned(self) -> Bool[Array, " nodes"]:
        """Which nodes are no longer in the tree."""
        return self.feature == DELETED

    @cached_property
    def leaf(self) -> Bool[Array, " nodes"]:
        """Which nodes of the tree are leaves."""
        return (self.left < 0) & ~self.pruned

    @cached_property
    def inner(self) -> Bool[Array, " nodes"]:
        """Which nodes of the tree are split."""
        return (self.left >= 0) & ~self.pruned


@dataclass(frozen=True, eq=False)
class Encoding:
    """The categories of one feature, in the order of their codes.

    Parameters
    ----------
    values
        Texts, or numbers.
    kind
        XGBoost's code of the type of numbers; ``None`` of texts.
    """

    values: tuple[Any, ...]
    kind: int | None = None


@dataclass(frozen=True, eq=False)
class Learner:
    """All that a model file says and that a reader knows.

    Parameters
    ----------
    version
        The release that wrote it.
    booster
        `gbtree`, `dart` or `gblinear`.
    objective, settings
        Its name and its settings.
    base
        The prediction that training began with, as the objective puts it out: one number, or one for each class.
    estimated
        Whether the library computed it, or took its default; ``None`` where the file does not say.
    width
        Features.
    names, types
        Of the features; empty where the model has none.
    classes
        Classes of a multi-class objective; else 0.
    trees, groups
        All trees, and the class (or 0) that each adds to.
    rounds
        Where each round of boosting begins in the trees, and the end of the last one; ``None`` where not stored.
    parallel
        Trees of each round and class.
    drops
        Weights of the trees of a `dart` booster.
    drops_inside
        Whether these stand with the trees (XGBoost 3.4 and later, which calls the booster `gbtree`).
    linear
        Weights of a `gblinear` booster, shape (width + 1, groups), the intercept last.
    linear_rounds
        How many rounds these took; ``None`` where not stored.
    encodings
        Categories by feature; ``None`` where it has none. Empty where none are stored.
    attributes
        Texts that training or users attach.
    unknown
        Paths of all in the file that no reader knows.
    targets
        How many it predicts, each by trees of its own.
    """

    version: tuple[int, ...]
    booster: Literal["gbtree", "dart", "gblinear"]
    objective: str
    settings: dict[str, dict[str, str]]
    base: tuple[float, ...]
    listed_base: bool
    estimated: bool | None
    width: int
    names: tuple[str, ...]
    types: tuple[str, ...]
    classes: int
    trees: tuple[BoostedTree, ...] = ()
    groups: Int[Array, " trees"] | None = None
    rounds: Int[Array, " rounds"] | None = None
    parallel: int = 1
    drops: Float[Array, " trees"] | None = None
    drops_inside: bool = False
    linear: Float[Array, " weights"] | None = None
    linear_rounds: int | None = None
    encodings: tuple[Encoding | None, ...] = ()
    has_encodings: bool = False
    attributes: dict[str, str] | None = None
    unknown: tuple[str, ...] = ()
    targets: int = 1

    @property
    def n_groups(self) -> int:
        """Scores of a row: one a class, or one a target."""
        return max(1, self.classes, self.targets)

    def setting(self, section: str, name: str, default: float) -> float:
        """Return a number among the objective's settings."""
        return float(self.settings.get(section, {}).get(name, default))

    @property
    def starts(self) -> Int[Array, " rounds"]:
        """Where each round begins in the trees, and the end of the last one."""
        if self.rounds is not None:
            return self.rounds
        return np.arange(0, len(self.trees) + 1, self.n_groups * self.parallel)

    @property
    def first_trees(self) -> range:
        """The trees of the first round, grown when every row had the score that training began with."""
        return range(int(self.starts[1]) if len(self.starts) > 1 else 0)
