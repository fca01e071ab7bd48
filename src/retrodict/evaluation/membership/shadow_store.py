"""What shadow models said is kept: in memory for the next audit of the same training, and in a folder if asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import numpy as np
from jaxtyping import Float

from retrodict.results.disk import writing

Array = np.ndarray

_MOST = 4
"""Requests that are kept in memory, the latest: an audit before and after parts were taken out asks for one."""
_MEMORY: OrderedDict[str, dict[int, Array]] = OrderedDict()
_GUARD = threading.Lock()


@dataclass(eq=False)
class Store:
    """The pairs of one request.

    Parameters
    ----------
    pairs
        By number: what both models say of every row, shape (2, n).
    rows
        How many.
    folder
        Where each is written as it is made; ``None`` for nowhere.
    """

    pairs: dict[int, Float[Array, "2 n"]] = field(repr=False)
    rows: int
    folder: Path | None = None

    @classmethod
    def of(cls, identity: str, rows: int, cache: str | Path | None) -> Store:
        """Return what is kept of a request.

        Parameters
        ----------
        identity
            A name of all that decides what the models say: a folder of another request is never read.
        rows
            How many.
        cache
            The folder of all requests; ``None`` for memory alone.

        Raises
        ------
        RequestError
            If the folder can't be written.
        """
        with _GUARD:
            pairs = _MEMORY.setdefault(identity, {})
            _MEMORY.move_to_end(identity)
            while len(_MEMORY) > _MOST:
                _MEMORY.popitem(last=False)
        if cache is None:
            return cls(pairs, rows)
        folder = Path(cache) / f"shadows-{identity}"
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return cls(pairs, rows, folder)

    def has(self, pair: int) -> bool:
        """Whether a pair is there, read from the folder if need be."""
        if pair not in self.pairs and self.folder is not None:
            found = _read(self._path(pair), self.rows)
            if found is not None:
                self.pairs[pair] = found
        return pair in self.pairs

    def get(self, pair: int) -> Float[Array, "2 n"]:
        """Return a pair that is there."""
        return self.pairs[pair]

    def put(self, pair: int, said: Float[Array, "2 n"]) -> None:
        """Keep a pair. Whoever makes it makes the same, so that two runs may: each file comes in one step."""
        self.pairs[pair] = said
        if self.folder is not None:
            path = self._path(pair)
            fresh = path.with_name(f"{path.name}.{uuid4().hex}")  # of this run alone
            with writing(self.folder):
                try:
                    with fresh.open("wb") as file:
                        np.save(file, said, allow_pickle=False)
                    fresh.replace(path)
                finally:
                    fresh.unlink(missing_ok=True)

    def _path(self, pair: int) -> Path:
        assert self.folder is not None
        return self.folder / f"pair-{pair:05d}.npy"


def _read(path: Path, rows: int) -> Float[Array, "2 n"] | None:
    """Return a pair from its file; ``None`` where there is none, or it is no such pair."""
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    right = isinstance(found, np.ndarray) and found.dtype == np.float64 and found.shape == (2, rows)
    return found if right and not np.isnan(found).any() else None
