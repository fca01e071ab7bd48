"""Tables fit to be compared: what is wrong with them is one clear line, what is doubtful a warning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import RequestError, SchemaError
from retrodict.reconstruction import Reconstruction
from retrodict.schema import Feature, Schema, Target, class_of
from retrodict.schema.infer import feature_of_column, target_of_column
from retrodict.tables.layout import Layout, said_of

Array = np.ndarray

REBUILT, TRAIN, HELD_OUT = "the reconstruction", "the training rows", "the held-out rows"
FEWEST = 20
_MANY, _GAPS = 50, 3  # 50 random whole numbers below 150 are all distinct in less than one table of ten thousand


@dataclass(frozen=True, eq=False)
class Inputs:
    """Tables on one layout.

    Parameters
    ----------
    schema
        Features and target, under the names of the reconstruction.
    layout
        How they are encoded; the target is the last column.
    tables
        Codes by title: the reconstruction, the training rows and, where there are any, the held-out rows.
    warnings
        What a user should know, in plain sentences.
    """

    schema: Schema
    layout: Layout
    tables: dict[str, Array]
    warnings: tuple[str, ...]


def read_inputs(
    rec: Reconstruction | pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame | None, target: str | None
) -> Inputs:
    """Check the tables and encode them.

    Parameters
    ----------
    rec
        A reconstruction, or a table that stands for one.
    train, holdout
        Real rows.
    target
        The target's column in the real rows; by default that of the reconstruction.

    Raises
    ------
    RetrodictError
        If the tables can't be compared.
    """
    given = {TRAIN: train} | ({} if holdout is None else {HELD_OUT: holdout})
    for title, frame in given.items():
        if not isinstance(frame, pd.DataFrame):
            raise RequestError(f"{title} must be a pandas DataFrame, got {type(frame).__name__}")
    if isinstance(rec, Reconstruction):
        schema = rec.schema
        frame = rec.frame[[*schema.names, schema.target.name]]
        real = {title: _real(one, title, schema.names, schema.target.name, target) for title, one in given.items()}
    elif isinstance(rec, pd.DataFrame):
        if target is None:
            raise RequestError("the reconstruction is a bare table; name its target column (target=)")
        frame = _real(rec, REBUILT, tuple(str(name) for name in rec.columns if str(name) != target), target, None)
        names = tuple(name for name in frame.columns if name != target)
        real = {title: _real(one, title, names, target, None) for title, one in given.items()}
        schema = observed_schema(real[TRAIN], target, others=[frame, *real.values()])
    else:
        raise RequestError(f"a Reconstruction or a DataFrame is needed, got {type(rec).__name__}")
    frames = {REBUILT: frame, **real}
    for title, one in frames.items():
        _check_rows(one, title, schema)
        if schema.target.is_class:
            name = schema.target.name
            frames[title] = one.assign(**{name: known_labels(one[name], title, schema)})
    layout, warnings = Layout.of(schema, frames)
    tables = {title: layout.encode(one, title) for title, one in frames.items()}
    warnings += _doubts(layout, tables, real[TRAIN])
    return Inputs(schema, layout, tables, warnings)


def observed_schema(
    frame: pd.DataFrame, target: str | None, known: Schema | None = None, others: Sequence[pd.DataFrame] = ()
) -> Schema:
    """Return the schema of rows, columns without any value among them.

    Parameters
    ----------
    frame
        Features, and the target where it is named.
    target
        The target's column; ``None`` where there is none.
    known
        What a column without values is taken for where its name is known.
    others
        Tables of the same columns, which show what it is where they hold values; it is else a number.

    Raises
    ------
    SchemaError
        If a column fits no kind.
    """
    names = [str(name) for name in frame.columns if name != target]
    empty = {name for name in names if frame[name].isna().all()}
    features = []
    for name in names:
        shown = next((one[name] for one in (frame, *others) if not one[name].isna().all()), None)
        if name in empty and known is not None and name in known.names:
            features.append(known[name])
        else:
            features.append(Feature(name) if shown is None else feature_of_column(shown))
    return Schema(tuple(features), Target() if target is None else target_of_column(frame[target]))


def _real(frame: pd.DataFrame, title: str, names: tuple[str, ...], target: str, own: str | None) -> pd.DataFrame:
    """Return the columns of a table in order, the target under the reconstruction's name of it."""
    frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    twice = sorted({name for name, count in Counter(frame.columns).items() if count > 1})
    if twice:
        raise SchemaError(f"columns of {title} stand twice: {_shown(twice)}")
    if (own or target) not in frame.columns:
        raise SchemaError(f"{title} have no target column '{own or target}'; their columns are {_shown(frame.columns)}")
    if own is not None and own != target:
        if target in frame.columns:
            raise SchemaError(f"{title} have both '{own}' and '{target}', the reconstruction's name of the target")
        frame = frame.rename(columns={own: target})
    wanted = [*names, target]
    absent = [name for name in wanted if name not in frame.columns]
    if absent:
        raise SchemaError(f"{title} lack columns that the reconstruction has: {_shown(absent)}")
    extra = [name for name in frame.columns if name not in wanted]
    counting = [name for name in extra if name.startswith("Unnamed:") or counts_rows(frame[name])]
    if counting:
        raise SchemaError(
            f"column '{counting[0]}' of {title} numbers the rows and is no feature of the reconstruction; drop it"
        )
    if extra:
        raise SchemaError(f"{title} have columns that the reconstruction lacks: {_shown(extra)}; drop them")
    return frame[wanted]


