"""Mutations of CatBoost's cbm files by what they hold: taken apart by our own reader, changed, and written again whole.

Words of note in a flatbuffer mostly break its offsets; here they stay right, and what they lead to is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from retrodict.families.catboost.cbm_file import read_cbm, write_cbm
from tests.fuzz.raw_bytes import FLOATS, INTEGERS, raw_mutation
from tests.fuzz.value_mutations import TEXTS, mutate_values

Rng = np.random.Generator
Way = tuple[str | int, ...]
"""From a part to a part of it: names of fields, positions, keys."""


def mutate_cbm(content: bytes, rng: Rng) -> tuple[bytes, str]:
    """Return a cbm file with one mutation, and what was changed."""
    whole = read_cbm(content)
    by_name: dict[str, list[Way]] = {}
    for way in _ways(whole):
        by_name.setdefault(".".join(one for one in way if isinstance(one, str)), []).append(way)
    name = str(rng.choice(sorted(by_name)))
    own = by_name[name]
    way = own[rng.integers(len(own))]
    return write_cbm(_changed(whole, way, rng)), f"{name} changed"


def _ways(part: Any, way: Way = ()) -> Iterator[Way]:
    if way:
        yield way
    if is_dataclass(part):
        for one in fields(part):
            yield from _ways(getattr(part, one.name), (*way, one.name))
    elif isinstance(part, tuple):
        for at, inner in enumerate(part):
            yield from _ways(inner, (*way, at))
    elif isinstance(part, dict):
        for key, inner in part.items():
            yield from _ways(inner, (*way, key))


def _changed(part: Any, way: Way, rng: Rng) -> Any:
    if not way:
        return _other(part, rng)
    first, rest = way[0], way[1:]
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{str(first): _changed(getattr(part, str(first)), rest, rng)})
    if isinstance(part, dict):
        return {**part, first: _changed(part[first], rest, rng)}
    return tuple(_changed(inner, rest, rng) if at == first else inner for at, inner in enumerate(part))


def _other(value: Any, rng: Rng) -> Any:
    if isinstance(value, np.ndarray):
        return _array(value, rng)
    if isinstance(value, tuple):
        ways = (value[:-1], value[1:], value * 2, value[::-1], value[:1] * 50)
        return ways[rng.integers(len(ways))]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        near = (*INTEGERS, value + 1, value - 1, value + 1, value - 1, -1, 0)
        return near[rng.integers(len(near))]
    if isinstance(value, float):
        return float(rng.choice(FLOATS))
    if isinstance(value, bytes):
        return raw_mutation(value, rng)[0]
    if isinstance(value, str):
        return _text(value, rng)
    if isinstance(value, dict) and value:
        gone = sorted(value)[rng.integers(len(value))]
        return {key: one for key, one in value.items() if key != gone}
    return value


def _text(text: str, rng: Rng) -> str:
    if text[:1] in ("{", "[") and rng.random() < 0.8:
        with suppress(ValueError, RecursionError):
            root = json.loads(text)
            mutate_values(root, rng)
            return json.dumps(root)
    return str(TEXTS[rng.integers(len(TEXTS))]).replace("\ud800", "")


def _array(array: np.ndarray, rng: Rng) -> np.ndarray:
    if not array.size or rng.random() < 0.25:
        ways = (array[:-1], array[1:], array[:0], np.concatenate([array, array]), array[::-1].copy())
        return ways[rng.integers(len(ways))]
    made = array.copy()
    flat = made.reshape(-1)
    at = rng.integers(flat.size, size=int(rng.choice([1, 1, 2, flat.size])))
    with np.errstate(all="ignore"):
        if array.dtype.kind == "f":
            flat[at] = rng.choice(FLOATS)
        elif rng.random() < 0.5:
            flat[at] = flat[at] + array.dtype.type(1)
        else:
            flat[at] = (
                np.array([INTEGERS[rng.integers(len(INTEGERS))]], dtype=object).astype(np.uint64).astype(array.dtype)
            )
    return made
