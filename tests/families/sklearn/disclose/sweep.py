"""Every estimator of scikit-learn, fitted on one small table, and what is found in it of the table by value.

The search shares nothing with the readers: it follows whatever pickling would.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
from sklearn.frozen import FrozenEstimator
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances

from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.place import Place
from retrodict.disclosures.reading import facts_of
from retrodict.disclosures.unread import Unread

ROWS, WIDTH = 41, 4
MANY = ROWS // 4
"""Values of one column in one array from which they are no coincidence: ends and bins are fewer."""
DEEP = 14

ROW_FACTS = {"Rows", "PossibleRows"}
VALUE_FACTS = {*ROW_FACTS, "Values", "Quantiles", "Categories", "CategoryCounts"}
ENTRY_FACTS = {*VALUE_FACTS, "RowEntries"}

_SMALL = {"n_estimators": 4, "n_init": 1, "random_state": 0, "max_subpopulation": 60}
_FEW_ROUNDS = {"max_iter": 30}
_RNG = np.random.default_rng(5)
_X = _RNG.normal(size=(ROWS, WIDTH)) * 2.0 + 1.0
_SCORE = _X[:, 0] + _X[:, 1] + 0.3 * _RNG.normal(size=ROWS)
_TWO = (_SCORE > 2.0).astype(int)
_REAL = np.exp(0.2 * _SCORE)
_PAIR = np.column_stack([_REAL, _X[:, 2] + _RNG.normal(size=ROWS)])
_WORDS = [" ".join(_RNG.choice(["one", "two", "three", "four", "five"], 3)) for _ in range(ROWS)]
_RECORDS = [{"a": float(row[0]), "b": float(row[1])} for row in _X]
_GIVEN: dict[str, Callable[[Any], Any]] = {
    "FrozenEstimator": lambda cls: cls(KNeighborsClassifier().fit(_X, _TWO)),
    "SparseCoder": lambda cls: cls(dictionary=_RNG.normal(size=(5, WIDTH))),
}
"""What needs something fitted or given, which scikit-learn's own tests leave out in some releases."""
TABLES: list[tuple[Any, list[Any]]] = [
    (_X, [_TWO, _REAL, _PAIR, np.column_stack([_TWO, _SCORE > 1.0]).astype(int), None]),
    (np.abs(np.round(_X)), [_TWO, _REAL, None]),
    (np.round(np.abs(_X), 3), [_TWO, _REAL, None]),
    (_X[:, :1], [_REAL]),
    (_X @ _X.T, [None]),
    (_WORDS, [_TWO]),
    (_RECORDS, [None]),
    (_TWO, [None]),
    ([(word,) for word in _WORDS], [None]),
    (_X.reshape(ROWS, 2, 2), [None]),
]
"""Tables with the targets that they are tried with: of numbers, counts, one column, kernels, texts, records, labels."""


@dataclass(frozen=True)
class Swept:
    """One estimator as it was fitted, and what was found in it."""

    model: Any
    table: Any
    rows: int
    values: int
    entries: tuple[str, ...]
    found: tuple[Disclosure | Unread, ...]

    @property
    def kinds(self) -> set[str]:
        return {fact.kind for fact in self.found if isinstance(fact, Disclosure)}

    @property
    def unread(self) -> tuple[Unread, ...]:
        return tuple(fact for fact in self.found if isinstance(fact, Unread))

    @property
    def told_rows(self) -> int:
        """How many training rows the facts give."""
        facts: list[Any] = [fact for fact in self.found if not isinstance(fact, Unread) and fact.kind == "Rows"]
        near = [np.round(np.asarray(fact.rows, dtype=float), 6).tolist() for fact in facts]
        return len({tuple(row) for rows in near for row in rows} & _keys(np.round(self.table, 6)))


def names() -> list[str]:
    return [name for name, _ in all_estimators()]


@cache
def fitted(name: str) -> tuple[Any, Any]:
    """Return an estimator, fitted on the first table that it takes, and that table."""
    cls = dict(all_estimators())[name]
    failures = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for X, targets in TABLES:
            for y in targets:
                for small in ({**_SMALL, **_FEW_ROUNDS}, _SMALL):
                    try:
                        model = _instance(cls, small)
                        return (model.fit(X) if y is None else model.fit(X, y)), X
                    except (ValueError, TypeError, AttributeError, IndexError) as error:
                        failures.append(f"{type(error).__name__}: {str(error)[:60]}")
    raise LookupError(f"{name} takes none of the tables: {failures}")


