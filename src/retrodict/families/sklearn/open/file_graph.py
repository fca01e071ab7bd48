"""The graph that a skops file describes, measured before any of it is built.

A node may refer to another by its number. References that refer to references double at every level: a file of some
kilobytes describes more objects than any memory holds, and whoever walks them never ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from retrodict.errors import ModelError

MOST_SCHEMA = 512 * 2**20
"""Bytes of schema.json: a forest of 10,000 trees has 60, and Python's form of JSON takes some ten times the text."""

MOST_DEPTH = 200
"""Levels of JSON. A column transformer in a pipeline in a search in a calibration has 60; Python's own stack, which
skops' reader uses, ends at some 300."""

MOST_VISITS = 8
"""Nodes that a walk over all references may visit, for each node that is written; skops writes what is shared in full
wherever it is used, so that an honest file has one visit a node."""

FREE_VISITS = 100_000
"""Visits that any file may take."""


@dataclass(frozen=True)
class Graph:
    """What is known of a skops file's graph.

    Parameters
    ----------
    written
        Dicts and lists in its JSON.
    visits
        How many a walk that follows every reference would visit.
    releases
        Releases of scikit-learn that its parts name, in order of appearance.
    """

    written: int
    visits: int
    releases: tuple[str, ...]


def graph_of(schema: Any) -> Graph:
    """Measure the graph of a parsed ``schema.json``.

    Parameters
    ----------
    schema
        As ``json.loads`` gives it.

    Raises
    ------
    ModelError
        If it is too deep, refers to itself, or describes far more objects than it writes.
    """
    groups, written, releases = _groups(schema)
    visits = _visits(schema, groups, max(FREE_VISITS, MOST_VISITS * written))
    return Graph(written, visits, releases)


def _groups(schema: Any) -> tuple[dict[Any, list[Any]], int, tuple[str, ...]]:
    """Collect what is written under each number, and count all."""
    groups: dict[Any, list[Any]] = {}
    releases: dict[str, None] = {}
    written, stack = 0, [(schema, 1)]
    while stack:
        thing, depth = stack.pop()
        written += 1
        if depth > MOST_DEPTH:
            raise ModelError(f"parts nested more than {MOST_DEPTH} levels deep")
        if isinstance(thing, dict):
            number = _number(thing)
            if number is not None:
                groups.setdefault(number, []).append(thing)
            release = thing.get("_sklearn_version")
            if isinstance(release, dict) and isinstance(release.get("content"), str):
                releases[release["content"].strip('"')] = None
        stack += [(inner, depth + 1) for inner in _inner(thing)]
    return groups, written, tuple(releases)


def _visits(schema: Any, groups: dict[Any, list[Any]], allowed: int) -> int:
    """Count the visits of a walk that follows references, each number counted once and remembered.

    Whatever stands under one number counts as the largest of it: which of them skops takes depends on its order.
    """
    counts: dict[Any, int] = {}
    open_: set[Any] = set()
    stack: list[tuple[Any, Any, bool]] = [(_key(schema), schema, False)]
    while stack:
        key, thing, done = stack.pop()
        several = groups.get(key, [thing])
        if done:
            open_.discard(key)
            total = 1 + max(sum(counts[_key(inner)] for inner in _inner(one)) for one in several)
            if total > allowed:
                raise ModelError(
                    f"references that make more than {allowed:,} objects of {len(groups):,}, one inside another"
                )
            counts[key] = total
            continue
        if key in counts:
            continue
        if key in open_:
            raise ModelError("a part that contains itself")
        open_.add(key)
        stack.append((key, thing, True))
        for one in several:
            stack += [(_key(inner), inner, False) for inner in _inner(one)]
    return counts[_key(schema)]


def _inner(thing: Any) -> Iterator[Any]:
    values = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
    return (value for value in values if isinstance(value, dict | list))


def _number(thing: Any) -> Any:
    number = thing.get("__id__") if isinstance(thing, dict) else None
    return number if isinstance(number, int | str) else None


def _key(thing: Any) -> Any:
    number = _number(thing)
    return ("at", id(thing)) if number is None else number
