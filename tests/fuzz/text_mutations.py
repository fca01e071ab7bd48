"""Mutations of text files of lines ``name=values``, as LightGBM writes them."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from tests.fuzz.raw_bytes import FLOATS, INTEGERS
from tests.fuzz.value_mutations import TEXTS

Rng = np.random.Generator
Lines = list[str]

_VALUES = (
    *map(str, INTEGERS),
    *(str(-one) for one in INTEGERS),
    *map(str, FLOATS),
    *("", "x", "1e400", "-nan", "0x10", "1 2", "9" * 400, "1.", ".5", "1,5"),
)
_SIZES = "tree_sizes="


def _line(lines: Lines, rng: Rng) -> int:
    """Return a line with values: each name as likely as the others."""
    by_name: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        if "=" in line:
            by_name.setdefault(line.partition("=")[0], []).append(at)
    if not by_name:
        return 0
    own = by_name[str(rng.choice(sorted(by_name)))]
    return own[rng.integers(len(own))]


def value(lines: Lines, rng: Rng) -> None:
    """Put something else for all values of a line."""
    at = _line(lines, rng)
    name = lines[at].partition("=")[0]
    lines[at] = f"{name}={_VALUES[rng.integers(len(_VALUES))]}"


def element(lines: Lines, rng: Rng) -> None:
    """Put something else for one value, or for all of them."""
    at = _line(lines, rng)
    name, _, rest = lines[at].partition("=")
    own = rest.split(" ")
    for i in rng.integers(len(own), size=int(rng.choice([1, 1, 2, len(own)]))):
        near = re.fullmatch(r"-?\d+", own[i]) and rng.random() < 0.5
        own[i] = str(int(own[i]) + int(rng.choice([-1, 1]))) if near else str(_VALUES[rng.integers(len(_VALUES))])
    lines[at] = f"{name}={' '.join(own)}"


def link(lines: Lines, rng: Rng) -> None:
    """Let one value of a line be a small whole number, or another value of it."""
    at = _line(lines, rng)
    name, _, rest = lines[at].partition("=")
    own = rest.split(" ")
    own[rng.integers(len(own))] = str(rng.integers(-4, 4)) if rng.random() < 0.6 else own[rng.integers(len(own))]
    lines[at] = f"{name}={' '.join(own)}"


def length(lines: Lines, rng: Rng) -> None:
    """Let a line have fewer values, or more."""
    at = _line(lines, rng)
    name, _, rest = lines[at].partition("=")
    own = rest.split(" ")
    ways = (own[:-1], own[1:], own[:1], [*own, own[-1]], own * 2, own * 200)
    lines[at] = f"{name}={' '.join(ways[rng.integers(len(ways))])}"


def gone(lines: Lines, rng: Rng) -> None:
    """Leave a line out, or all that follow."""
    at = int(rng.integers(len(lines)))
    del lines[at : at + int(rng.choice([1, 1, 5, len(lines)]))]


def again(lines: Lines, rng: Rng) -> None:
    """Write a line again, elsewhere or many times."""
    at, other = (int(rng.integers(len(lines))) for _ in range(2))
    lines[other:other] = [lines[at]] * int(rng.choice([1, 1, 100]))


def swap(lines: Lines, rng: Rng) -> None:
    """Exchange the values of two lines."""
    one, other = _line(lines, rng), _line(lines, rng)
    (a, _, first), (b, _, second) = lines[one].partition("="), lines[other].partition("=")
    lines[one], lines[other] = f"{a}={second}", f"{b}={first}"


def text(lines: Lines, rng: Rng) -> None:
    """Put a text that no file has."""
    at = _line(lines, rng)
    made = str(TEXTS[rng.integers(len(TEXTS))]).replace("\ud800", "\x00")
    lines[at] = f"{lines[at].partition('=')[0]}={made}" if rng.random() < 0.7 else f"{made}={made}"


def renamed(lines: Lines, rng: Rng) -> None:
    """Put the values of a line under the name of another."""
    one, other = _line(lines, rng), _line(lines, rng)
    lines[one] = f"{lines[other].partition('=')[0]}={lines[one].partition('=')[2]}"


def blocks(lines: Lines, rng: Rng) -> None:
    """Write a tree again, leave one out, or mix them."""
    starts = [at for at, line in enumerate(lines) if line.startswith("Tree=")]
    if len(starts) < 2:
        return
    ends = [*starts[1:], next((at for at, line in enumerate(lines) if line == "end of trees"), len(lines))]
    made = [lines[a:b] for a, b in zip(starts, ends, strict=True)]
    ways = (made[:-1], made[1:], [*made, made[0]], made[::-1], made * 3)
    lines[starts[0] : ends[-1]] = [line for block in ways[rng.integers(len(ways))] for line in block]


MUTATIONS: dict[str, Callable[[Lines, Rng], None]] = {
    "value": value,
    "element": element,
    "element again": element,
    "link": link,
    "link again": link,
    "length": length,
    "length again": length,
    "gone": gone,
    "again": again,
    "swap": swap,
    "text": text,
    "renamed": renamed,
    "blocks": blocks,
}
"""Every mutation by name; those that find most stand there twice."""


def mutate_lines(content: bytes, rng: Rng) -> tuple[bytes, str]:
    """Return a text with one mutation, and its name; half of them state the sizes that their trees then have."""
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    name = str(rng.choice(sorted(MUTATIONS)))
    if lines:
        MUTATIONS[name](lines, rng)
    if rng.random() < 0.5:
        _resize(lines)
    return "\n".join(lines).encode("utf-8", "surrogateescape"), name


def _resize(lines: Lines) -> None:
    """State how many bytes each tree takes."""
    starts = [at for at, line in enumerate(lines) if line.startswith("Tree=")]
    ends = [*starts[1:], next((at for at, line in enumerate(lines) if line == "end of trees"), len(lines))]
    sizes = [
        sum(len(line.encode("utf-8", "surrogateescape")) + 1 for line in lines[a:b])
        for a, b in zip(starts, ends, strict=True)
    ]
    for at, line in enumerate(lines):
        if line.startswith(_SIZES):
            lines[at] = _SIZES + " ".join(map(str, sizes))
