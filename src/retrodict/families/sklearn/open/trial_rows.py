"""A handful of rows that a model is asked for before it is trusted not to crash, and how it is asked."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict import threads
from retrodict.disclosures.stated import load_stated
from retrodict.families.sklearn.structure.all_objects import objects_within
from retrodict.models.contract import Classifier, Regressor, own_schema
from retrodict.sanitizing.capability import Strippable
from retrodict.schema import Feature, Schema

Array = np.ndarray

TRIAL_ROWS = 8
METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function")
"""All that an estimator may be asked for rows."""

_PLACES = (0.0, 0.5, 1.0, 0.1, 0.9, 0.3, 1.5, -0.5)
_LIBRARIES = frozenset(("builtins", "collections", "functools", "numpy", "pandas", "scipy", "sklearn"))


def trial_rows(schema: Schema) -> Float[Array, "8 d"]:
    """Return rows over the ranges and categories that a schema knows, and somewhat beyond; the first is plain.

    Parameters
    ----------
    schema
        Features in the encoding of inference: numbers as they are, categories as their index.
    """
    return np.column_stack([_column(feature) for feature in schema.features])


def _column(feature: Feature) -> Float[Array, " 8"]:
    if feature.listed:
        return np.arange(TRIAL_ROWS, dtype=np.float64) % len(feature.categories)
    low = 0.0 if feature.low is None else float(feature.low)
    high = low + 1.0 if feature.high is None else float(feature.high)
    return low + (high - low) * np.array(_PLACES)


def use(estimator: Any, rows: Any) -> None:
    """Ask an estimator for all that it answers; what a method raises is its own affair, but for want of memory.

    Parameters
    ----------
    estimator
        A fitted estimator.
    rows
        In its own form.

    Raises
    ------
    MemoryError
        As the estimator.
    """
    with warnings.catch_warnings(), threads.capped(1), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for name in METHODS:
            try:
                getattr(estimator, name)(rows)
            except MemoryError:
                raise
            except Exception:  # real rows are checked when they are scored
                continue


def ask(estimator: Any) -> None:
    """Make a model of what was built, of whatever family, and ask it for some rows.

    Parameters
    ----------
    estimator
        What a file held.

    Raises
    ------
    Exception
        As whatever it is made of.
    """
    model = load_stated(estimator)
    rows = trial_rows(own_schema(model))
    if isinstance(model, Classifier):
        model.log_proba(rows)
    elif isinstance(model, Regressor):
        model.predict(rows)
    elif isinstance(model, Strippable):  # it has no likelihood, and scores that compiled code computes
        model.outputs(rows)


def sklearn_alone(estimator: Any) -> bool:
    """Whether a model holds nothing but parts of scikit-learn and the libraries that it stands on.

    Others may have threads of their own, which a copy of a process lacks and waits for.
    """
    return all(type(part).__module__.partition(".")[0] in _LIBRARIES for _, part in objects_within(estimator))
