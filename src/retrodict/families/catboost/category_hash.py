"""CatBoost's hashes of categories, and the way back from them.

A category is known by the lower 32 bits of the 64-bit hash of its text (CityHash64 in its first version, by Geoff Pike
and Jyrki Alakuijala); integers are hashed as their digits. Statistics of one feature alone are kept under a further
mixing of that number, which has an inverse. The hash of a text of 16 letters has one too: so every number has a text
that stands for it, whatever the category was called.
"""

from __future__ import annotations

import struct
from typing import Any

_MASK = 2**64 - 1
_K0, _K1, _K2, _K3 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F, 0xC949D7C7509E6557
_PAIR = 0x9DDFEA08EB382D69
"""The constants of the hash: primes, and the factor that mixes two numbers."""
_COMBINED = 0x4906BA494954CB65
"""The factor that CatBoost mixes a feature's hash into a combination with."""


def hash_of(category: Any) -> int:
    """Return CatBoost's hash of a category, 0 to 2**32 - 1.

    Parameters
    ----------
    category
        A text, or what is hashed as its text, such as an integer.
    """
    return city_hash(str(category).encode("utf-8", "surrogateescape")) & 0xFFFFFFFF


def combined(before: int, value: int) -> int:
    """Return the hash of a combination, 64 bits, after one more member; it begins at 0.

    Parameters
    ----------
    before
        The hash of the members before.
    value
        A category's hash, or whether a split is met.
    """
    signed = value - 2**32 if value >= 2**31 else value  # kept as a signed number
    return _COMBINED * (before + _COMBINED * signed) & _MASK


def uncombined(hashed: int, before: int = 0) -> int | None:
    """Return the category's hash that was mixed in last; ``None`` where there is none that gives this number."""
    value = (hashed * _INVERSE - before) * _INVERSE & _MASK
    low = value & 0xFFFFFFFF
    return low if combined(before, low) == hashed else None


_INVERSE = pow(_COMBINED, -1, 2**64)
_PAIR_INVERSE = pow(_PAIR, -1, 2**64)


def stand_in(hashed: int) -> str:
    """Return a text with a given 32-bit hash: what CatBoost is told in place of a category whose name is not known.

    Parameters
    ----------
    hashed
        The lower 32 bits of its hash.
    """
    length = 16
    for tail in range(2**20):  # one of some thousand gives letters alone
        last = int.from_bytes(f"{tail:08x}".encode(), "little")
        v = _rotated(last + length & _MASK, length)
        # hash = mix(first, v) ^ last: solve for the first eight letters, the upper half of the hash being free
        b = (tail << 32 ^ hashed ^ last) * _PAIR_INVERSE & _MASK
        a = (_shifted(b) * _PAIR_INVERSE & _MASK) ^ v
        first = ((_shifted(a) * _PAIR_INVERSE & _MASK) ^ v).to_bytes(8, "little")
        text = first + last.to_bytes(8, "little")
        if all(0x20 <= one < 0x7F for one in first):
            return text.decode("ascii")
    raise ValueError("no text has this hash")  # pragma: no cover  a million tries do not all fail


def city_hash(text: bytes) -> int:
    """Return the 64-bit CityHash, version 1, of bytes."""
    n = len(text)
    if n <= 16:
        return _short(text, n)
    if n <= 32:
        a, b = _word(text, 0) * _K1, _word(text, 8)
        c, d = _word(text, n - 8) * _K2, _word(text, n - 16) * _K0
        return _pair(_rotated(a - b & _MASK, 43) + _rotated(c & _MASK, 30) + d, a + _rotated(b ^ _K3, 20) - c + n)
    return _middle(text, n) if n <= 64 else _long(text, n)


def _word(text: bytes, at: int) -> int:
    return int(struct.unpack_from("<Q", text, at)[0])


def _rotated(value: int, by: int) -> int:
    value &= _MASK
    return (value >> by | value << (64 - by)) & _MASK


def _shifted(value: int) -> int:
    value &= _MASK
    return value ^ (value >> 47)  # its own inverse


def _pair(u: int, v: int) -> int:
    u, v = u & _MASK, v & _MASK
    a = _shifted((u ^ v) * _PAIR)
    return _shifted((v ^ a) * _PAIR) * _PAIR & _MASK


def _short(text: bytes, n: int) -> int:
    if n > 8:
        a, b = _word(text, 0), _word(text, n - 8)
        return _pair(a, _rotated(b + n, n)) ^ b
    if n >= 4:
        first, last = struct.unpack_from("<I", text)[0], struct.unpack_from("<I", text, n - 4)[0]
        return _pair(n + (first << 3), last)
    if n:
        y, z = text[0] + (text[n >> 1] << 8), n + (text[n - 1] << 2)
        return _shifted(y * _K2 & _MASK ^ z * _K3 & _MASK) * _K2 & _MASK
    return _K2


def _middle(text: bytes, n: int) -> int:
    def half(start: int, a: int, z: int) -> tuple[int, int]:
        b, c = _rotated(a + z, 52), _rotated(a, 37)
        a += _word(text, start + 8)
        c += _rotated(a, 7)
        a += _word(text, start + 16)
        return a + z, b + _rotated(a, 31) + c

    vf, vs = half(0, _word(text, 0) + (n + _word(text, n - 16)) * _K0, _word(text, 24))
    wf, ws = half(n - 32, _word(text, 16) + _word(text, n - 32), _word(text, n - 8))
    r = _shifted((vf + ws) * _K2 + (wf + vs) * _K0)
    return _shifted(r * _K0 + vs) * _K2 & _MASK


def _long(text: bytes, n: int) -> int:
    x, y, z = _word(text, 0), _word(text, n - 16) ^ _K1, _word(text, n - 56) ^ _K0
    v, w = _weak(text, n - 64, n, y), _weak(text, n - 32, n * _K1, _K0)
    z += _shifted(v[1]) * _K1
    x, y = _rotated(z + x, 39) * _K1, _rotated(y, 33) * _K1
    for at in range(0, (n - 1) & ~63, 64):
        x = _rotated(x + y + v[0] + _word(text, at + 16), 37) * _K1 & _MASK
        y = _rotated(y + v[1] + _word(text, at + 48), 42) * _K1 & _MASK
        x ^= w[1]
        y ^= v[0]
        z = _rotated(z & _MASK ^ w[0], 33)
        v = _weak(text, at, v[1] * _K1, x + w[0])
        w = _weak(text, at + 32, z + w[1], y)
        z, x = x, z
    return _pair(_pair(v[0], w[0]) + _shifted(y) * _K1 + z, _pair(v[1], w[1]) + x)


def _weak(text: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = struct.unpack_from("<4Q", text, at)
    a += w
    b = _rotated(b + a + z, 21)
    c = a
    a += x + y
    b += _rotated(a, 44)
    return a + z & _MASK, b + c & _MASK
