"""Graphs of two releases of the converters, with what onnxruntime and the estimators themselves gave then."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.families.onnx.make_files import FILES, KINDS, RELEASES, rows
from tests.fixture import Fixture


def told(path: Path) -> dict[str, np.ndarray]:
    """Return what is kept beside a file: outputs of the graph, and of the estimator that it was made of."""
    found: dict[str, Any] = json.loads(path.with_suffix(".json").read_text())
    return {name: np.array(value) for name, value in found.items()}


def _same(path: Path, model: Any) -> bool:
    said = [value for (value,) in model.outputs(rows().astype(np.float64)).values() if value.dtype == np.float32]
    return len(said) == 1 and np.array_equal(said[0].astype(np.float64), told(path)["graph"])


FIXTURES: dict[str, Fixture] = {
    f"{kind}, {release}": Fixture(path, f"onnx {release}", partial(_same, path))
    for kind in KINDS
    for release in RELEASES
    if (path := FILES / f"{kind}-{release}.onnx")
}
