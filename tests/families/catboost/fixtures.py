"""Committed files of older releases of CatBoost, made by `files/make.py`."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import retrodict as rd
from retrodict.models import Model
from retrodict.schema import Schema
from tests.fixture import Fixture

FILES = Path(__file__).parent / "files"
SPECIAL = {
    "classes.cbm": "two classes, categories, missing values",
    "classes.json": "the same as json",
    "three-lossguide.cbm": "three classes, trees that are not symmetric, missing values",
    "values.cbm": "values, missing values",
}


def rows() -> pd.DataFrame:
    """Return the rows that each release predicted on."""
    return pd.DataFrame(json.loads((FILES / "rows.json").read_text()))


def same(model: Model, path: Path) -> bool:
    """Whether a model, asked through its schema, says bit for bit what its own release said."""
    made: Any = model
    raw = np.array([float.fromhex(text) for text in path.with_name(path.name + ".raw").read_text().split()])
    frame = rows()[list(made.own.names)]
    listed = [feature.name for feature in made.own.features if feature.listed]
    known = Schema.from_frame(frame.astype(dict.fromkeys(listed, "category"))) if listed else None
    asked: Any = rd.load_model(path, schema=known)
    return bool(np.array_equal(asked.raw(asked.own.encode(frame)).ravel(), raw))


FIXTURES: dict[str, Fixture] = {
    f"{special}, {release}": Fixture(path, f"catboost {release}", partial(same, path=path))
    for release in ("1.2.3", "1.2.7")
    for name, special in SPECIAL.items()
    for path in [FILES / f"{release}-{name}"]
}
