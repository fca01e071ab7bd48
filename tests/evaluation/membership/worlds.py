"""Rows of both kinds with outputs that are set by hand: what attacks start from, without a model that was trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from retrodict.evaluation.membership.asked import Asked
from retrodict.evaluation.membership.asking import ask
from retrodict.schema import Feature, Schema, Target

SCHEMA = Schema((Feature("a", "continuous"), Feature("key", "continuous")), Target("y", (0, 1)))


@dataclass(frozen=True)
class Told:
    """A hand-made model: the log-odds of class 1 are looked up by the row's key, which tells nothing else."""

    told: dict[float, float]
    schema: Schema = SCHEMA
    family: str = "told"
    likelihood: str = "told"
    fingerprint: str = "none"

    def bind(self, schema: Schema) -> Self:
        return replace(self, schema=schema)

    def log_proba(self, X: Any) -> Any:
        sure = np.array([self.told[key] for key in X[:, 1].tolist()])
        return np.column_stack([-np.logaddexp(0.0, sure), -np.logaddexp(0.0, -sure)])


def rows(sure: Any, a: Any, y: Any = 1) -> pd.DataFrame:
    """Return a table of rows of which the model is so sure."""
    frame = pd.DataFrame({"a": a, "sure": np.asarray(sure, dtype=float), "y": y})
    seed = abs(int(frame["sure"].sum() * 1e9))  # no two tables have keys in common
    return frame.assign(key=np.random.default_rng(seed).random(len(frame)))


def asked_of(members: pd.DataFrame, others: pd.DataFrame) -> Asked:
    """Return both tables with what the model says of them."""
    both = pd.concat([members, others])
    model = Told(dict(zip(both["key"], both["sure"], strict=True)))
    return ask(model, members.drop(columns="sure"), others.drop(columns="sure"), "y", 10_000, 0)[0]


def public(rng: np.random.Generator, m: int = 80, n: int = 100) -> Asked:
    """Return rows of one source: the model saw none of them."""
    tables = []
    for size in (m, n):
        a, y = rng.normal(size=size), rng.integers(0, 2, size)
        tables.append(rows(np.where(y == 1, 1.0, -1.0) * (1.0 + a) + rng.normal(size=size), a, y))
    return asked_of(*tables)
