"""THE reader of real labelled rows: one policy for every measure, and a note for all that it did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int

from retrodict.errors import RequestError
from retrodict.plain_text import listing
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema, Target
from retrodict.schema.infer import feature_of_column, target_of_column
from retrodict.tables.columns import Wanted, named_columns, numbers_rows, wanted_columns
from retrodict.tables.plain_values import days, is_date, plain_values
from retrodict.tables.titles import REBUILT, TRAIN

Array = np.ndarray

CONFIDENCE = "confidence"
"""The column of a rebuilt table that is no feature."""


@dataclass(frozen=True, eq=False)
class RealRows:
    """Tables that were read: each with the same features in the same order, and the same target.

    Parameters
    ----------
    schema
        What the columns are; the target's name is its column in the tables.
    frames
        Tables by title: features, and the target, last. The index of each is the place of its rows in the table that
        was given.
    notes
        What was done to them, and what is doubtful about them.
    """

    schema: Schema
    frames: dict[str, pd.DataFrame]
    notes: tuple[Note, ...]

    def places(self, title: str) -> Int[Array, " n"]:
        """Return where the rows of a table stood in the one that was given."""
        return self.frames[title].index.to_numpy()


def read_labelled(
    schema: Schema,
    given: Mapping[str, Any],
    target: str | None = None,
    *,
    undetermined: Collection[str] = (),
    labelled: bool = True,
) -> RealRows:
    """Read real rows beside what is known of their columns.

    The policy, the same for every measure. The target is the column named; else the one of the schema's name; else the
    only one that is no feature. Labels are compared as text (`class_of`). Features match by name, or by position where
    the schema's names were made up; other columns are left out, and named; of a column that stands twice with the same
    values one is taken. Rows without a target are left out, and counted. Dates are compared with lists of dates or of
    text, and refused where numbers are known. Whatever was done is among the notes; what can't be told is one error,
    the same whichever measure asks.

    Parameters
    ----------
    schema
        Of a model, of a reconstruction, or of a prior beside a model.
    given
        Tables by title, as the user gave them.
    target
        The target's column in them; by default as above. The reconstruction has the schema's own name of it.
    undetermined
        Features whose kind the schema does not tell: it is that of the first table that holds values.
    labelled
        Whether each table must have a target.

    Raises
    ------
    RetrodictError
        If a table can't be read so.
    """
    wanted = Wanted.of(schema, labelled)
    frames, notes = {}, list[Note]()
    for title, frame in given.items():
        own = None if title == REBUILT and _has(frame, schema.target.name) else target
        frames[title], said = wanted_columns(frame, title, wanted, own)
        notes += said
    schema = _determined(schema, frames, undetermined).with_target(Target(wanted.target, schema.target.classes))
    frames = {title: plain_values(frame, title, schema) for title, frame in frames.items()}
    return RealRows(schema, frames, tuple(notes))


def read_bare(given: Mapping[str, Any], target: str | None) -> RealRows:
    """Read tables of which nothing is known: one that stands for a reconstruction, and real rows beside it.

    Its columns are the features, but for the target, a written index, and `confidence` where the others lack that. What
    they are is read off the training rows where there are any: real rows know their values best. Dates become days.

    Parameters
    ----------
    given
        Tables by title, the reconstruction among them.
    target
        The target's column in all of them.

    Raises
    ------
    RetrodictError
        If the target is not named, or a table can't be read as `read_labelled` reads it.
    """
    names = [str(name) for name in given[REBUILT].columns]
    if target is None:
        raise RequestError(
            f"the reconstruction is a bare table, whose columns are {listing(names)}; name its target column (target=)"
        )
    bare = bare_features(given[REBUILT], target, [one for title, one in given.items() if title != REBUILT])
    read = read_columns(given, Wanted(bare, target), target)
    first = read.frames.get(TRAIN, read.frames[REBUILT])
    schema = observed_schema(first, target, others=list(read.frames.values()))
    frames = {title: plain_values(frame, title, schema) for title, frame in read.frames.items()}
    return replace(read, schema=schema, frames=frames)


def read_columns(given: Mapping[str, Any], wanted: Wanted, target: str | None) -> RealRows:
    """Read columns of which no more is known than their names; dates become days, all else stays as it is.

    Parameters
    ----------
    given
        Tables by title.
    wanted
        The columns.
    target
        The target's column in each table that has it.

    Raises
    ------
    RetrodictError
        If a table can't be read so.
    """
    frames, notes = {}, list[Note]()
    for title, frame in given.items():
        own = target if wanted.labelled or title != REBUILT or _has(frame, target) else None
        frames[title], said = wanted_columns(frame, title, wanted, own)
        notes += said
    dated = [name for name in wanted.features if any(is_date(frame[name]) for frame in frames.values())]
    frames = {title: days(frame, title, dated, notes) for title, frame in frames.items()}
    schema = Schema(tuple(Feature(name) for name in wanted.features), Target(wanted.target))
    return RealRows(schema, frames, tuple(notes))


def _has(frame: Any, name: str | None) -> bool:
    return isinstance(frame, pd.DataFrame) and name in [str(own) for own in frame.columns]


def bare_features(
    frame: pd.DataFrame, target: str | None, others: Collection[Any] = (), title: str = REBUILT
) -> tuple[str, ...]:
    """Return the features of a table of which nothing is known: all but its target, a written index and `confidence`.

    Parameters
    ----------
    frame
        The table.
    target
        Its target, if it has one.
    others
        Tables beside it; where one of them has a column `confidence`, that is a feature.
    title
        What it is, for messages.
    """
    frame = named_columns(frame, title, {str(name) for name in frame.columns}, [])
    elsewhere = {str(name) for one in others if isinstance(one, pd.DataFrame) for name in one.columns}
    own = [name for name in frame.columns if name != target]
    index = [name for name in own if name.startswith("Unnamed:") and numbers_rows(frame[name])]
    kept = [name for name in own if name not in index and (name != CONFIDENCE or name in elsewhere)]
    return tuple(kept)


def _determined(schema: Schema, frames: Mapping[str, pd.DataFrame], undetermined: Collection[str]) -> Schema:
    """Return the schema with what tables show of features whose kind it does not tell."""
    if not undetermined:
        return schema
    first, *others = frames.values()
    seen = observed_schema(first[list(schema.names)], None, schema, others)
    features = (seen[one.name] if one.name in undetermined else one for one in schema.features)
    return Schema(tuple(features), schema.target, schema.named)


def observed_schema(
    frame: pd.DataFrame, target: str | None, known: Schema | None = None, others: Collection[pd.DataFrame] = ()
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
    features = []
    for name in (str(name) for name in frame.columns if name != target):
        holding = next((one[name] for one in (frame, *others) if not one[name].isna().all()), None)
        if frame[name].isna().all() and known is not None and name in known.names:
            features.append(known[name])
        else:
            features.append(Feature(name) if holding is None else feature_of_column(holding))
    return Schema(tuple(features), Target() if target is None else target_of_column(frame[target]))
