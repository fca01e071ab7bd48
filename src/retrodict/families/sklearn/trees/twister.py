"""The generator MT19937 run backwards: from the state that a file keeps to the one before its draws."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt32

Array = np.ndarray

WORDS = 624
"""Of its state."""
_SHIFT = 397
_MATRIX = 0x9908B0DF
_UPPER, _LOWER = 0x80000000, 0x7FFFFFFF


def before(state: np.random.RandomState, words: int) -> np.random.RandomState:
    """Return a generator as it was before it gave so many words of 32 bits.

    A state is a linear image of the last one, which loses nothing but 31 bits of its first word, and no draw sees these
    (Matsumoto & Nishimura, "Mersenne Twister", ACM TOMACS 8, 1998).

    Parameters
    ----------
    state
        A generator; it is not changed.
    words
        How many.
    """
    _, key, at, *_ = state.get_state(legacy=True)
    key, at = np.asarray(key, dtype=np.uint32), int(at)
    while words > at:
        words -= at
        key, at = _last(key), WORDS
    out = np.random.RandomState()
    out.set_state(("MT19937", key, at - words, 0, 0.0))
    return out


def _last(key: UInt32[Array, " 624"]) -> UInt32[Array, " 624"]:
    """Return the words that these were made of."""
    now = key.tolist()
    # now[i] = now[i + 397 - 624 or last[i + 397]] ^ twisted(upper bit of last[i], lower bits of last[i + 1])
    last = list(now)
    for i in range(WORDS - 1, -1, -1):
        upper = _untwisted(last[i] ^ last[(i + _SHIFT) % WORDS]) & _UPPER
        lower = _untwisted(last[i - 1] ^ last[(i - 1 + _SHIFT) % WORDS]) & _LOWER
        last[i] = upper | lower
    return np.array(last, dtype=np.uint32)


def _untwisted(word: int) -> int:
    """Return the word of 32 bits that a step shifted right by one, with its last bit in front again."""
    odd = word & _UPPER  # the matrix alone sets the upper bit
    if odd:
        word ^= _MATRIX
    return ((word << 1) & 0xFFFFFFFF) | (1 if odd else 0)
