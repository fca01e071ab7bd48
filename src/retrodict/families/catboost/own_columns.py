"""The columns of a model of CatBoost as it has them itself, with the categories that are known of them, and classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retrodict.errors import ModelError, SchemaError
from retrodict.families.catboost.category_hash import stand_in
from retrodict.families.catboost.content import Content
from retrodict.families.catboost.native import known_hashes
from retrodict.families.catboost.objectives import Objective
from retrodict.families.plain_model import completed
from retrodict.plain_text import error_line, listing
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema, Target

OTHER = "other"
"""Stands for all categories that splits do not ask for, of a column whose categories are not all in the file."""


@dataclass
class Beside:
    """What a file has beside what CatBoost itself holds of it.

    Parameters
    ----------
    as_json
        Whether it is a json file, and is written as one again.
    names_by_hash
        Categories in clear, by their hash.
    """

    as_json: bool = False
    names_by_hash: dict[int, str] = field(default_factory=dict)


def columns_of(
    content: Content, made: Any, objective: Objective, given: Schema | None, beside: Beside, where: str
) -> tuple[Schema, dict[str, dict[str, str]], list[Note]]:
    """Return a model's columns, the texts that stand for categories without a name, and what is to be said of those.

    Parameters
    ----------
    content
        What its file holds.
    made
        The object of CatBoost.
    objective
        The loss that it was trained for.
    given
        What the user states of the columns; ``None`` where nothing is.
    beside
        What its file has beside.
    where
        What it is called in errors.

    Raises
    ------
    ModelError
        If its columns have one name twice, or its classes are not named.
    SchemaError
        If the stated schema does not fit it.
    """
    names = content.names
    named = names != tuple(str(i) for i in range(len(names)))
    target = Target("target", _classes(made, content, where) if objective.kind == "class" else ())
    listed: dict[str, dict[str, str]] = {names[one.flat]: {} for one in content.categories}
    stated_of = () if given is None else given.features
    told = {one.name: one for one in stated_of} if named else dict(zip(names, stated_of, strict=False))
    clear = _clear(content) | beside.names_by_hash
    hashes = known_hashes(content)
    features, unknown = [], []
    for at, name in enumerate(names):
        if name not in listed:
            features.append(Feature(name))
            continue
        index = next(one.index for one in content.categories if one.flat == at)
        labels = {clear.get(one, f"#{one}"): one for one in hashes[index]}
        listed[name] = {label: stand_in(one) for label, one in labels.items() if label not in clear.values()}
        stated = told.get(name)
        if stated is not None:
            features.append(Feature(name, "categorical", categories=_stated(stated)))
            continue
        unknown += [name] if listed[name] or not labels else []
        whole = any(table.base.of.alone == index for table in content.ctr_tables or ())
        features.append(Feature(name, "categorical", categories=(*labels, *(() if whole else (OTHER,)))))
    notes = []
    if unknown:
        text = (
            f"the categories of {listing(unknown, 5)} are known by their hashes alone; list them in a schema "
            "(--schema, or schema=) to ask for them by name, and to hold real rows against the model"
        )
        notes.append(Note("hashed_categories", text, features=unknown))
    try:
        own = Schema(tuple(features), target, named)
    except SchemaError as error:
        raise ModelError(f"{where} can't be asked: {error}") from error
    return completed(own, given), listed, notes


def _classes(made: Any, content: Content, where: str) -> tuple[Any, ...]:
    """Return the classes; those that training had no row of have an output too, which is minus infinity."""
    try:
        classes = tuple(made.classes_.tolist())
    except Exception as error:  # CatBoost's own, of settings that it does not know
        raise ModelError(f"{where} does not name its classes: {error_line(error, 200)}; save it again") from error
    if len(classes) < max(2, content.dimension):
        raise ModelError(f"{where} names {len(classes)} classes for {content.dimension} outputs; save it again")
    return classes


def _clear(content: Content) -> dict[int, str]:
    """Return the names of categories that stand beside their hashes in splits."""
    return {
        int(value) & 0xFFFFFFFF: text
        for one in content.one_hots
        for value, text in zip(one.values, one.texts, strict=False)
    }


_MOST_LISTED = 100_000


def _stated(feature: Feature) -> tuple[Any, ...]:
    """Return the categories that a user states of a column: its list, or its whole numbers."""
    if feature.listed:
        return feature.categories
    if feature.n_values is None or feature.n_values > _MOST_LISTED:
        raise SchemaError(
            f"'{feature.name}' takes categories: list them in the schema, or give the bounds of its whole numbers"
        )
    return tuple(range(int(np.ceil(feature.low or 0)), int(np.floor(feature.high or 0)) + 1))
