"""The committed files of results, of two releases; see `make_files`."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from retrodict.models import Model
from tests.families.statsmodels.fits import table
from tests.fixture import Fixture

FILES = sorted((Path(__file__).parent / "files").glob("*/*.pickle"))
_CLOSE = 1e-12
"""What the library of another release may differ by from this one's sums, relative."""


def said(model: Any) -> np.ndarray:
    """Return what a model says of the rows that predictions are stored of."""
    rows = table(8, seed=9)
    X = model.schema.encode(rows) if model.schema.named else rows[["age", "dose"]].to_numpy()
    return np.exp(model.log_proba(X)) if model.schema.target.is_class else np.asarray(model.predict(X))


def told(path: Path) -> np.ndarray:
    """Return what the library of a file's release predicted for the same rows."""
    stored = json.loads((path.parent / "predictions.json").read_text(encoding="utf-8"))
    return np.array(stored[path.name.split(".")[0].replace("_", " ")])


def _same(path: Path, model: Model) -> bool:
    own, expected = said(model), told(path)
    return np.allclose(own[:, 1] if own.ndim > expected.ndim else own, expected, rtol=_CLOSE, atol=1e-15)


FIXTURES = {
    f"{path.parent.name} {path.stem.replace('_', ' ')}": Fixture(
        path, f"statsmodels {path.parent.name}", partial(_same, path), {"trust_pickle": True}, how=f"to {_CLOSE:g}"
    )
    for path in FILES
}
