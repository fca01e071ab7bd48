"""Models of CatBoost for the conformance suites, each with the table that it was trained on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import retrodict as rd
from tests.conformance.models import Example, table
from tests.families.catboost.fits import fitted

NUMBERS = ("age", "dose")


def _example(classes: int, columns: tuple[str, ...], loss: str | None = None, **settings: Any) -> Example:
    train = table(classes)[[*columns, "target"]]
    listed = tuple(name for name in columns if name == "site")
    # without a schema, as its file is read again: categories are known by their hashes
    return Example(rd.load_model(fitted(train, loss, listed=listed, **settings)), train)


def _from_file(form: str) -> Example:
    train = table(2)[["age", "dose", "site", "target"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        fitted(train, listed=("site",)).save_model(path, format=form)
        return Example(rd.load_model(path), train)


EXAMPLES: dict[str, Callable[[], Example]] = {
    "CatBoost of two classes": lambda: _example(2, NUMBERS),
    "CatBoost of three classes with categories": lambda: _example(3, (*NUMBERS, "site")),
    "CatBoost one against all": lambda: _example(3, NUMBERS, "MultiClassOneVsAll"),
    "CatBoost of values with categories": lambda: _example(0, (*NUMBERS, "site")),
    "CatBoost of counts": lambda: _example(0, NUMBERS, "Poisson"),
    "CatBoost with trees that are not symmetric": lambda: _example(2, NUMBERS, grow_policy="Lossguide"),
    "CatBoost from a cbm file, its categories unnamed": lambda: _from_file("cbm"),
    "CatBoost from a json file": lambda: _from_file("json"),
}
