"""Everything that a result of statsmodels holds: its objects, and which attributes have an entry for each row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from retrodict.families.statsmodels.parts import bare, n_rows
from retrodict.families.statsmodels.stand_in import is_stand_in

Array = np.ndarray

_DEEP = 6
"""Containers within one another that are entered: statsmodels has lists in dictionaries, and no more."""

FEWEST = 2
"""Rows of a table; fewer are no rows of anything."""


def objects_in(made: Any) -> Iterator[tuple[str, Any]]:
    """Yield the result itself and every object of statsmodels within it, with its attribute path.

    Parameters
    ----------
    made
        A result, wrapped or not.
    """
    seen: set[int] = set()
    stack: list[tuple[str, Any, int]] = [("", made, 0)]
    while stack:
        path, thing, depth = stack.pop()
        if id(thing) in seen or depth > _DEEP:
            continue
        seen.add(id(thing))
        if _own(thing):
            yield path, thing
            inner = [(f"{path}.{name}" if path else name, value, 0) for name, value in vars(thing).items()]
        elif isinstance(thing, dict):
            inner = [(f"{path}[{key!r}]", value, depth + 1) for key, value in thing.items()]
        elif isinstance(thing, list | tuple):
            inner = [(f"{path}[{i}]", value, depth + 1) for i, value in enumerate(thing)]
        else:
            continue
        stack += reversed(inner)


def _own(thing: Any) -> bool:
    return (
        type(thing).__module__.partition(".")[0] == "statsmodels"
        and not isinstance(thing, type)
        and hasattr(thing, "__dict__")
    )


def stands_in(made: Any) -> bool:
    """Whether the table of a formula is one that `sanitize` put in the place of the training table.

    Only where the result does not say how many rows it was fitted on, as none does that was not stripped: a training
    table of one number and a label for each row has the same form.

    Parameters
    ----------
    made
        A result, wrapped or not.
    """
    return n_rows(made) is None and is_stand_in(getattr(bare(made).model.data, "__dict__", {}).get("frame"))


def sizes_of(made: Any) -> frozenset[int]:
    """Return the numbers of rows that tables of a result have: those that it was fitted on, and those it was given."""
    data = bare(made).model.data
    found = {n_rows(made)}
    for name in ("frame", "orig_endog", "endog", "orig_exog", "exog"):
        table = getattr(data, "__dict__", {}).get(name)
        if table is not None and np.ndim(table) and not (name == "frame" and stands_in(made)):
            found.add(len(table))
    wexog = vars(bare(made).model).get("wexog")
    if wexog is not None:
        found.add(len(wexog))  # of errors that depend on one another the first rows are left out
    return frozenset(n for n in found if n is not None and n >= FEWEST)


NAMES = frozenset({"_init_keys", "_data_attr", "_data_in_cache", "_data_attr_model", "_props", "xnames", "ynames"})
"""Attributes that list names, of columns and attributes, and may be as many as a small table has rows."""


def has_rows(value: Any, sizes: frozenset[int]) -> bool:
    """Whether something has an entry for each row: a table or a series of such a length, or pieces that add up to it.

    Parameters
    ----------
    value
        Of an attribute.
    sizes
        See `sizes_of`.
    """
    return any(set(shape[:2]) & sizes for shape in _shapes(value, 0)) or _pieces(value) in sizes


def _pieces(value: Any) -> int:
    """Return how many rows a list or dictionary of tables has in all, as of groups of rows."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list | tuple) or len(value) < 2:
        return 0
    counts = [_length(one) for one in value]
    return sum(count for count in counts if count is not None) if None not in counts else 0


def _length(one: Any) -> int | None:
    if isinstance(one, np.ndarray | pd.DataFrame | pd.Series | pd.Index) and np.ndim(one):
        return len(one)
    if isinstance(one, list | tuple) and one:
        inner = {_length(part) for part in one}
        return len(one) if inner == {None} else inner.pop() if len(inner) == 1 else None
    return None


def _shapes(value: Any, depth: int) -> Iterator[tuple[int, ...]]:
    """Yield the shapes of the tables in something; lists of plain values are tables."""
    if sparse.issparse(value) or isinstance(value, np.ndarray | pd.DataFrame | pd.Series | pd.Index):
        yield tuple(value.shape)
    elif isinstance(value, dict) and depth < _DEEP:
        yield (len(value),)
        for one in value.values():
            yield from _shapes(one, depth + 1)
    elif isinstance(value, list | tuple) and depth < _DEEP:
        yield (len(value),)
        for one in value:
            yield from _shapes(one, depth + 1)
