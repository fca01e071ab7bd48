"""The categories that a model file keeps (XGBoost 3.1 and later), to and from its own layout."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrodict.families.xgboost.learner import Encoding
from retrodict.families.xgboost.sections import ContentError, Section

Array = np.ndarray

_DTYPES = {7: "f4", 8: "f8", 9: "i1", 10: "u1", 11: "i2", 13: "i4", 15: "i8"}
"""Types of numbers by XGBoost's code, as far as its own files can hold them."""


def read_encodings(section: Section, width: int) -> tuple[Encoding | None, ...]:
    """Return the categories by feature; none at all where no feature has any.

    Raises
    ------
    ContentError
        If the parts do not fit one another.
    """
    parts = section.items("enc")
    ends = section.integers("feature_segments", None)
    order = section.integers("sorted_idx", None)
    section.end()
    if not parts and not len(ends) and not len(order):
        return ()
    if len(parts) != width or len(ends) != width + 1:
        raise ContentError(f"categories of another number of features than {width:,}")
    found = tuple(_encoding(section.inside(part, f"enc[{i}]")) for i, part in enumerate(parts))
    sizes = [0 if one is None else len(one.values) for one in found]
    if ends.tolist() != [0, *np.cumsum(sizes).tolist()] or len(order) != sum(sizes):
        raise ContentError("categories that are not as many as it says")
    for begin, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        if not np.array_equal(np.sort(order[begin:end]), np.arange(end - begin)):
            raise ContentError("categories in no order")
    return found


def _encoding(section: Section) -> Encoding | None:
    if section.has("type"):
        kind = section.whole("type", 0, 100)
        if kind not in _DTYPES:
            raise ContentError("categories of a type that no file holds")
        values = np.asarray(section.items("values"))
        section.end()
        if values.size and (values.ndim != 1 or values.dtype.kind not in "iuf"):
            raise ContentError("categories that are no numbers")
        typed = values.astype(_DTYPES[kind])
        if not np.array_equal(typed, values):
            raise ContentError("categories that are not of their type")
        return Encoding(tuple(typed.tolist()), kind)
    ends, raw = section.integers("offsets", None), section.integers("values", None)
    section.end()
    if not len(ends) and not len(raw):
        return None
    if not len(ends) or ends[0] != 0 or ends[-1] != len(raw) or (np.diff(ends) < 0).any():
        raise ContentError("texts of categories that are cut short")
    if len(raw) and (raw.min() < -128 or raw.max() > 255):
        raise ContentError("texts of categories that are no texts")
    content = (raw % 256).astype(np.uint8).tobytes()
    try:
        texts = [content[a:b].decode("utf-8") for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]
    except UnicodeDecodeError as error:
        raise ContentError("texts of categories that are no Unicode") from error
    return Encoding(tuple(texts))


def encodings_content(encodings: tuple[Encoding | None, ...]) -> dict[str, Any]:
    """Return the categories as a file holds them."""
    sizes = [0 if one is None else len(one.values) for one in encodings]
    orders = [_order(one) for one in encodings]
    return {
        "enc": [_content(one) for one in encodings],
        "feature_segments": np.cumsum([0, *sizes]).astype(np.int32) if encodings else np.empty(0, np.int32),
        "sorted_idx": np.concatenate([np.empty(0, np.int32), *orders]).astype(np.int32),
    }


def _order(one: Encoding | None) -> Array:
    if one is None:
        return np.empty(0, dtype=np.int32)
    keys = [value.encode() for value in one.values] if one.kind is None else list(one.values)
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int32)


def _content(one: Encoding | None) -> dict[str, Any]:
    if one is None:
        return {"offsets": np.empty(0, np.int32), "values": np.empty(0, np.int8)}
    if one.kind is not None:
        return {"type": one.kind, "values": np.array(one.values, dtype=_DTYPES[one.kind])}
    raw = [value.encode() for value in one.values]
    return {
        "offsets": np.cumsum([0, *(len(each) for each in raw)]).astype(np.int32),
        "values": np.frombuffer(b"".join(raw), dtype=np.int8),
    }
