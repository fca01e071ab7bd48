"""Training rows that a result of statsmodels keeps, whole or in part, wherever they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from statsmodels.regression.linear_model import GLSAR

from retrodict.disclosures.by_value import everything, table_of
from retrodict.disclosures.kinds import (
    Categories,
    CategoryCounts,
    Disclosure,
    Moments,
    RowEntries,
    Rows,
    SampleSize,
    Values,
)
from retrodict.disclosures.place import Place
from retrodict.disclosures.unread import Unread, type_name
from retrodict.families.statsmodels.design import design_of
from retrodict.families.statsmodels.disclose.meanings import DESIGN, STATISTICS, meaning_of
from retrodict.families.statsmodels.holdings import NAMES, has_rows, objects_in, sizes_of, stands_in
from retrodict.families.statsmodels.parts import exog_names, n_rows, spec_of, target_names
from retrodict.families.statsmodels.stand_in import STANDS

Array = np.ndarray

_FEWEST = 8
"""Rows from which a table that no reader knows is worth a line: below it, names of levels and settings are as long."""


@dataclass
class _Found:
    """What was read: objects by their number, so that no table is told twice."""

    told: dict[int, Any] = field(default_factory=dict)

    def add(self, thing: Any) -> None:
        for _, part, _ in everything(thing):
            self.told[id(part)] = part


def rows_held(result: Any, place: Place) -> Iterator[Disclosure | Unread]:
    """Yield how many rows there were, the tables that are kept, and every array with an entry for each row."""
    sizes, found = sizes_of(result), _Found()
    yield from _counted(result, place)
    yield from _labels(result, place)
    yield from _groups(result, place)
    yield from _stand_in(result, place)
    for path, owner in objects_in(result):
        for name, value in vars(owner).items():
            at = f"{path}.{name}" if path else name
            if name == "_cache" and isinstance(value, dict):
                for key, one in value.items():
                    if id(one) not in found.told and has_rows(one, sizes):
                        found.add(one)
                        yield from _told(result, place, f"{at}[{key!r}]", str(key), one, sizes)
            elif name in NAMES or (name == "frame" and stands_in(result)):
                found.add(value)
            elif value is not owner and id(value) not in found.told and _plain(value) and has_rows(value, sizes):
                found.add(value)
                yield from _told(result, place, at, name, value, sizes)
    yield from _others(result, place, sizes, found)


def _plain(value: Any) -> bool:
    return sparse.issparse(value) or isinstance(
        value, np.ndarray | pd.DataFrame | pd.Series | pd.Index | list | tuple | dict
    )


def _counted(result: Any, place: Place) -> Iterator[Disclosure]:
    n = n_rows(result)
    if n is not None:
        gaps = getattr(result.model.data, "missing_row_idx", None)
        exact: bool | str = "of the rows without gaps" if gaps is not None and np.any(gaps) else place.exact
        if isinstance(result.model, GLSAR) and result.model.order:
            exact = "of the rows but the first ones, as many as errors are carried over"
        yield SampleSize(n, features=(), source=place.at("nobs"), exact=exact)


def _labels(result: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the rows' labels, of the first table that has some of its own."""
    sizes = sizes_of(result)
    for path, part, _ in everything(result):
        table = isinstance(part, pd.DataFrame | pd.Series) and len(part) in sizes
        if table and not isinstance(part.index, pd.RangeIndex):
            yield place.entries(f"{path}.index", "its label in the table", part.index.to_numpy())
            return
    labels = vars(result.model.data).get("_cache", {}).get("row_labels")
    if labels is not None and not isinstance(labels, pd.RangeIndex):
        yield place.entries("model.data._cache['row_labels']", "its label in the table", np.asarray(labels))


