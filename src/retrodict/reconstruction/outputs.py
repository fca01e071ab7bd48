"""Observed outputs, in the forms that users have them, as observations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import ObservationError
from retrodict.inference.observation import Label, Observation, Probabilities, Value
from retrodict.models import Model
from retrodict.models.noise import Noise, noise_of
from retrodict.schema import Target, class_of
from retrodict.schema.labels import native

Array = np.ndarray


def listed_outputs(outputs: Any, target: Target) -> Any:
    """Return observed outputs as an array or list, one item an output.

    Parameters
    ----------
    outputs
        Labels or values, shape (n,); or probabilities, shape (n, k), a frame's columns named by class in any order.
    target
        The model's, whose classes name a frame's columns.

    Raises
    ------
    ObservationError
        If there are none, or they are no list.
    """
    if isinstance(outputs, pd.DataFrame):
        outputs = _column_or_matrix(outputs, target)
    if isinstance(outputs, str) or not isinstance(outputs, Iterable):
        raise ObservationError(
            f"outputs must be a list, an array or a table, got {outputs!r}; put one output in a list"
        )
    values: Any = outputs if isinstance(outputs, np.ndarray) else list(outputs)
    if len(values) == 0:
        raise ObservationError("no outputs were given; give at least one label, probability vector or value")
    return values


def observations_of(model: Model, values: Any, precision: float) -> list[Observation]:
    """Read observed outputs.

    Parameters
    ----------
    model
        A regressor (with its noise scale known) reads values; a classifier reads labels or probability vectors.
    values
        Of `listed_outputs`.
    precision
        Of probability vectors; see `Probabilities`.

    Raises
    ------
    ObservationError
        If the model can't have produced them; the line names the first bad row.
    """
    target = model.schema.target
    noise = noise_of(model)
    if noise is not None:
        return [_value(i, value, noise) for i, value in enumerate(_flat(values))]
    vectors = np.ndim(values[0]) == 1
    mixed = next((i for i, value in enumerate(values) if np.ndim(value) != vectors), None)
    if mixed is not None:
        raise ObservationError(
            f"output {mixed}: outputs must be all labels or all probability vectors, got {_short(values[mixed])}"
        )
    return [
        _at(i, lambda v=value: Probabilities(_vector(v, target), precision) if vectors else Label.of(native(v), target))
        for i, value in enumerate(values)
    ]


def _column_or_matrix(frame: pd.DataFrame, target: Target) -> Any:
    """Return the one column of labels or values, or the class columns as a matrix in the model's order."""
    by_name = {str(column): column for column in frame.columns}
    wanted = [str(label) for label in target.classes]
    places = {class_of(column, target.classes): column for column in frame.columns}
    if wanted and all(place in places for place in range(len(wanted))):
        return frame[[places[place] for place in range(len(wanted))]].to_numpy()
    if frame.shape[1] == 1:
        return frame.iloc[:, 0]
    if target.name in by_name:
        return frame[by_name[target.name]]
    need = f"one column for each class ({', '.join(wanted)}), or " if wanted else ""
    raise ObservationError(f"outputs must be {need}one column '{target.name}'; got columns {', '.join(by_name)}")


def _flat(values: Any) -> Any:
    if np.ndim(values[0]) > 0:
        raise ObservationError("a regressor's outputs are single values; got several numbers in a row")
    return values


def _value(i: int, value: Any, noise: Noise) -> Observation:
    def read() -> Observation:
        try:
            return Value(float(value), noise)
        except (TypeError, ValueError) as error:
            if isinstance(error, ObservationError):
                raise
            raise ObservationError(f"an observed value must be a number, got {value!r}") from error

    return _at(i, read)


def _vector(vector: Any, target: Target) -> tuple[float, ...]:
    if len(vector) != len(target.classes):
        raise ObservationError(
            f"a probability vector needs {len(target.classes)} shares, one for each class, got {len(vector)}"
        )
    try:
        return tuple(float(share) for share in vector)
    except (TypeError, ValueError) as error:
        raise ObservationError(f"a probability vector must hold numbers, got {list(vector)}") from error


def _at(i: int, read: Any) -> Observation:
    try:
        return read()
    except ObservationError as error:
        raise ObservationError(f"output {i}: {error}") from None


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:60] + "..."
