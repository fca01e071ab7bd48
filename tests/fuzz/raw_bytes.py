"""Mutations of bytes that know nothing of what they mean."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

Rng = np.random.Generator

INTEGERS = (0, 1, -1, 2, 3, 7, 255, 256, 65_535, 10**6, 10**9, 2**31 - 1, 2**31, 2**32 - 1, 2**53, 2**62, 2**63 - 1)
FLOATS = (np.nan, np.inf, -np.inf, 0.0, -0.0, -1.0, 1e300, 1e-300, 3.5e38, 1e-45)


def place(content: bytes | bytearray, rng: Rng, width: int = 1, aligned: bool = False) -> int:
    """Return where a word of some width may begin."""
    last = max(len(content) - width, 0)
    at = int(rng.integers(last + 1))
    return at - at % width if aligned else at


def flips(content: bytes, rng: Rng) -> bytes:
    """Change single bits."""
    data = bytearray(content)
    for _ in range(int(rng.choice([1, 1, 2, 8]))):
        if data:
            data[place(data, rng)] ^= 1 << int(rng.integers(8))
    return bytes(data)


def others(content: bytes, rng: Rng) -> bytes:
    """Put other bytes in a few places."""
    data = bytearray(content)
    for _ in range(int(rng.choice([1, 3, 10]))):
        if data:
            data[place(data, rng)] = int(rng.integers(256))
    return bytes(data)


def cut(content: bytes, rng: Rng) -> bytes:
    """End early."""
    return content[: int(rng.integers(len(content) + 1))]


def longer(content: bytes, rng: Rng) -> bytes:
    """Go on after the end."""
    more = (b"\0" * 64, b"\n", content[-100:], content, bytes(rng.integers(0, 256, 40, dtype=np.uint8)))
    return content + more[rng.integers(len(more))]


def removed(content: bytes, rng: Rng) -> bytes:
    """Leave a stretch out."""
    at, n = place(content, rng), int(rng.choice([1, 4, 8, 100]))
    return content[:at] + content[at + n :]


def repeated(content: bytes, rng: Rng) -> bytes:
    """Write a stretch twice, or many times."""
    at, n = place(content, rng), int(rng.choice([1, 4, 64, 500]))
    return content[: at + n] + content[at : at + n] * int(rng.choice([1, 1, 50])) + content[at + n :]


def word(content: bytes, rng: Rng) -> bytes:
    """Put a number of note where a whole word stands."""
    width = int(rng.choice([2, 4, 4, 8]))
    at = place(content, rng, width, aligned=bool(rng.random() < 0.8))
    if len(content) < at + width:
        return content
    if width > 2 and rng.random() < 0.4:
        with np.errstate(all="ignore"):
            new = struct.pack("<d", rng.choice(FLOATS)) if width == 8 else np.float32(rng.choice(FLOATS)).tobytes()
    else:
        whole = INTEGERS[rng.integers(len(INTEGERS))] if rng.random() < 0.7 else int(rng.integers(len(content)))
        new = (whole % 2 ** (8 * width)).to_bytes(width, "little")
    return content[:at] + new + content[at + width :]


def swapped(content: bytes, rng: Rng) -> bytes:
    """Exchange two words."""
    width = int(rng.choice([1, 4, 8, 32]))
    one, other = sorted(place(content, rng, width, aligned=True) for _ in range(2))
    if other < one + width or len(content) < other + width:
        return content
    a, b = content[one : one + width], content[other : other + width]
    return content[:one] + b + content[one + width : other] + a + content[other + width :]


RAW: dict[str, Callable[[bytes, Rng], bytes]] = {
    "flips": flips,
    "others": others,
    "cut": cut,
    "longer": longer,
    "removed": removed,
    "repeated": repeated,
    "word": word,
    "word again": word,
    "swapped": swapped,
}
"""Every mutation by name."""


def raw_mutation(content: bytes, rng: Rng) -> tuple[bytes, str]:
    """Return bytes with one mutation, and its name."""
    name = str(rng.choice(sorted(RAW)))
    return RAW[name](content, rng), name