def _groups(result: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the groups that rows were in, and how many were in each."""
    model = result.model
    labels = vars(model).get("group_labels")
    if labels is None:
        return
    own = tuple(getattr(label, "item", lambda label=label: label)() for label in labels)
    shared: dict[str, Any] = {"features": ("groups",), "source": place.at("model.group_labels"), "exact": place.exact}
    indices = vars(model).get("row_indices") or vars(model).get("group_indices")
    if isinstance(indices, dict) and all(label in indices for label in labels):
        counts = tuple(float(len(indices[label])) for label in labels)
        yield CategoryCounts(own, counts, personal=1.0 in counts, **shared)
    else:
        yield Categories(own, personal=None, **shared)


def _stand_in(result: Any, place: Place) -> Iterator[Disclosure]:
    """Yield what a table in the place of the training table still says: levels, and values that a formula learned."""
    frame = vars(result.model.data).get("frame")
    if not stands_in(result):
        return
    told = {feature.name: feature.listed for feature in design_of(result).features}
    for name, listed in told.items():
        distinct = frame[name].drop_duplicates().tolist() if name in frame.columns else []
        shared: dict[str, Any] = {"features": (name,), "source": place.at("model.data.frame"), "exact": place.exact}
        if listed and distinct:
            yield Categories(tuple(distinct), personal=None, **shared)
        elif len(distinct) == 1 and distinct[0] not in STANDS:
            yield Moments(float(distinct[0]), personal=None, **shared)
        elif len(distinct) > 1:
            yield Values(np.array(distinct, dtype=np.float64), personal=True, **shared)


def _told(result: Any, place: Place, path: str, name: str, value: Any, sizes: frozenset[int]) -> Iterator[Disclosure]:
    if name == "frame" and isinstance(value, pd.DataFrame):
        yield from _frame(result, place, path, value)
        return
    matrix = _stacked(value, sizes)
    if matrix is None:
        return
    if name in DESIGN and matrix.ndim == 2 and matrix.shape[1] == len(exog_names(result)):
        yield _design(result, place, path, matrix)
        return
    yield place.entries(path, meaning_of(name), matrix)


def _frame(result: Any, place: Place, path: str, frame: pd.DataFrame) -> Iterator[Disclosure]:
    """Yield the columns that the formula names as rows, with their target, and the other columns as rows too."""
    names = [feature.name for feature in design_of(result).features]
    target = target_names(result)[0]
    labels = frame[target] if target in frame.columns else None
    inside = [name for name in names if name in frame.columns]
    others = [name for name in map(str, frame.columns) if name not in (*inside, target)]
    for columns, own in ((inside, labels), (others, None)):
        if columns:
            table = frame.set_axis(list(map(str, frame.columns)), axis=1)[columns]
            yield Rows(
                table.astype(object).where(table.notna(), np.nan).to_numpy(dtype=object),
                None if own is None else tuple(own.tolist()),
                features=tuple(columns),
                source=place.at(path),
                exact=place.exact,
                personal=True,
            )


def _design(result: Any, place: Place, path: str, matrix: Array) -> Disclosure:
    """Return a design matrix: rows, unless it was made by a formula from a table that stands beside it."""
    if spec_of(result) is not None and isinstance(vars(result.model.data).get("frame"), pd.DataFrame):
        return place.entries(path, "its row of the design matrix", matrix)
    design = design_of(result)
    names, columns = exog_names(result), matrix.astype(object)
    if design.constant is not None:
        names = tuple(name for i, name in enumerate(names) if i != design.constant[0])
        columns = np.delete(columns, design.constant[0], axis=1)
    targets = next((t for t in _targets(result) if len(t) == len(matrix)), None)
    return Rows(
        columns,
        None if targets is None else tuple(targets.tolist()),
        features=names,
        source=place.at(path),
        exact=place.exact,
        personal=True,
    )


def _targets(result: Any) -> Iterator[Array]:
    data = result.model.data
    for name in ("orig_endog", "endog"):
        found = vars(data).get(name)
        if found is not None and (np.ndim(found) == 1 or np.shape(found)[1] == 1):
            yield np.asarray(found).reshape(len(found))


def _stacked(value: Any, sizes: frozenset[int]) -> Array | None:
    """Return something with an entry for each row as one array, its rows first; pieces are laid under one another."""
    if sparse.issparse(value):
        value = value.toarray()
    table = table_of(value)
    if table is not None and not isinstance(value, list | tuple):
        matrix = np.asarray(table)
        if len(matrix) in sizes or matrix.ndim < 2:
            return matrix
        return matrix.T if matrix.shape[1] in sizes else None
    pieces = [part for _, part, _ in everything(value) if table_of(part) is not None and np.size(part)]
    if not pieces:
        return None
    whole = [np.asarray(table_of(piece)) for piece in pieces]
    for one in whole:
        if len(one) in sizes:
            return one
    flat = [np.asarray(one).reshape(len(one), -1) for one in whole]
    if len({one.shape[1] for one in flat}) == 1:
        return np.concatenate([one.astype(object) for one in flat])
    return np.concatenate([np.asarray(one, dtype=object).ravel() for one in whole])


def _others(result: Any, place: Place, sizes: frozenset[int], found: _Found) -> Iterator[Disclosure | Unread]:
    """Yield what is left with an entry for each row, wherever it is, and tables of which nothing is known."""
    for path, part, above in everything(result):
        table = table_of(part)
        if table is None or id(part) in found.told or any(id(one) in found.told for one in above):
            continue
        shape = table.shape if hasattr(table, "shape") else np.shape(table)
        if set(shape[:2]) & sizes:
            found.add(part)
            yield RowEntries(
                "something of it, in a place that no reader knows",
                np.asarray(table.toarray() if sparse.issparse(table) else table),
                features=(),
                source=place.at(path),
                exact=place.exact,
                personal=True,
            )
        elif shape and shape[0] >= _FEWEST and not _known(path):
            yield Unread(
                place.at(path), type_name(part), "undeclared", f"a table of {shape[0]:,} rows that no reader knows"
            )


def _known(path: str) -> bool:
    """Whether a table is one of those that every result has: coefficients, names, settings.

    What a formula found around it when the result was fitted is the user's, and never known.
    """
    if "._namespaces[" in path:
        return False
    names = set(re.findall(r"[A-Za-z_]\w*", path))
    return bool(names & STATISTICS)
