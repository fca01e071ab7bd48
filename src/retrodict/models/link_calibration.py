"""Fit an assumed link to labelled rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy.optimize import minimize_scalar

from retrodict.errors import RequestError, SchemaError
from retrodict.models.contract import Classifier, Linked
from retrodict.models.links import two_columns_or_softmax

Array = np.ndarray

_STEEPEST = 12.0  # the search is over log slopes of -12 to 12


def calibrate_link(model: Classifier, rows: pd.DataFrame, labels: Sequence[Any] | Array) -> Classifier:
    """Return the model with its assumed link fitted by maximum likelihood to labelled rows.

    A slope is fitted where the model gives margins, the error rate where it gives labels. The targets are Platt's: a
    label of a class seen `m` times counts as ``(m + 1) / (m + 2)``, so that separable rows have a finite slope.

    Parameters
    ----------
    model
        A classifier without probabilities of its own, bound or not.
    rows
        Features as columns, n rows; best not those that the model was trained on.
    labels
        Their true labels, n of ``model.schema.target.classes``.

    Returns
    -------
    Classifier
        Its `likelihood` says the fitted value.

    Raises
    ------
    RequestError
        If the model has exact probabilities, or rows and labels do not match.
    SchemaError
        If rows or labels hold what the model does not know.
    """
    if not isinstance(model, Linked) or model.link is None:
        raise RequestError(
            f"the {model.family} gives its own probabilities ({model.likelihood}); no link is to be fitted"
        )
    if len(rows) != len(labels) or not len(rows):
        raise RequestError(f"each row needs one label, got {len(rows)} rows and {len(labels)} labels")
    true = _positions(labels, model.schema.target.classes)
    scores = model.linked(model.schema.encode(rows))
    if model.link == "margins":
        return model.with_link(link_slope=_fitted_slope(np.asarray(scores, dtype=np.float64), true, model))
    wrong = int((scores != true).sum())
    return model.with_link(error_rate=(wrong + 1) / (len(true) + 2))


def _positions(labels: Sequence[Any] | Array, classes: tuple[Any, ...]) -> Int[Array, " n"]:
    index = {label: i for i, label in enumerate(classes)}
    values = pd.Series(labels).astype(object).tolist()
    found = [index.get(label, -1) for label in values]
    if -1 in found:
        raise SchemaError(f"label {values[found.index(-1)]!r} is none of the model's classes {list(classes)}")
    return np.array(found, dtype=np.intp)


def _fitted_slope(margins: Array, true: Int[Array, " n"], model: Classifier) -> float:
    k = len(model.schema.target.classes)
    counts = np.bincount(true, minlength=k)
    sure = (counts + 1.0) / (counts + 2.0)
    targets: Float[Array, "n k"] = np.repeat(((1.0 - sure) / (k - 1))[true][:, None], k, axis=1)
    targets[np.arange(len(true)), true] = sure[true]

    def loss(log_slope: float) -> float:
        return -float((targets * two_columns_or_softmax(np.exp(log_slope) * margins)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-_STEEPEST, _STEEPEST), method="bounded").x))
