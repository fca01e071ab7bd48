"""The known outputs of rows, in the forms that users have them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import RequestError
from retrodict.inference.observation import Label
from retrodict.models import Meter
from retrodict.models.noise import noise_of
from retrodict.reconstruction.attributes.seen import (
    ModelLabel,
    Output,
    Prediction,
    Probabilities,
    Seen,
    TrueLabel,
    TrueValue,
)
from retrodict.schema import Target, class_of
from retrodict.schema.labels import native

Array = np.ndarray


def check_output(output: Output, meter: Meter) -> None:
    """Refuse an output that the model does not have.

    Raises
    ------
    RequestError
        If it is another kind of model's, or a regressor's noise is not known where it is needed.
    """
    noise = noise_of(meter.model)
    if noise is not None and output in ("label", "probabilities"):
        raise RequestError(f"a regressor has no {output}; give output='prediction', or 'target'")
    if noise is None and output == "prediction":
        raise RequestError("a classifier has no output 'prediction'; give 'probabilities', 'label' or 'target'")
    if noise is not None and output == "target" and not noise.known:
        raise RequestError(
            "how far targets lie from the model's predictions is not known, so that a target says nothing of the row; "
            "state a noise scale (--noise-scale, or with_noise of the loaded model), or give output='prediction'"
        )


def seen_in_rows(output: Output, meter: Meter, X: Float[Array, "n d"], y: Float[Array, " n"], digits: int) -> Seen:
    """Return the outputs of whole rows.

    Parameters
    ----------
    output
        Which; see `check_output`.
    meter
        The model, which is asked for its own outputs.
    X, y
        The rows in its schema's encoding; places of classes, or values. `y` is looked at for the target alone.
    digits
        Decimals of probabilities; significant digits of predictions.
    """
    if output == "target":
        noise = noise_of(meter.model)
        return TrueLabel(y.astype(np.intp)) if noise is None else TrueValue(y, noise)
    told = meter.output(X)
    if output == "label":
        return ModelLabel(told.argmax(axis=1))
    if output == "probabilities":
        return Probabilities(np.round(np.exp(told), digits), digits)
    return Prediction(np.array([float(f"{value:.{digits - 1}e}") for value in told.tolist()]), digits)


def seen_as_given(output: Output, meter: Meter, given: Any, target: Target, n: int, digits: int) -> Seen:
    """Return outputs that a user observed.

    Parameters
    ----------
    output, meter, digits
        As of `seen_in_rows`.
    given
        Of `listed_outputs`: one a row.
    target
        The model's.
    n
        Rows.

    Raises
    ------
    RequestError
        If they are not one a row, or of another form.
    ObservationError
        If a label is none of the model's.
    """
    if len(given) != n:
        raise RequestError(f"{len(given):,} outputs were given for {n:,} rows; give one a row")
    if output in ("label", "target") and target.is_class:
        index = np.array([Label.of(native(label), target).index for label in given])
        return ModelLabel(index) if output == "label" else TrueLabel(index)
    try:
        values = np.asarray(list(given), dtype=np.float64)
    except (TypeError, ValueError):
        raise RequestError("outputs must be numbers, one a row, or one a class in each row; correct them") from None
    shape = (n, len(target.classes)) if output == "probabilities" else (n,)
    if values.shape != shape or not np.isfinite(values).all():
        raise RequestError(f"outputs must be finite numbers of shape {shape}, got {values.shape}; correct them")
    if output == "probabilities":
        return Probabilities(values, digits)
    noise = noise_of(meter.model)
    return Prediction(values, digits) if output == "prediction" or noise is None else TrueValue(values, noise)


def codes(column: pd.Series[Any], target: Target) -> Float[Array, " n"]:
    """Return recorded targets as places of classes, or as values.

    Raises
    ------
    RequestError
        If one is none of the model's classes.
    """
    if not target.is_class:
        return column.to_numpy(dtype=np.float64)
    places = {label: class_of(native(label), target.classes) for label in column.unique()}
    strange = [label for label, place in places.items() if place is None]
    if strange:
        known = ", ".join(map(str, target.classes))
        raise RequestError(f"the target holds {strange[0]!r}, which is none of the model's classes ({known}); drop it")
    return column.map(places).to_numpy(dtype=np.float64)
