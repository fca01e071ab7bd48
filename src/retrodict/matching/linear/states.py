"""All rows that there can be, where these are few: one for each set of leaves that a row can reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.errors import ModelError
from retrodict.matching.equations import Equations
from retrodict.matching.linear.joining import empty_leaves, joined_rows, reached
from retrodict.matching.linear.pricing import priced_entries
from retrodict.matching.linear.routing import hashes_of

Array = np.ndarray

MOST_ROWS = 4_000_000
"""Possible rows of codes that are all looked at; some seconds, and 50 megabytes of hashes."""
MOST_JOINED = 60_000_000
"""Rows times trees, of rows that are put together and kept, at most: they are priced from half a gigabyte."""
MOST_PRICED = 400_000_000
"""Entries of rows that are priced, at most, of some 10 bytes: rows times trees, for each label where these differ."""
_AT_ONCE = 200_000


@dataclass(frozen=True, eq=False)
class States:
    """Possible rows that trees tell apart.

    Parameters
    ----------
    codes
        The likeliest row of each state, shape (S, d).
    alike
        How many possible rows each state holds, shape (S,).
    share
        The share of the likeliest one among them, by what is assumed of codes, shape (S,).
    """

    codes: Int[Array, "S d"]
    alike: Int[Array, " S"]
    share: Float[Array, " S"]

    def __len__(self) -> int:
        return len(self.codes)


def count_rows(equations: Equations) -> int:
    """Return how many different rows of codes there can be."""
    total = 1
    for options in _parts(equations):
        total *= len(options)
    return total


def all_states(equations: Equations) -> States:
    """Return every state that reaches no empty leaf, in the order of their first rows.

    Parameters
    ----------
    equations
        Of at most `MOST_ROWS` possible rows.

    Raises
    ------
    ModelError
        If these take too much memory.
    """
    found = listed_states(equations, MOST_ROWS)
    if found is None:
        raise ModelError(
            f"{count_rows(equations):,} possible rows are too many to be priced under {len(equations.routes):,} trees; "
            "rebuild from counts instead"
        )
    return found


def listed_states(equations: Equations, most: int = MOST_ROWS) -> States | None:
    """Return every state that reaches no empty leaf, in the order of their first rows; ``None`` where they are many.

    Parameters
    ----------
    equations
        What is stated.
    most
        Possible rows that are looked at.
    """
    parts, total = _parts(equations), count_rows(equations)
    empty = empty_leaves(equations)
    if empty.any():
        rows = joined_rows(equations, parts, empty, min(most, MOST_JOINED // len(equations.routes)))
        if rows is not None and len(rows):  # else what is stated contradicts itself
            best, alike, share = _grouped(hashes_of(equations.routes, rows), _log_chances(equations, rows))
            return States(rows[best], alike, share)
    if total > most:
        return None
    hashes, chances = np.empty(total, dtype=np.uint64), np.empty(total)
    for first in range(0, total, _AT_ONCE):
        numbers = np.arange(first, min(first + _AT_ONCE, total))
        codes = _rows(parts, numbers, len(equations.table.sizes))
        hashes[numbers] = hashes_of(equations.routes, codes)
        chances[numbers] = _log_chances(equations, codes)
    best, alike, share = _grouped(hashes, chances)
    codes = _rows(parts, best, len(equations.table.sizes))
    kept = reached(equations, codes, empty)
    kept = kept if kept.any() else np.ones(len(codes), dtype=bool)
    if int(kept.sum()) * priced_entries(equations, codes) > MOST_PRICED:
        return None
    return States(codes[kept], alike[kept], share[kept])


def _grouped(hashes: Array, chances: Array) -> tuple[Array, Array, Array]:
    """Return the likeliest row of each group of one hash, how many are in it, and that row's share among them."""
    order = np.lexsort((np.arange(len(hashes)), -chances, hashes))
    firsts = np.flatnonzero(np.diff(hashes[order].astype(np.uint64), prepend=~hashes[order[:1]]) != 0)
    alike = np.diff(np.append(firsts, len(hashes)))
    sums = np.add.reduceat(np.exp(chances[order]), firsts) if len(firsts) else np.empty(0)
    best = order[firsts]
    by_first = np.argsort(best)
    share = np.exp(chances[best]) / sums
    return best[by_first], alike[by_first], share[by_first]


Options = list[dict[int, int]]


def _parts(equations: Equations) -> list[Options]:
    """Return what columns of codes may hold, those of one group together."""
    grouped = {i for group in equations.exclusive for i in group}
    parts: list[Options] = [[{}, *({i: 1} for i in group)] for group in equations.exclusive]
    sizes = equations.table.sizes.tolist()
    return parts + [[{i: code} for code in range(size)] for i, size in enumerate(sizes) if i not in grouped]


def _rows(parts: list[Options], numbers: Array, width: int) -> Array:
    """Return rows of codes by their numbers."""
    out = np.zeros((len(numbers), width), dtype=np.int32)
    rest = numbers.copy()
    for options in parts:
        rest, chosen = np.divmod(rest, len(options))
        for i in {i for option in options for i in option}:
            out[:, i] = np.array([option.get(i, 0) for option in options])[chosen]
    return out


def _log_chances(equations: Equations, codes: Array) -> Array:
    logs = [np.log(own) for own in equations.table.chances]
    return np.sum([own[codes[:, i]] for i, own in enumerate(logs)], axis=0) if logs else np.zeros(len(codes))
