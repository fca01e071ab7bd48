"""The tables of a study, each read once a process and put into one form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import RequestError, SchemaError
from retrodict.families.sklearn.train.algorithms import CLASSIFICATION, REGRESSION, Task
from retrodict.plain_text import one_line
from retrodict.schema import Feature, Schema, Target
from retrodict.schema.csv_numbers import AS_WRITTEN
from retrodict.study.bundled import bundled_frame
from retrodict.study.specs import BundledSet, DatasetEntry, FileSet, FolderSet, OpenMLSet, SingleSet, WorldSet
from retrodict.study.worlds import Truth, world_of
from retrodict.tables.columns import Wanted, wanted_columns
from retrodict.tables.labelled import bare_features

Array = np.ndarray

TARGET = "target"
MOST_FEATURES = 1_000
_TABLE = "the table"
MOST_VALUES = 200
"""A list of more values (names, identifiers) is left out."""

FEWEST_OF_A_CLASS = 10
_ENDINGS = (".parquet", ".csv")


@dataclass(frozen=True, eq=False)
class Table:
    """A table as all cells take it.

    Parameters
    ----------
    name, source
        What cells call it, and where it is from: `sklearn`, `openml`, `file` or `world`.
    schema
        Its features, lists with every value of the table, and its target: class codes 0, 1, ..., or a number.
    X
        Codes of the features, shape (n, d); NaN is missing. Empty for a world, which has no table but its truth.
    y
        Class codes, or values.
    truth
        Of a world.
    """

    name: str
    source: str
    schema: Schema
    X: Float[Array, "n d"]
    y: Float[Array, " n"]
    truth: Truth | None = None

    @property
    def task(self) -> Task:
        """The kind of its target."""
        return CLASSIFICATION if self.schema.target.is_class else REGRESSION


def singles(entries: Iterable[DatasetEntry]) -> tuple[SingleSet, ...]:
    """Return a design's tables one by one, folders opened.

    Raises
    ------
    RequestError
        If a folder is absent or holds no table with its target, or two tables have one name.
    """
    found: list[SingleSet] = []
    for entry in entries:
        found += _of_folder(entry) if isinstance(entry, FolderSet) else [entry]
    names = [entry.name for entry in found]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise RequestError(f"two datasets are named '{twice[0]}'; give one a label, or leave one out")
    return tuple(found)


def entry_named(entries: Iterable[DatasetEntry], name: str) -> SingleSet:
    """Return the entry of a cell's dataset."""
    for entry in singles(entries):
        if entry.name == name:
            return entry
    raise RequestError(f"the design has no dataset '{name}'")


def task_of(entry: SingleSet) -> Task:
    """Return the kind of a table's target."""
    if isinstance(entry, WorldSet):
        return CLASSIFICATION
    if isinstance(entry, BundledSet):
        return REGRESSION if entry.bundled in ("diabetes", "friedman") else CLASSIFICATION
    return load_table(entry).task


@lru_cache(maxsize=4)
def load_table(entry: SingleSet) -> Table:
    """Read a table.

    Parameters
    ----------
    entry
        Of a design.

    Raises
    ------
    RequestError
        If it can't be read, or can't be studied: no such target, one class, too many features.
    """
    if isinstance(entry, WorldSet):
        truth = world_of(entry)
        target = Target(TARGET, tuple(range(truth.p_y.shape[1])))
        return Table(entry.name, "world", Schema(truth.features, target), truth.grid[:0], truth.grid[:0, 0], truth)
    source, frame, target_name = _read(entry)
    try:
        return _in_form(entry.name, source, frame, target_name)
    except (SchemaError, RequestError) as error:
        raise RequestError(f"dataset '{entry.name}': {error}") from None


def _read(entry: SingleSet) -> tuple[str, pd.DataFrame, str]:
    if isinstance(entry, BundledSet):
        return "sklearn", bundled_frame(entry.bundled), TARGET
    if isinstance(entry, OpenMLSet):
        return "openml", *_of_openml(entry)
    assert isinstance(entry, FileSet)
    return "file", _of_file(entry.file), entry.target


def _of_openml(entry: OpenMLSet) -> tuple[pd.DataFrame, str]:
    from sklearn.datasets import fetch_openml

    settings: dict[str, Any] = {} if entry.target is None else {"target_column": entry.target}
    try:
        bunch = fetch_openml(entry.openml, version=entry.version or "active", as_frame=True, parser="auto", **settings)
    except Exception as error:  # of the network, of the server, of the table's format
        said = one_line(error, 200)
        raise RequestError(f"OpenML has no table '{entry.openml}' that can be fetched here: {said}") from error
    if len(bunch.target_names) != 1:
        raise RequestError(f"OpenML's '{entry.openml}' names {len(bunch.target_names)} targets; give one as target")
    return bunch.frame, bunch.target_names[0]


