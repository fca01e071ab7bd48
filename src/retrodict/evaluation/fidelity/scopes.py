"""The tables that are measured in each scope: all rows with their target, and each class without it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.evaluation.beside import FEWEST
from retrodict.evaluation.controls import random_table
from retrodict.results.notes import Note
from retrodict.tables.encoded import Inputs
from retrodict.tables.titles import HOLDOUT, REBUILT, TRAIN

Array = np.ndarray

RECONSTRUCTION, PRIOR, LABELLED, RANDOM, FRESH = (
    "reconstruction",
    "prior alone",
    "prior, labelled by the model",
    "random",
    "held-out",
)
OVERALL, WITHIN = "overall", "within classes"
MOST_CLASSES = 10


@dataclass(frozen=True, eq=False)
class Scope:
    """Tables that are compared.

    Parameters
    ----------
    name
        `overall`, or `class` and its label.
    share
        Of the training rows.
    real
        The training rows.
    others
        The reconstruction and its controls, all of as many rows.
    """

    name: str
    share: float
    real: Float[Array, "n d"]
    others: dict[str, Float[Array, "m d"]]


@dataclass(frozen=True, eq=False)
class Sources:
    """Rows to take tables from, in random order.

    Parameters
    ----------
    inputs
        Reconstruction, training rows and held-out rows.
    prior
        Rows of the prior, features only; ``None`` where there is none.
    labelled
        Rows of the prior with the labels that the model gives them; ``None`` without a model.
    most
        Rows of a table, at most.
    notes
        What came up on the way; it grows.
    """

    inputs: Inputs
    prior: Float[Array, "n f"] | None
    labelled: Float[Array, "n d"] | None
    most: int
    notes: list[Note] = field(default_factory=list)

    def scopes(self, rng: np.random.Generator) -> list[Scope]:
        """Return all rows, then each class (the most frequent ones), that have enough rows."""
        real, rebuilt, fresh = (self.inputs.tables[title] for title in (TRAIN, REBUILT, HOLDOUT))
        m = min(self.most, len(rebuilt), len(fresh), self.most if self.prior is None else len(self.prior))
        labels = rng.permutation(rebuilt[:m, -1])
        others = {RECONSTRUCTION: rebuilt[:m]}
        if self.prior is not None:
            others[PRIOR] = np.column_stack([self.prior[:m], labels])
        if self.labelled is not None:
            taken = self._labelled(rebuilt[:m, -1])
            if taken is not None:
                others[LABELLED] = taken
        others |= {RANDOM: _random(real, m, rng), FRESH: fresh[:m]}
        found = [Scope(OVERALL, 1.0, real[: self.most], others)]
        classes = self.inputs.layout.columns[-1].categories
        counts = np.bincount(real[:, -1].astype(np.int64), minlength=len(classes)) if classes else np.zeros(0)
        order = [int(c) for c in np.argsort(-counts, kind="stable") if counts[c]]
        if len(order) > MOST_CLASSES:
            text = f"of {len(order)} classes, the {MOST_CLASSES} most frequent are measured on their own"
            self.notes.append(Note("most_classes", text, classes=len(order), measured=MOST_CLASSES))
        for c in order[:MOST_CLASSES]:
            before = sum(len(scope.others[RECONSTRUCTION]) for scope in found[1:])
            scope = self._of_class(c, f"class {classes[c]}", counts[c] / len(real), before, rng)
            found += [] if scope is None else [scope]
        return found

    def _of_class(self, c: int, name: str, share: float, before: int, rng: np.random.Generator) -> Scope | None:
        real, rebuilt, fresh = (
            table[table[:, -1] == c, :-1] for table in (self.inputs.tables[t] for t in (TRAIN, REBUILT, HOLDOUT))
        )
        few = [
            f"{len(rows)} of {title}"
            for title, rows in ((TRAIN, real), (REBUILT, rebuilt), (HOLDOUT, fresh))
            if len(rows) < FEWEST
        ]
        if few:
            text = f"{name} is not measured on its own: it has {', '.join(few)}, and {FEWEST} are needed"
            self.notes.append(Note("class_too_small", text, scope=name))
            return None
        m = min(self.most, len(rebuilt), len(fresh), self.most if self.prior is None else len(self.prior))
        others = {RECONSTRUCTION: rebuilt[:m]}
        if self.prior is not None:
            # It knows nothing of classes. Each gets rows of its own, as far as there are: their errors are taken to be
            # independent where classes are averaged.
            others[PRIOR] = np.roll(self.prior, -before, axis=0)[:m]
        if self.labelled is not None:
            own = self.labelled[self.labelled[:, -1] == c, :-1]
            if len(own) >= m:
                others[LABELLED] = own[:m]
            else:
                text = f"{name}: the model labels {len(own):,} rows of the prior so; {m:,} are needed"
                self.notes.append(Note("too_few_labelled", text, scope=name, rows=len(own), needed=m))
        others |= {RANDOM: _random(self.inputs.tables[TRAIN][:, :-1], m, rng), FRESH: fresh[:m]}
        return Scope(name, float(share), real[: self.most], others)

    def _labelled(self, labels: Array) -> Array | None:
        """Return rows that the model labelled, as many of each class as given; ``None`` where there are too few."""
        assert self.labelled is not None
        if not self.inputs.layout.columns[-1].listed:
            return self.labelled[: len(labels)]
        taken = np.empty((len(labels), self.labelled.shape[1]))
        for c, count in zip(*np.unique(labels, return_counts=True), strict=True):
            own = self.labelled[self.labelled[:, -1] == c]
            if len(own) < count:
                return None
            taken[labels == c] = own[:count]  # in the order of the labels: parts of the table are taken later
        return taken


def _random(real: Array, m: int, rng: np.random.Generator) -> Array:
    """Return `m` rows, each cell uniform over its column's range or codes."""
    drawn = random_table(pd.DataFrame(real), rng).to_numpy(dtype=np.float64)
    while len(drawn) < m:
        drawn = np.vstack([drawn, random_table(pd.DataFrame(real), rng).to_numpy(dtype=np.float64)])
    return drawn[:m]
