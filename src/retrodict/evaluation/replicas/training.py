"""Fit estimators to examples, and ask them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict import threads
from retrodict.errors import RequestError
from retrodict.families.sklearn.train.pipelines import fresh, takes_weights
from retrodict.plain_text import error_line
from retrodict.schema.frames import features_frame
from retrodict.tables.encoded import Inputs, Rows

Array = np.ndarray

_LEAST = 1e-3  # a share of a soft label that is left out


@dataclass(frozen=True, eq=False)
class Examples:
    """What an estimator is trained on.

    Parameters
    ----------
    rows
        Rows with labels or values.
    soft
        Probabilities of the classes, which weigh each row where the estimator takes weights; ``None``: labels alone.
    """

    rows: Rows
    soft: Float[Array, "n k"] | None = None

    def permuted(self, X: Float[Array, "n d"], rng: np.random.Generator) -> Examples:
        """Return other rows with these labels in random order: labels that know nothing of the features."""
        order = rng.permutation(len(self.rows))[: len(X)]
        return Examples(Rows(X[: len(order)], self.rows.y[order]))


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model says of rows.

    Parameters
    ----------
    said
        Class codes, or values.
    p
        Probabilities of the classes; ``None`` where it gives none.
    """

    said: Float[Array, " n"]
    p: Float[Array, "n k"] | None

    @classmethod
    def of_base(cls, output: Array) -> Answers:
        """Return the answers of a base model's output."""
        return cls(output, None) if output.ndim == 1 else cls(output.argmax(axis=1).astype(np.float64), output)


def fit(estimator: Any, examples: Examples, inputs: Inputs) -> Any:
    """Return a fitted copy of a pipeline.

    Parameters
    ----------
    estimator
        An unfitted pipeline.
    examples
        What to fit it to.
    inputs
        Whose features and classes the codes are of.

    Raises
    ------
    RequestError
        If the estimator can't be fitted to them.
    """
    rows, settings = examples.rows, {}
    if examples.soft is not None and takes_weights(estimator):
        place, label = np.nonzero(examples.soft >= _LEAST)
        rows = Rows(rows.X[place], label.astype(np.float64))
        settings = {f"{estimator.steps[-1][0]}__sample_weight": examples.soft[place, label]}
    try:
        with warnings.catch_warnings(), threads.fitting(*rows.X.shape):
            warnings.simplefilter("ignore")  # of iterations, collinear columns: the scores say how well it went
            return fresh(estimator).fit(features_frame(inputs.features, rows.X), labels(rows.y, inputs), **settings)
    except Exception as error:  # whatever an estimator raises on rows it can't learn from
        raise RequestError(error_line(error, 200)) from error


def labels(y: Float[Array, " n"], inputs: Inputs) -> Array:
    """Return class codes as the classes themselves, or values as they are."""
    if not inputs.schema.target.is_class:
        return y
    classes = inputs.schema.target.classes
    values = np.array(classes, dtype=None if len({type(c) for c in classes}) == 1 else object)
    return np.asarray(values[y.astype(np.intp)])


def ask(fitted: Any, X: Float[Array, "n d"], inputs: Inputs) -> Answers:
    """Return what a fitted estimator says of rows.

    Parameters
    ----------
    fitted
        Of `fit`.
    X
        Codes.
    inputs
        Whose features and classes they are of.
    """
    frame = features_frame(inputs.features, X)
    with warnings.catch_warnings(), threads.asking(*X.shape):
        warnings.simplefilter("ignore")  # of column names, and of categories that were not seen
        said = np.ravel(fitted.predict(frame))  # some give a column of labels
        if not inputs.schema.target.is_class:
            return Answers(np.asarray(said, dtype=np.float64), None)
        known = list(inputs.schema.target.classes)
        codes = pd.Index(pd.Series(known, dtype=object)).get_indexer(pd.Index(np.asarray(said, dtype=object)))
        if not hasattr(fitted, "predict_proba"):
            return Answers(codes.astype(np.float64), None)
        p = np.zeros((len(X), len(known)))
        p[:, [known.index(label) for label in fitted.classes_]] = fitted.predict_proba(frame)
    return Answers(codes.astype(np.float64), p)