def counts_rows(column: pd.Series[Any]) -> bool:
    """Whether a column looks like a row number: distinct whole numbers, in increasing order or with few gaps.

    Rows that were shuffled and split keep numbers with few gaps; other whole numbers repeat before they are so dense.
    """
    if not pd.api.types.is_numeric_dtype(column.dtype) or column.isna().any() or len(column) < 3:
        return False
    values = column.to_numpy(dtype=np.float64)
    if not (values == np.round(values)).all():
        return False
    dense = len(values) >= _MANY and np.ptp(values) < _GAPS * len(values) and len(np.unique(values)) == len(values)
    return bool(dense or (np.diff(values) > 0).all())


def known_labels(labels: pd.Series[Any], title: str, schema: Schema) -> pd.Series[Any]:
    """Return labels as the classes that they are; a file keeps no types, so that they may be written otherwise.

    Raises
    ------
    SchemaError
        Naming those that are none of the classes.
    """
    classes = schema.target.classes
    values = labels.astype(object)
    places = {value: class_of(value, classes) for value in values.unique()}
    unknown = [repr(value) for value, place in places.items() if place is None]
    if unknown:
        raise SchemaError(
            f"the target of {title} holds {_shown(unknown)}, none of the classes {_shown(map(repr, classes))}; write "
            "them alike"
        )
    known = {value: classes[place] for value, place in places.items() if place is not None}
    return pd.Series([known[value] for value in values], index=labels.index, dtype=object)


def _check_rows(frame: pd.DataFrame, title: str, schema: Schema) -> None:
    if len(frame) < FEWEST:
        raise RequestError(f"{title} are {len(frame)} rows; at least {FEWEST} are needed to compare distributions")
    labels = frame[schema.target.name]
    if labels.isna().any():
        raise SchemaError(f"{int(labels.isna().sum())} of {title} have no target; drop them")
    if not schema.target.is_class:
        return
    held = list(labels.astype(object).unique())
    if len(held) < 2 and title == TRAIN:
        raise RequestError(f"{title} hold one class only ({held[0]!r}); rows of at least two are needed")


def _doubts(layout: Layout, tables: dict[str, Array], train: pd.DataFrame) -> tuple[str, ...]:
    lines = []
    real = tables[TRAIN]
    empty, constant = [], []
    for j, column in enumerate(layout.columns[:-1]):
        present = real[~np.isnan(real[:, j]), j]
        if not len(present):
            empty.append(column.name)
        elif (present == present[0]).all():
            constant.append(column.name)
        elif not column.listed and counts_rows(train[column.name]):
            lines.append(f"feature '{column.name}' numbers {TRAIN}: a model should not have seen it; drop it")
    lines += without_values(layout, {title: X for title, X in tables.items() if title != TRAIN})
    if empty:
        end = "missing values are compared"
        lines.append(said_of(empty, TRAIN, f"holds no values: only its {end}", f"hold no values: only their {end}"))
    if constant:
        end = "nothing of how near rows are"
        lines.append(said_of(constant, TRAIN, f"is constant: it tells {end}", f"are constant: they tell {end}"))
    classes = layout.columns[-1].categories
    absent = [str(classes[int(c)]) for c in np.unique(real[:, -1]) if classes and c not in tables[REBUILT][:, -1]]
    if absent:
        lines.append(f"{REBUILT} has no row of class {_shown(absent)}")
    if HELD_OUT in tables:
        lines += overlap(tables[HELD_OUT], real)
    return tuple(lines)


def without_values(layout: Layout, tables: Mapping[str, Array]) -> list[str]:
    """Return a warning for each table that holds columns without any value."""
    lines = []
    for title, X in tables.items():
        empty = [column.name for j, column in enumerate(layout.columns[:-1]) if np.isnan(X[:, j]).all()]
        lines += [said_of(empty, title, "holds no values", "hold no values")] if empty else []
    return lines


def overlap(holdout: Array, train: Array) -> list[str]:
    """Return a warning where held-out rows stand in the training rows too, beside how many must by chance."""
    known = Counter(row.tobytes() for row in train + 0.0)
    both = sum(row.tobytes() in known for row in holdout + 0.0)
    if not both:
        return []
    twins = np.array([count for count in known.values() if count > 1], dtype=np.float64)
    again = twins.sum() / len(train)
    line = f"{both:,} of {len(holdout):,} held-out rows ({both / len(holdout):.1%}) equal a training row"
    line += f"; {again:.1%} of the training rows equal another one"
    clumped = np.square(twins).sum() / len(train)  # equal rows come together, and so do both shares' errors
    allowed = again + 3 * np.sqrt(clumped / len(train) + max(clumped, 1 / len(holdout)) / len(holdout))
    if both / len(holdout) > allowed:
        line += ": the parts overlap, held-out rows are no fresh sample, and lifts come out too low"
    else:
        line += ": no more than chance gives"
    return [line]


def _shown(names: Any, limit: int = 8) -> str:
    names = [str(name) for name in names]
    return ", ".join(names[:limit]) + (f", ... ({len(names)} in all)" if len(names) > limit else "")
