"""What is known without the model file: the prior that extraction by query alone starts from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import PriorError, RetrodictError
from retrodict.models import Model
from retrodict.priors import Prior, implied_prior, load_prior, uniform_prior
from retrodict.priors.implied.unread import UNREAD
from retrodict.results.notes import Note, of_code
from retrodict.schema import Feature, Schema
from retrodict.schema.feature import ALWAYS_MISSING
from retrodict.tables.labelled import observed_schema

_DRAWS = 2_000
_OF_ROWS = Note("ranges_of_rows", "uniform over the ranges and categories of the held-out rows")
_OF_FILE = Note(
    "ranges_of_file",
    "uniform over ranges and categories; no prior and no held-out rows were given, so the ranges are the file's",
)


def public_prior(
    model: Model, prior: Prior | str | Path | None, holdout: pd.DataFrame | None
) -> tuple[Prior | None, Note]:
    """Return the prior of someone who may only ask for predictions, and in words what it is or why there is none.

    The prior given; else uniform over the ranges and categories of the held-out rows, which stand for what the public
    knows of such people; else uniform over the ranges that draws of the implied prior show, which come from the file
    and are said to.

    Parameters
    ----------
    model
        Names the features.
    prior
        A prior, the path of a prior file, or ``None``.
    holdout
        Held-out rows with the model's columns.

    Raises
    ------
    RetrodictError
        If a prior is given and can't be read.
    """
    if isinstance(prior, str | Path):
        return load_prior(prior), Note("prior_file", f"the prior file '{prior}'", path=str(prior))
    if prior is not None:
        if not isinstance(prior, Prior):
            raise PriorError(f"a prior or the path of a prior file is needed, got {type(prior).__name__}")
        return prior, Note("prior_given", "the prior given")
    try:
        if holdout is not None:
            rows = holdout[list(model.schema.names)]
            empty = {name for name in model.schema.names if rows[name].isna().all()}
            schema = _known(observed_schema(rows, None, model.schema), model, empty)
            return uniform_prior(schema), _OF_ROWS
        found = implied_prior(model)
        ranges = uniform_prior(_ranges(found))
        return replace(ranges, notes=(*ranges.notes, *of_code(found.notes, UNREAD))), _OF_FILE
    except RetrodictError as error:
        return None, Note("no_prior", f"no prior is given, and none can be made: {error}")


def _known(schema: Schema, model: Model, empty: set[str]) -> Schema:
    """Leave out categories that the model does not know, and give lists to numbers that it knows as lists.

    Parameters
    ----------
    schema
        Of the held-out rows.
    model
        Names the features.
    empty
        Columns that are always missing: they stay so.
    """
    features: list[Feature] = []
    for feature in schema.features:
        own = model.schema[feature.name]
        if own.listed and not feature.listed:
            feature = own
        elif own.listed:
            categories = tuple(value for value in feature.categories if value in own.categories)
            kind: Any = feature.kind if len(categories) == len(feature.categories) else "categorical"
            feature = replace(feature, kind=kind, categories=categories) if categories else own
        if feature.name in empty:
            # the number in its place is never drawn
            column = feature if feature.listed else replace(feature, low=0.0, high=1.0)
            features.append(replace(column, missing=ALWAYS_MISSING))
        else:
            features.append(replace(feature, missing=0.0))
    return Schema(tuple(features))


def _ranges(prior: Prior) -> Schema:
    drawn = prior.sample(_DRAWS, np.random.default_rng(0))
    features = []
    for feature, column in zip(prior.schema.features, drawn.T, strict=True):
        present = column[~np.isnan(column)]
        if not feature.listed and len(present):
            feature = replace(feature, low=float(present.min()), high=float(present.max()))
        features.append(replace(feature, missing=0.0))
    return Schema(tuple(features), prior.schema.target, prior.schema.named)
