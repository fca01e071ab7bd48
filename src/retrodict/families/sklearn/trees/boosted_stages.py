"""A model of boosting in stages as equations: what its two kinds have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree
from retrodict.families.sklearn.trees.boosted_labels import class_statement, counts_alone, target_statement
from retrodict.families.sklearn.trees.losses import BoostedLoss
from retrodict.families.sklearn.trees.target_levels import target_levels
from retrodict.matching.boosting import COUNTS, ROWS, BoostedTree, Boosting, Statement
from retrodict.matching.capability import Source
from retrodict.matching.inferring.steps import Steps
from retrodict.matching.losses import Membership
from retrodict.results.notes import Note

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class BoostedStages(ABC):
    """A fitted estimator of boosting, read once.

    Parameters
    ----------
    estimator
        The fitted estimator.
    place
        Where it stands.
    trees
        Of each stage, one an output.
    """

    estimator: Any
    place: Place
    trees: list[list[Tree]]

    @property
    def classes(self) -> int:
        """How many; 0 of a regressor."""
        return len(self.estimator.classes_) if hasattr(self.estimator, "classes_") else 0

    @property
    @abstractmethod
    def stated(self) -> Steps:
        """Its settings, and its start, which predictions need; the rows that its first tree counts, if it does."""

    @property
    def midway(self) -> bool:
        """Whether split points lie midway between two values of their node's rows."""
        return False

    @property
    def starts_in_balance(self) -> bool:
        """Whether the start is the share of the classes or the mean of the targets of all rows of the first trees."""
        return True

    @abstractmethod
    def loss(self, steps: Steps, counted: bool) -> tuple[BoostedLoss | None, str]:
        """Return the loss, or why leaf values are no sums that are known.

        Parameters
        ----------
        steps
            How leaf values were made.
        counted
            Whether nodes count their rows.
        """

    @abstractmethod
    def value(self, turn: int, output: int) -> Float[Array, " nodes"]:
        """Return what a tree's leaves add to the score; inner nodes are not read."""

    @abstractmethod
    def told(
        self,
        turn: int,
        output: int,
        values: Float[Array, " nodes"],
        steps: Steps,
        loss: BoostedLoss,
        rows: int | None,
        slack: float | Array,
        counted: bool,
    ) -> Iterable[Statement]:
        """Yield what one tree states beside its counts.

        Parameters
        ----------
        turn, output, values
            Which tree, and what its leaves add to the score.
        steps, loss
            How leaf values were made.
        rows
            How many rows the table has, where that is not stated otherwise.
        slack
            How far a sum may be off by rounding.
        counted
            Whether nodes count their rows.
        """

    def drawn(self, counted: bool) -> list[Int[Array, " n"]] | None:
        """Return how often each row was drawn for each stage; ``None`` where all were.

        Parameters
        ----------
        counted
            Whether nodes count their rows.

        Raises
        ------
        ModelError
            If rows were drawn, and nothing tells which.
        """
        return None

    def boosting(self, steps: Steps, source: Source, notes: list[Note]) -> Boosting:
        """Return its equations.

        Parameters
        ----------
        steps
            How leaf values were made.
        source
            What to take: all that is stated, or leaf values alone.
        notes
            Is added to.
        """
        counted = source == "file" and not self.trees[0][0].stripped
        loss, why = self.loss(steps, counted)
        if loss is None:
            counts_alone(self.estimator, self.place, why, counted=counted, notes=notes)
        draws = self.drawn(counted)
        values = [
            [np.where(t.leaf, self.value(i, k), 0.0) for k, t in enumerate(ts)] for i, ts in enumerate(self.trees)
        ]
        classes = self.place.classes(self.estimator) if self.classes else ()
        assumed = None
        if loss is not None and not classes:
            assumed = target_levels(self.trees[0][0], values[0][0], steps, loss.name, stated=counted)
        start = np.array(steps.start)
        gradient = 1.0 if assumed is None else assumed.gradient
        found: list[BoostedTree] = []
        for turn, stage in enumerate(self.trees):
            for output, tree in enumerate(stage):
                own, told = values[turn][output], list[Statement]()
                if counted:
                    told.append(Statement(ROWS, COUNTS, np.where(tree.leaf, tree.rows.astype(np.float64), np.nan)))
                if loss is not None:
                    rows = steps.rows if turn == output == 0 and not counted else None
                    slack = loss.slack(tree.rows if counted else float(steps.rows or 1), gradient)
                    told += self.told(turn, output, own, steps, loss, rows, slack, counted)
                    if turn == 0 and self.starts_in_balance:
                        told += (
                            class_statement(loss, steps, output, len(own))
                            if classes
                            else target_statement(loss, steps, gradient, len(own))
                        )
                times = None if draws is None else draws[turn]
                found.append(BoostedTree(tree, own, output, turn, tuple(told), times))
        return Boosting(
            self.place,
            tuple(found),
            loss or Membership(),
            start,
            classes,
            np.empty(0) if classes else start[:1] if assumed is None else assumed.ends,
            steps.rows,
            typical=None if assumed is None else assumed.typical,
            midway=self.midway,
        )
