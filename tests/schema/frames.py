"""Frames of every kind of column that a schema can hold, for property tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

ROWS = st.integers(2, 12)
NAMES = st.text(min_size=1, max_size=8).filter(lambda name: not any(0xD800 <= ord(c) < 0xE000 for c in name))
_NUL = "\0" if int(pd.__version__.partition(".")[0]) < 3 else ""  # pandas 2 compares words as C strings
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=_NUL), max_size=6)
FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


def _values(draw: Any, strategy: Any, rows: int) -> list[Any]:
    return draw(st.lists(strategy, min_size=rows, max_size=rows))


def _with_gaps(draw: Any, values: list[Any], gap: Any) -> list[Any]:
    """At least one value is left, for a column without any has no kind."""
    keep = draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    keep[draw(st.integers(0, len(values) - 1))] = True
    return [value if kept else gap for value, kept in zip(values, keep, strict=True)]


@st.composite
def columns(draw: Any, rows: int) -> pd.Series[Any]:
    kind = draw(st.sampled_from(sorted(_COLUMNS)))
    return _COLUMNS[kind](draw, rows)


def _float(dtype: str) -> Any:
    return lambda draw, n: pd.Series(_with_gaps(draw, _values(draw, FINITE, n), np.nan), dtype=dtype)


def _integer(dtype: str) -> Any:
    low = 0 if dtype.startswith("u") else -100
    return lambda draw, n: pd.Series(_values(draw, st.integers(low, 100), n), dtype=dtype)


def _nullable(dtype: str, values: Any) -> Any:
    return lambda draw, n: pd.Series(_with_gaps(draw, _values(draw, values, n), None), dtype=dtype)


def _category(values: Any, ordered: bool) -> Any:
    def build(draw: Any, n: int) -> pd.Series[Any]:
        categories = draw(st.lists(values, min_size=1, max_size=5, unique=True))
        codes = draw(st.lists(st.integers(-1, len(categories) - 1), min_size=n, max_size=n))
        codes[0] = 0
        return pd.Series(pd.Categorical.from_codes(codes, pd.Index(categories), ordered=ordered))

    return build


_COLUMNS: dict[str, Any] = {
    **{dtype: _float(dtype) for dtype in ("float64", "float32")},
    **{dtype: _integer(dtype) for dtype in ("int64", "int32", "int8", "uint8")},
    **{dtype: _nullable(dtype, st.integers(-100, 100)) for dtype in ("Int64", "Int16")},
    "UInt8": _nullable("UInt8", st.integers(0, 100)),
    "Float64": _nullable("Float64", FINITE),
    "bool": lambda draw, n: pd.Series(_values(draw, st.booleans(), n), dtype=bool),
    "boolean": _nullable("boolean", st.booleans()),
    "str": _nullable("str", WORDS),
    "string": _nullable("string", WORDS),
    "object": _nullable("object", WORDS),
    "mixed": _nullable("object", st.one_of(WORDS, st.integers(2, 9))),
    "zero one": lambda draw, n: pd.Series(_values(draw, st.integers(0, 1), n), dtype="int64"),
    "category of text": _category(WORDS, ordered=False),
    "category of numbers": _category(st.integers(-50, 50), ordered=False),
    "ordered": _category(WORDS, ordered=True),
}


@st.composite
def frames(draw: Any) -> pd.DataFrame:
    rows = draw(ROWS)
    names = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    return pd.DataFrame({name: draw(columns(rows)) for name in names})
