"""The committed folders of two releases of MLflow; see `make_files`."""

from __future__ import annotations

import json
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from retrodict.models import Model
from tests.fixture import Fixture

FILES = Path(__file__).parent / "files"
NEEDED = {"onnx": "onnxruntime"}
SINGLE = ("xgboost", "onnx")
"""Libraries that answer in 32 bits: what they said is held to as many."""


def told(release: str) -> dict[str, Any]:
    """Return what was predicted by the libraries themselves, by folder, and the rows of which."""
    read: dict[str, Any] = json.loads((FILES / release / "predictions.json").read_text(encoding="utf-8"))
    return read


def _same(release: str, name: str, model: Model) -> bool:
    stored = told(release)
    own = np.exp(model.log_proba(np.array(stored["rows"])))[:, 1]  # type: ignore[attr-defined]
    return np.allclose(own, stored[name], rtol=2e-6 if name.startswith(SINGLE) else 1e-12, atol=0.0)


FIXTURES = {
    f"{path.parent.name} {path.name}": Fixture(
        path,
        f"mlflow {path.parent.name}",
        partial(_same, path.parent.name, path.name),
        {"trust_pickle": True} if path.name in ("sklearn_pickle", "statsmodels") else {},
        how="to 32 bits" if path.name.startswith(SINGLE) else "to 1e-12",
    )
    for path in sorted(FILES.glob("*/*/"))
    if find_spec(NEEDED.get(path.name.split("_")[0], path.name.split("_")[0])) is not None
}
