"""Rows of both kinds beside a model, as attacks get them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from retrodict.evaluation.membership.asked import Asked, Known, Scores
from retrodict.evaluation.replicas.base_model import Base
from retrodict.models import load_model
from retrodict.models.contract import about
from retrodict.tables.encoded import encoded
from retrodict.tables.labelled import read_labelled
from retrodict.tables.titles import HOLDOUT, TRAIN


def noise(n: int, seed: int, classes: int = 2) -> pd.DataFrame:
    """Return rows whose labels know nothing of their features; values, with 0 classes."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n) if classes else rng.normal(size=n)
    return pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n), "y": y})


def fitted(estimator: Any, rows: pd.DataFrame) -> Any:
    return estimator.fit(rows[["a", "b"]], rows["y"])


def asked(model: Any, train: pd.DataFrame, holdout: pd.DataFrame) -> Asked:
    made = load_model(model)
    read = read_labelled(made.schema, {TRAIN: train, HOLDOUT: holdout}, None, undetermined=about(made).undetermined)
    inputs = encoded(read)
    base = Base.of(made, inputs)
    return Asked(base, inputs, *(_known(base, inputs, title) for title in (TRAIN, HOLDOUT)))


def _known(base: Base, inputs: Any, title: str) -> Known:
    rows = inputs.rows(title)
    output = base.meter.output(rows.X)
    return Known(rows, np.arange(len(rows)), output if base.classes is None else output[:, base.classes])


def found(scores: Any) -> dict[str, Scores]:
    return {one.attack: one for one in scores}
