"""Shares and counts as tables of characteristics print them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from retrodict.priors.rounding import half_unit
from retrodict.results.notes import Note

_NUMBER = r"(\d+(?:[,\u202f ]\d{3})*(?:\.\d+)?|\.\d+)"
_COUNT = re.compile(rf"^{_NUMBER}\s*\(\s*{_NUMBER}\s*%?\s*\)$")  # 402 (67%)
_PERCENT = re.compile(rf"^{_NUMBER}\s*%$")  # 67%

_EDGE = 1e-9  # shares that could sum to one only if all were at the end of their rounding do not

_SILENT = 1e-6  # how far from 1 shares may sum without a word
ROUNDING = 0.02
"""How far shares may miss one in sum, where their own digits do not allow for more: published ones are rounded."""


def share(value: Any, name: str) -> float:
    """Return one share in [0, 1]: a number, ``67%`` or ``402 (67%)``.

    Raises
    ------
    ValueError
        If it is none of these or outside [0, 1].
    """
    _, part = _parsed(value, name)
    if part is None or not 0 <= part <= 1:
        raise ValueError(f"{name} must be a share from 0 to 1 or a percentage, got {value!r}")
    return part


def scaled_shares(
    values: Mapping[Any, Any], name: str, *, counts: bool = False, texts: Mapping[tuple[str, ...], str] | None = None
) -> tuple[dict[Any, float], Note | None]:
    """Return shares that sum to one.

    Parameters
    ----------
    values
        Category -> number, ``67%`` or ``402 (67%)``. Where all have counts, the counts are used: they are exact.
    name
        What they are called, for messages.
    counts
        Whether bare numbers are counts rather than shares.
    texts
        ``(category,)`` -> its share as it is written, whose digits say how far it was rounded.

    Returns
    -------
    tuple[dict[Any, float], Note | None]
        The shares, and a note where they had to be scaled.

    Raises
    ------
    ValueError
        If a value is no share or count, or shares miss one by more than `ROUNDING` and the rounding of their digits.
    """
    parsed = {key: _parsed(value, f"{name} of {key!r}") for key, value in values.items()}
    if counts or all(count is not None and part != count for count, part in parsed.values()):
        numbers = [count if count is not None else part for count, part in parsed.values()]
        total = sum(number for number in numbers if number is not None)
        if total <= 0:
            raise ValueError(f"{name} are all zero; give at least one that is not")
        return {key: (n or 0.0) / total for key, n in zip(parsed, numbers, strict=True)}, None
    parts = {key: part for key, (_, part) in parsed.items() if part is not None}
    total = math.fsum(parts.values())
    written = texts or {}
    digits = math.fsum(_half(written.get((str(key),), str(value))) for key, value in values.items())
    if abs(total - 1) > max(ROUNDING, digits * (1 - _EDGE)):
        raise ValueError(f"{name} sum to {total:.6g}, not 1; correct them, write percentages with %, or use counts")
    text = f"{name} sum to {total:.6g} and were scaled to 1"
    note = None if abs(total - 1) <= _SILENT else Note("shares_scaled", text, name=name, sum=total)
    return {key: part / total for key, part in parts.items()}, note


def _parsed(value: Any, name: str) -> tuple[float | None, float | None]:
    """Return the count, if one is told, and the share (a bare number is taken as either)."""
    if isinstance(value, str):
        text = value.strip()
        if match := _COUNT.match(text):
            return _plain(match[1]), _plain(match[2]) / 100
        if match := _PERCENT.match(text):
            return None, _plain(match[1]) / 100
    elif not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value):
        if value < 0:
            raise ValueError(f"{name} must not be negative, got {value:g}")
        return float(value), float(value)
    raise ValueError(f"{name} must be a number, '67%' or '402 (67%)', got {value!r}")


def _half(text: str) -> float:
    """Return half a unit of a share's last digit; whole shares, 0 and 1, are exact, whole percentages are not."""
    match = _COUNT.match(text.strip()) or _PERCENT.match(text.strip())
    if match is not None:
        return half_unit(_digits(match[match.re.groups])) / 100
    return half_unit(text) if "." in text else 0.0


def _digits(text: str) -> str:
    return re.sub(r"[,\u202f ]", "", text)


def _plain(text: str) -> float:
    return float(_digits(text))
