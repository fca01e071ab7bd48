"""The preprocessing that all estimators share which are trained here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrodict.schema import Feature
from retrodict.schema.frames import of_numbers

_MOST_CATEGORIES = 100  # of one column; rarer ones share a column


NUMBERS, LISTS = "numbers", "lists"
"""What the two parts of the common preprocessing are called."""


def preprocessor(features: Sequence[Feature]) -> Any:
    """Return an unfitted transformer of `features_frame`'s tables to a matrix without gaps.

    Numbers: the median for a missing value, with an indicator where any was missing; then scaled. Lists: one indicator
    a category, missing being one; a category that was not seen is none of them.

    Parameters
    ----------
    features
        What the columns are.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return _side_by_side(features, make_pipeline(filled, StandardScaler()))


def _side_by_side(features: Sequence[Feature], of_number: Any) -> Any:
    """Return an unfitted transformer of numbers by a step, and of lists by indicators."""
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OneHotEncoder

    lists = [f.name for f in features if f.listed and not (of_numbers(f) and len(f.categories) <= 2)]
    numbers = [f.name for f in features if f.name not in lists]
    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=_MOST_CATEGORIES, sparse_output=False, dtype=np.float64
    )
    parts = [(NUMBERS, of_number, numbers), (LISTS, encoder, lists)]
    return ColumnTransformer([part for part in parts if part[2]])


def behind(features: Sequence[Feature], steps: Sequence[Any]) -> Any:
    """Return an unfitted pipeline of the common preprocessing and further steps.

    Parameters
    ----------
    features
        Of the plain table that it will be fed (numbers with gaps, lists of any values).
    steps
        Unfitted.
    """
    from sklearn.pipeline import make_pipeline

    return make_pipeline(preprocessor(features), *steps)


def behind_plain(features: Sequence[Feature], step: Any) -> Any:
    """Return an unfitted pipeline for trees that take gaps: numbers as they are, lists by indicators.

    Parameters
    ----------
    features
        As `behind` takes them.
    step
        Unfitted.
    """
    from sklearn.pipeline import make_pipeline

    return make_pipeline(_side_by_side(features, "passthrough"), step)
