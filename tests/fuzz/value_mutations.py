"""Mutations of nested values: of what JSON, UBJSON and YAML files hold."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.fuzz.raw_bytes import FLOATS, INTEGERS

Rng = np.random.Generator
Place = tuple[Any, Any, Any]
"""What holds a value, under which key, and the value."""

TEXTS = ("", "text", "0", "-1", "nan", "1e400", "\x1b[31mred\x07", "\u202edesrever", "a\nb", "x" * 5_000, "\ud800")
DEEP = (5, 60, 900, 5_000)
"""Levels; readers of JSON refuse some thousand at the latest."""
_WRONG: tuple[Any, ...] = (None, True, False, 0, -1, 2.5, "text", [], {}, [1, 2], {"a": None}, [[]], float("nan"))


@dataclass
class Typed:
    """An array of numbers with a type of its own, as UBJSON has them."""

    marker: str
    values: list[Any]


def places(root: Any) -> list[Place]:
    """Return every value below a root."""
    return [*_walk(root)]


def _walk(root: Any) -> Iterator[Place]:
    stack = [root]
    while stack:
        holder = stack.pop()
        inner = holder.values if isinstance(holder, Typed) else holder
        for key, value in inner.items() if isinstance(inner, dict) else enumerate(inner):
            yield inner, key, value
            if isinstance(value, dict | list | Typed):
                stack.append(value)


def _pick(root: Any, rng: Rng, test: Callable[[Any], bool] = lambda value: True) -> Place | None:
    """Return one place, each key of the file as likely as the others, so that long arrays do not take all."""
    by_key: dict[str, list[Place]] = {}
    for one in places(root):
        if test(one[2]):
            by_key.setdefault(one[1] if isinstance(one[1], str) else "an item", []).append(one)
    if not by_key:
        return None
    own = by_key[str(rng.choice(sorted(by_key)))]
    return own[rng.integers(len(own))]


def _number(old: Any, rng: Rng) -> Any:
    """Return another number of the same form: a text where the old one is a text."""
    if isinstance(old, str):
        return str(_number(0 if rng.random() < 0.7 else 0.5, rng))
    if isinstance(old, float) and rng.random() < 0.7:
        return float(rng.choice(FLOATS))
    near = [old + 1, old - 1] if isinstance(old, int) else []
    known = [*INTEGERS, *(-one for one in INTEGERS), *near, *near, *near]
    return known[rng.integers(len(known))]


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return value.lstrip("-").replace(".", "", 1).isdigit()
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(value: Any) -> list[Any] | None:
    inner = value.values if isinstance(value, Typed) else value
    return inner if isinstance(inner, list) and inner and all(map(_is_number, inner)) else None


def number(root: Any, rng: Rng) -> None:
    """Put another number for one."""
    if found := _pick(root, rng, _is_number):
        found[0][found[1]] = _number(found[2], rng)


def elements(root: Any, rng: Rng) -> None:
    """Put other numbers for some of an array."""
    if found := _pick(root, rng, lambda value: _numbers(value) is not None):
        own = _numbers(found[2]) or []
        for at in rng.integers(len(own), size=int(rng.choice([1, 1, 2, len(own)]))):
            own[at] = _number(own[at], rng)


def link(root: Any, rng: Rng) -> None:
    """Let an item of an array of whole numbers name another item: children become cycles, or of two parents."""
    if found := _pick(root, rng, lambda value: (_numbers(value) or [0.5])[0].__class__ is int):
        own = _numbers(found[2]) or []
        own[rng.integers(len(own))] = int(rng.integers(-2, len(own) + 1))


def order(root: Any, rng: Rng) -> None:
    """Turn an array round, or mix it."""
    if found := _pick(root, rng, lambda value: isinstance(value, list | Typed)):
        own = found[2].values if isinstance(found[2], Typed) else found[2]
        own[:] = [own[i] for i in (rng.permutation(len(own)) if rng.random() < 0.5 else range(len(own))[::-1])]


def length(root: Any, rng: Rng) -> None:
    """Let an array be shorter, empty or longer."""
    if found := _pick(root, rng, lambda value: isinstance(value, list | Typed)):
        own = found[2].values if isinstance(found[2], Typed) else found[2]
        ways = (own[:-1], own[1:], [], own + own[-1:], own * 2, own * 300 if len(own) < 50 else own[:1])
        own[:] = copy.deepcopy(ways[rng.integers(len(ways))])


def kind(root: Any, rng: Rng) -> None:
    """Put a value of another type."""
    if found := _pick(root, rng):
        found[0][found[1]] = copy.deepcopy(_WRONG[rng.integers(len(_WRONG))])


def text(root: Any, rng: Rng) -> None:
    """Put another text."""
    if found := _pick(root, rng, lambda value: isinstance(value, str)):
        found[0][found[1]] = str(TEXTS[rng.integers(len(TEXTS))])


def another(root: Any, rng: Rng) -> None:
    """Put the text of another place."""
    one, other = (_pick(root, rng, lambda value: isinstance(value, str)) for _ in range(2))
    if one and other:
        one[0][one[1]] = other[2]


def gone(root: Any, rng: Rng) -> None:
    """Leave a value out."""
    if found := _pick(root, rng):
        del found[0][found[1]]


def extra(root: Any, rng: Rng) -> None:
    """Add a key that nothing knows."""
    if found := _pick(root, rng, lambda value: isinstance(value, dict)):
        found[2][str(rng.choice(["unknown", "", "\x1b[2J", "trees", "name"]))] = [1, {"a": "b"}]


def renamed(root: Any, rng: Rng) -> None:
    """Put a value under the key of another."""
    one, other = _pick(root, rng), _pick(root, rng)
    if one and other and isinstance(one[0], dict) and isinstance(other[1], str):
        one[0][other[1]] = one[0].pop(one[1])


def swap(root: Any, rng: Rng) -> None:
    """Exchange two values, mostly of one type."""
    one = _pick(root, rng)
    alike = bool(rng.random() < 0.7)
    other = _pick(root, rng, lambda value: not alike or (one is not None and type(value) is type(one[2])))
    if one and other:
        one[0][one[1]], other[0][other[1]] = copy.deepcopy(other[2]), copy.deepcopy(one[2])


def nest(root: Any, rng: Rng) -> None:
    """Wrap a value in so many lists or mappings."""
    if found := _pick(root, rng):
        value = found[2]
        for _ in range(int(rng.choice(DEEP))):
            value = [value] if rng.random() < 0.8 else {"a": value}
        found[0][found[1]] = value


MUTATIONS: dict[str, Callable[[Any, Rng], None]] = {
    "number": number,
    "number again": number,
    "elements": elements,
    "elements again": elements,
    "link": link,
    "link again": link,
    "order": order,
    "length": length,
    "length again": length,
    "kind": kind,
    "text": text,
    "another text": another,
    "gone": gone,
    "extra": extra,
    "renamed": renamed,
    "swap": swap,
    "nest": nest,
}
"""Every mutation by name; those that find most stand there twice."""


def mutate_values(root: Any, rng: Rng) -> str:
    """Change nested values in place by one mutation, and return its name."""
    name = str(rng.choice(sorted(MUTATIONS)))
    MUTATIONS[name](root, rng)
    return name
