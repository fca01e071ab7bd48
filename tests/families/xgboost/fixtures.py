"""The committed files of several releases of XGBoost, with what each release predicted; see `make_files`."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from retrodict.schema import Feature, Schema
from tests.families.xgboost.make_files import COLUMNS, FILES, ROWS, SITES, table
from tests.fixture import Fixture

NAMES = ("binary", "classes", "squares", "absolute", "counts", "midpoints", "dart", "linear")
"""What they predict, or how they were grown."""
NUMBERS = ("midpoints", "linear")
"""Those without the column of categories."""


def schema_of(name: str) -> Schema:
    """Return the columns of a file: before 3.1 the names of categories are stored nowhere."""
    columns = COLUMNS[:2] if name in NUMBERS else COLUMNS
    site = Feature("site", "categorical", categories=tuple(SITES))
    return Schema(tuple(site if column == "site" else Feature(column) for column in columns))


def _same(path: Path, model: Any) -> bool:
    expected = json.loads((path.parent / "expected.json").read_text())[path.stem]
    own = schema_of(path.stem)
    X = own.encode(table()[list(own.names)][:ROWS])
    return all(np.array_equal(model.scores(X, kind), np.float32(expected[kind])) for kind in ("margin", "value"))


FIXTURES: dict[str, Fixture] = {
    f"{path.stem} ({path.suffix.removeprefix('.')}), {path.parent.name}": Fixture(
        path, f"xgboost {path.parent.name}", partial(_same, path), {"schema": schema_of(path.stem)}
    )
    for name in NAMES
    for path in sorted(FILES.glob(f"*/{name}.*"))
}