def _of_folder(entry: FolderSet) -> Iterator[FileSet]:
    if not entry.folder.is_dir():
        raise RequestError(f"dataset folder '{entry.folder}' does not exist; give a folder of Parquet or CSV files")
    paths = {path.stem: path for path in sorted(entry.folder.iterdir()) if path.suffix.lower() in _ENDINGS}
    unknown = [name for name in (*(entry.only or ()), *entry.without) if name not in paths]
    if unknown:
        raise RequestError(f"dataset folder '{entry.folder}' has no table '{unknown[0]}'; it has {', '.join(paths)}")
    taken = [
        FileSet(file=path, target=entry.target)
        for stem, path in paths.items()
        if (entry.only is None or stem in entry.only) and stem not in entry.without and entry.target in _columns(path)
    ]
    if not taken:
        raise RequestError(
            f"dataset folder '{entry.folder}' holds no Parquet or CSV file with a column '{entry.target}'"
        )
    return iter(taken)


def _columns(path: Path) -> list[str]:
    import pyarrow.parquet as pq

    try:
        if path.suffix.lower() == ".parquet":
            return list(pq.read_schema(path).names)
        return list(pd.read_csv(path, nrows=0).columns)
    except (OSError, ValueError, UnicodeError) as error:
        raise RequestError(_unreadable(path, error)) from error


def _of_file(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise RequestError(f"dataset file '{path}' does not exist; give a Parquet or CSV file")
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
        return pd.read_parquet(path) if parquet else pd.read_csv(path, **AS_WRITTEN)
    except (OSError, ValueError, UnicodeError) as error:
        raise RequestError(_unreadable(path, error)) from error


def _unreadable(path: Path, error: Exception) -> str:
    return f"dataset file '{path}' can't be read as Parquet or CSV: {one_line(error, 200)}"


def _in_form(name: str, source: str, frame: pd.DataFrame, target: str) -> Table:
    names = bare_features(frame, target, [frame], _TABLE)
    if len(names) > MOST_FEATURES:
        raise RequestError(f"it has {len(names):,} features; a study takes at most {MOST_FEATURES:,}")
    frame = wanted_columns(frame, _TABLE, Wanted(names, target), target)[0].reset_index(drop=True)
    classes, y = _target(frame[target])
    if classes is not None:
        counts = np.bincount(y.astype(np.int64), minlength=len(classes))
        kept = np.flatnonzero(counts >= FEWEST_OF_A_CLASS)
        if len(kept) < 2:
            raise RequestError(
                f"the target '{target}' has {len(kept)} class{'es' * (len(kept) != 1)} of {FEWEST_OF_A_CLASS} rows or "
                "more; at least two are needed"
            )
        rows = np.isin(y, kept)
        frame, y = frame[rows].reset_index(drop=True), np.searchsorted(kept, y[rows]).astype(np.float64)
        own = Target(TARGET, tuple(range(len(kept))))
    else:
        if np.ptp(y) == 0:
            raise RequestError(f"the target '{target}' has a single value; nothing can be learned")
        own = Target(TARGET)
    columns = [_plain(frame[column]) for column in frame if column != target]
    columns = [c for c in columns if c.nunique() > 1 and not (c.dtype == object and c.nunique() > MOST_VALUES)]
    if not columns:
        raise RequestError("it has no feature that varies")
    features = Schema.from_frame(pd.concat(columns, axis=1))
    # A feature of the target's name would stand in for it in tables.
    named = tuple(replace(f, name=f"{f.name}_" if f.name == TARGET else f.name, dtype=None) for f in features.features)
    return Table(name, source, Schema(named, own), features.encode(pd.concat(columns, axis=1)), y)


def _target(column: pd.Series[Any]) -> tuple[tuple[Any, ...] | None, Float[Array, " n"]]:
    """Return the classes and each row's code; or None and each row's value."""
    column = _plain(column)
    values = np.unique(column.to_numpy()) if column.dtype != object else np.array(sorted(set(column)), dtype=object)
    whole = column.dtype != object and bool((values == np.round(values)).all())
    if column.dtype == object or (whole and len(values) <= 20):
        return tuple(values), np.searchsorted(values, column.to_numpy()).astype(np.float64)
    y = column.to_numpy(dtype=np.float64)
    if not np.isfinite(y).all():
        raise RequestError(f"the target '{column.name}' holds infinite values; drop those rows")
    return None, y


def _plain(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column as numbers, or as text where any value is none; 0 and 1 stay whole so that they are a list."""
    kind = pd.api.types
    if kind.is_bool_dtype(column.dtype) or (
        kind.is_numeric_dtype(column.dtype) and not kind.is_complex_dtype(column.dtype)
    ):
        numbers = column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
        present = numbers[~np.isnan(numbers)]
        listed = set(np.unique(present)) == {0.0, 1.0}
        out = pd.Series(numbers, name=column.name)
        return out.astype("Int64") if listed else out
    if kind.is_datetime64_any_dtype(column.dtype) or kind.is_timedelta64_dtype(column.dtype):
        raise RequestError(f"column '{column.name}' holds dates; turn it into numbers or drop it")
    return column.astype(object).map(str, na_action="ignore").astype(object).rename(column.name)


def feature_columns(schema: Schema) -> tuple[Feature, ...]:
    """Return the features as columns to compare: numbers without bounds, lists as they are."""
    return tuple(
        Feature(f.name, f.kind, categories=f.categories) if f.listed else Feature(f.name) for f in schema.features
    )
