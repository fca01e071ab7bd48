"""How numbers of a CSV file are read: as the very numbers that were written."""

from __future__ import annotations

from typing import Any

import pandas as pd

AS_WRITTEN: dict[str, Any] = (
    {"float_precision": "round_trip"} if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1) else {}
)
"""For `pandas.read_csv`, whose own parser was off in the last bit before 3.1: equal rows would not be found."""
