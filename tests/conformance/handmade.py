"""The least that satisfies each protocol of models, written by hand: a formula over two columns."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from retrodict.disclosures import Rows, SampleSize
from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree
from retrodict.matching import Reading, read_problem
from retrodict.matching.boosting import COUNTS, GRADIENTS, BoostedTree, Boosting, Statement
from retrodict.matching.linear_reading import LinearReading, linear_reading_of
from retrodict.matching.losses import LossKind, PlainLoss
from retrodict.sanitizing.plan import Plan, Trim
from retrodict.schema import Feature, Schema, Target

FEATURES = (Feature("x", low=0.0, high=1.0), Feature("job", "categorical", categories=("a", "b", "c")))


class _Handmade:
    """The members of `Model`, and nothing else."""

    family = "hand-made"
    likelihood = "a formula"
    fingerprint = "formula:1"

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def bind(self, schema: Schema) -> Any:
        return type(self)(schema)

    def _score(self, X: np.ndarray) -> np.ndarray:
        margin = 4.0 * X[:, self.schema.names.index("x")] - 2.0
        if "job" not in self.schema.names:
            return margin
        names = np.array([str(category) for category in self.schema["job"].categories])
        return margin + (names[X[:, self.schema.names.index("job")].astype(int)] == "b")


class Chance(_Handmade):
    def log_proba(self, X: np.ndarray) -> np.ndarray:
        margin = self._score(X)
        return -np.column_stack([np.logaddexp(0.0, margin), np.logaddexp(0.0, -margin)])


class Line(_Handmade):
    noise_scale: float | None = 0.25
    noise_source = "known"

    def with_noise(self, scale: float, source: str) -> Any:
        other = type(self)(self.schema)
        other.noise_scale, other.noise_source = scale, source
        return other

    def predict(self, X: np.ndarray) -> np.ndarray:
        return self._score(X)


class Keeper(Chance):
    """One that keeps two of its three training rows, the last first, and says so: `Disclosing`."""

    train = pd.DataFrame({"x": [0.25, 0.5, 0.75], "job": ["a", "b", "c"], "y": ["no", "no", "yes"]})

    def disclose(self, train: Any = None) -> list[Any]:
        rows = np.array([[0.75, "c"], [0.25, "a"]], dtype=object)
        whole = {"source": "kept", "exact": True, "features": self.schema.names}
        return [Rows(rows=rows, labels=("yes", "no"), index=(2, 0), personal=True, **whole), SampleSize(3, **whole)]


class Stump(Chance):
    """One of a single split of three rows, two of them below 0.5, all of job a: `TreeTable`."""

    train = pd.DataFrame({"x": [0.2, 0.3, 0.7], "target": ["no", "no", "yes"]})

    def table_rows(self, found: Any) -> int | None:
        return 3

    def table_problem(self, found: Any) -> Reading:
        return read_problem(DecisionTreeClassifier(max_depth=1).fit(self.train[["x"]], self.train["target"]))


class Boosted(Chance):
    """One boosted tree of a single split at 0.5, grown on the rows of `Stump`: `EquationTable`."""

    train = Stump.train
    rate = 0.5

    def table_equations(self, found: Any, source: Any, rows: int | None = None) -> LinearReading:
        place = Place("", (Column.start("x"),))
        is_yes, right = (self.train["target"] == "yes").to_numpy(), (self.train["x"] > 0.5).to_numpy()
        sums = np.array([np.sum((0.5 - is_yes)[side]) for side in (~right, right)])  # gradients of even chances
        counts = np.array([(~right).sum(), right.sum()])
        tree = Tree(
            place.columns,
            feature=np.array([0, -1, -1]),
            threshold=np.array([0.5, 0.0, 0.0]),
            left=np.array([1, -1, -1]),
            right=np.array([2, -1, -1]),
            rows=np.array([counts.sum(), *counts]),
        )
        values = -self.rate * sums / (0.25 * counts)
        stated = Statement("gradients", GRADIENTS, np.array([np.nan, *sums]))
        if source == "file":
            told = (Statement("rows", COUNTS, np.array([np.nan, *counts.astype(float)])), stated)
        else:  # values (H + 0) + rate G = 0
            step = np.array([[0.0, self.rate, value, 0.0] for value in (0.0, *values)])
            told = (Statement("leaf values", step, np.array([np.nan, 0.0, 0.0])),)
            told += (Statement("rows", COUNTS, np.array([float(rows or 3), np.nan, np.nan])),)
        grown = BoostedTree(tree, np.array([0.0, *values]), 0, 0, told)
        known = int(counts.sum()) if source == "file" else rows
        boosting = Boosting(
            place, (grown,), PlainLoss(LossKind.LOGISTIC), np.zeros(1), ("no", "yes"), np.empty(0), known
        )
        return linear_reading_of(self.schema, boosting, found)


class Forgetful(Keeper):
    """One that can forget how many rows it saw, which it does not need: `Strippable`."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self.seen: int | None = 3

    def disclose(self, train: Any = None) -> list[Any]:
        seen = vars(self).get("seen")
        return [] if seen is None else [SampleSize(seen, features=(), source="seen")]

    @property
    def fingerprint(self) -> str:  # type: ignore[override]
        return f"formula:{vars(self).get('seen')}"

    def duplicate(self) -> Any:
        return copy.deepcopy(self)

    def plan(self) -> Plan:
        trim = Trim(Plan(), "")
        trim.drop(self, "seen", "how many rows there were")
        return trim.plan

    def renewed(self) -> Any:
        return self

    def outputs(self, X: np.ndarray) -> dict[str, tuple[np.ndarray, ...]]:
        return {"log_proba": (self.log_proba(X),)}

    def written(self, *, as_pickle: bool = False) -> bytes:
        return pickle.dumps(self)


CHANCE = Chance(Schema(FEATURES, Target("y", ("no", "yes"))))
LINE = Line(Schema(FEATURES, Target("y")))
KEEPER = Keeper(CHANCE.schema)
FORGETFUL = Forgetful(CHANCE.schema)
BOOSTED = Boosted(Schema((Feature("x", low=0.0, high=1.0),), Target("y", ("no", "yes"))))
STUMP = Stump(Schema((Feature("x", low=0.0, high=1.0),), Target("y", ("no", "yes"))))
