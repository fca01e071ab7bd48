"""Files of several releases of LightGBM, with what each release predicted."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.families.lightgbm.make_files import FILES, KINDS, RELEASES, rows
from tests.fixture import Fixture


def _same(path: Path, model: Any) -> bool:
    told = json.loads(path.read_text())
    said = model.outputs(rows())
    return all(np.array_equal(said[name][0], np.array(told[name])) for name in ("predict", "raw_score"))


FIXTURES: dict[str, Fixture] = {
    f"{kind}, {release}": Fixture(
        FILES / f"{kind}-{release}.txt", f"lightgbm {release}", partial(_same, FILES / f"{kind}-{release}.json")
    )
    for kind in KINDS
    for release in RELEASES
}
