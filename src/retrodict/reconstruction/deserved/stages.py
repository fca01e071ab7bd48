"""Searches that follow one another as one piece of work: it is kept, and goes on, in whichever it was stopped."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from retrodict.reconstruction.found_table import Hooks


@dataclass(eq=False)
class Stages:
    """What the searches of one piece of work tell, each as if it were alone.

    A search that has ended is known by its last checkpoint, from which it ends again in the same way, at once.

    Parameters
    ----------
    hooks
        Of the whole.
    many
        How many searches there are at most.
    """

    hooks: Hooks
    many: int
    _ended: list[bytes] = field(default_factory=list)
    _kept: list[bytes] = field(default_factory=list)
    _energy: float = math.inf

    def __post_init__(self) -> None:
        if self.many > 1 and self.hooks.state is not None:
            self._kept = unpacked(self.hooks.state)

    def next(self) -> Hooks:
        """Return what the next search tells, once the one before has ended."""
        if self.many == 1:
            return self.hooks
        at = len(self._ended)
        last = [self._kept[at]] if at < len(self._kept) else []
        self._ended.append(b"")

        def progress(share: float, energy: float) -> None:
            self._energy = energy if at == 0 else self._energy  # that of the table, not of what it is compared with
            self.hooks.progress((at + share) / self.many, self._energy)

        def checkpoint(make: Callable[[], bytes], now: bool) -> None:
            if now:
                self._ended[at] = make()
                self.hooks.checkpoint(lambda: packed(self._ended), True)
            else:
                self.hooks.checkpoint(lambda: packed([*self._ended[:at], make()]), False)

        return Hooks(progress, last[0] if last else None, checkpoint, self.hooks.say)


def packed(states: list[bytes]) -> bytes:
    """Return the states of several searches as one block of bytes."""
    out = io.BytesIO()
    np.savez(out, *(np.frombuffer(one, dtype=np.uint8) for one in states))
    return out.getvalue()


def unpacked(state: bytes) -> list[bytes]:
    """Return the states that `packed` joined."""
    with np.load(io.BytesIO(state), allow_pickle=False) as kept:
        return [kept[f"arr_{i}"].tobytes() for i in range(len(kept.files))]