def _instance(cls: type, small: dict[str, Any]) -> Any:
    if cls.__name__ in _GIVEN:
        return _GIVEN[cls.__name__](cls)
    model = next(iter(_construct_instances(cls)))
    known = model.get_params(deep=True)
    return model.set_params(**{key: value for key, value in small.items() if key in known})


def sweep(name: str) -> Swept:
    """Return what an estimator keeps of its table by value, and what its readers say of it."""
    model, table = fitted(name)
    numbers = np.asarray(table, dtype=float) if isinstance(table, np.ndarray) and table.ndim == 2 else np.empty((0, 2))
    arrays = list(_arrays(model))
    rows = _keys(np.vstack([np.empty((0, numbers.shape[1])), *(_like(a, numbers.shape[1]) for _, a in arrays)]))
    # counts and codes are everywhere: their values tell nothing
    real = [set(column.tolist()) for column in numbers.T if (column != np.rint(column)).all()]
    values = max((len(set(a.ravel().tolist()) & column) for _, a in arrays for column in real), default=0)
    entries = tuple(path for path, a in arrays if a.ndim and a.shape[0] == ROWS)
    columns = tuple(Column.start(f"x{i}") for i in range(numbers.shape[1] if len(numbers) else 1))
    found = tuple(facts_of(model, Place("", columns)))
    wide = numbers.shape[1] > 1  # of one column every value is a row
    return Swept(model, numbers, len(rows & _keys(numbers)) if wide else 0, values, entries, found)


def faults(swept: Swept) -> list[str]:
    """Return what an estimator keeps and no fact says."""
    if swept.unread:
        return []
    checks = {
        "rows": swept.rows > swept.told_rows and "PossibleRows" not in swept.kinds,
        "values": swept.values >= MANY and not swept.kinds & VALUE_FACTS,
        "entries": bool(swept.entries) and not swept.kinds & ENTRY_FACTS,
    }
    return [what for what, bad in checks.items() if bad]


def _keys(matrix: np.ndarray) -> set[tuple[float, ...]]:
    return {tuple(row) for row in np.asarray(matrix, dtype=float).tolist()}


def _like(array: np.ndarray, width: int) -> np.ndarray:
    """Return an array's rows, or its columns, where they are as wide as the table's."""
    flat = [a for a in (array, array.T) if a.ndim == 2 and a.shape[1] == width]
    flat += [array.reshape(1, -1)] if array.shape == (width,) else []
    return np.vstack(flat) if flat else np.empty((0, width))


def _arrays(thing: Any) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every array of numbers within an object, with its path."""
    seen: dict[int, Any] = {}
    stack: list[tuple[str, Any, int]] = [("", thing, 0)]
    while stack:
        path, part, depth = stack.pop()
        if id(part) in seen or depth > DEEP or isinstance(part, str | bytes | type | types.ModuleType):
            continue
        seen[id(part)] = part
        if sparse.issparse(part):
            yield path, part.toarray()
        elif isinstance(part, np.ndarray) and part.dtype.names:
            stack += [(f"{path}[{field}]", part[field], depth + 1) for field in part.dtype.names]
        elif isinstance(part, np.ndarray) and part.dtype.kind in "fiub":
            yield path, part.astype(float)
        else:
            if isinstance(part, list | tuple) and part and all(isinstance(value, int | float) for value in part):
                yield path, np.asarray(part, dtype=float)
            stack += [(f"{path}{step}", value, depth + 1) for step, value in _inner(part)]


def _inner(part: Any) -> list[tuple[str, Any]]:
    if isinstance(part, BaseEstimator):  # what it was given is no finding
        given = part.get_params(deep=False) if not isinstance(part, FrozenEstimator) else {}
        return [(f".{name}", value) for name, value in vars(part).items() if name not in given]
    if isinstance(part, dict):
        return [(f"[{key!r}]", value) for key, value in part.items()]
    if isinstance(part, list | tuple | set | frozenset):
        return [(f"[{i}]", value) for i, value in enumerate(part)]
    if isinstance(part, np.ndarray):
        return [(f"[{i}]", value) for i, value in enumerate(part.ravel())] if part.dtype == object else []
    if isinstance(part, int | float | complex | np.generic | type(None)) or callable(part):
        return []
    if isinstance(getattr(part, "__dict__", None), dict):
        return [(f".{name}", value) for name, value in vars(part).items()]
    try:
        return [(".state", value) for value in part.__reduce_ex__(2)[1:3]]
    except (TypeError, ValueError):
        return []
