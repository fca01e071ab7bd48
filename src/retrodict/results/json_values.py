"""Values as JSON can hold them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd


@runtime_checkable
class Plain(Protocol):
    """What says of itself what it is as plain data."""

    def to_dict(self) -> dict[str, Any]:
        """Return it by name."""
        ...


_AS_THEY_ARE = {bool, str, int}


def plain(value: Any) -> Any:
    """Return a value made of dicts, lists, strings, numbers, booleans and ``None``, fit for strict JSON.

    A table becomes a list of its lines, what has a `to_dict` what that returns; what is not finite, or missing in a
    table, becomes ``None``, and anything unknown its text.
    """
    kind = type(value)  # first: stored rows have millions of cells
    if kind is float:
        return value if math.isfinite(value) else None
    if value is None or kind in _AS_THEY_ARE:
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, pd.DataFrame):
        return plain(value.astype(object).where(value.notna(), None).to_dict(orient="records"))
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float | np.floating):  # a long double's item is one still
        return plain(float(value))
    if isinstance(value, Plain):  # before texts: a note is one
        value = value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, bool | str | int):
        return value
    return str(value)
