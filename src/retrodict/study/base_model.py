"""The base model of a study's cells, and what any model of theirs says of rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from retrodict.families.sklearn.train.algorithms import Rung
from retrodict.families.sklearn.train.pipelines import new_estimator
from retrodict.models import Model, Regressor, load_model
from retrodict.models.noise import noise_of
from retrodict.schema import Feature, Schema
from retrodict.study.cache import Kept
from retrodict.study.exact import FLOOR
from retrodict.study.qualities import training_rows
from retrodict.study.setting import Setting

if TYPE_CHECKING:
    from retrodict.study.design import Cell

Array = np.ndarray
Value = float | int | str | None

FEWEST = 3
"""Rows of a class from which a replica learns it."""

_LEAST_NOISE = 1e-9  # of a model whose errors vanish


@dataclass(frozen=True, eq=False)
class Fitted:
    """A base model: the estimator, what it says of the held-out rows, and how good that is."""

    estimator: Any
    model: Model
    n_train: int
    said: Float[Array, " n"]
    scores: dict[str, Value]
    of_states: Float[Array, "n k"] | None
    """Of a world: its probabilities in every state."""


_MODELS = Kept(2)


def fitted(here: Setting, cell: Cell) -> Fitted:
    """Return the base model of a cell, fitted to its share of the training part."""
    key = (here.design.digest, cell.dataset, cell.seed, cell.algorithm, cell.quality)
    return _MODELS.get(key, lambda: _fit(here, cell))


def _fit(here: Setting, cell: Cell) -> Fitted:
    quality = here.design.qualities[cell.quality]
    train = here.parts.train
    rng = here.stream("quality", cell.quality)
    rows, target = training_rows(here.y[train], here.classes, quality, rng)
    estimator = new_model(here, cell, len(rows), "base").fit(here.frame(here.X[train[rows]]), labels_of(here, target))
    said, p = answers_of(here, estimator, here.X[here.parts.holdout])
    scores = scores_of(here, said, p)
    # Kinds are a table's code book; ranges and lists are left to what the model itself knows.
    known = tuple(_known(f, here.X[train[rows], j]) for j, f in enumerate(here.schema.features))
    model = load_model(estimator, schema=Schema(known, here.schema.target))
    noise = noise_of(model)
    if noise is not None and noise.scaled and isinstance(model, Regressor):
        public = here.parts.public
        said_public = answers_of(here, estimator, here.X[public])[0]
        scale = noise.scale_of(here.y[public] - said_public, said_public)
        model = model.with_noise(max(scale or 0.0, _LEAST_NOISE), "its errors on public rows")
    truth = here.table.truth
    of_states = None if truth is None else answers_of(here, estimator, truth.grid)[1]
    return Fitted(estimator, model, len(rows), said, scores, of_states)


def _known(feature: Feature, column: Float[Array, " n"]) -> Feature:
    """Return what a model knows of a feature from its training rows."""
    if not feature.listed:
        return replace(feature, low=None, high=None)
    seen = np.unique(column[~np.isnan(column)]).astype(np.intp)
    if not len(seen) or set(feature.categories) == {0, 1}:  # numbers to a model
        return feature
    return replace(feature, kind="categorical", categories=tuple(feature.categories[i] for i in seen))


def new_model(here: Setting, cell: Cell, rows: int, purpose: str) -> Any:
    """Return an unfitted estimator of a cell's algorithm and quality, for so many rows."""
    return new_estimator(
        cell.algorithm,
        here.schema.features,
        here.table.task,
        Rung(here.design.qualities[cell.quality].capacity, rows, here.number("fit", purpose, cell.algorithm)),
    )


def labels_of(here: Setting, y: Float[Array, " n"]) -> Array:
    """Return targets as estimators take them."""
    return y.astype(np.int64) if here.classes else y


def answers_of(
    here: Setting, estimator: Any, X: Float[Array, "n d"]
) -> tuple[Float[Array, " n"], Float[Array, "n k"] | None]:
    """Return the predictions for rows and, of classifiers, the probabilities of all classes."""
    frame = here.frame(X)
    if not here.classes:
        return np.asarray(estimator.predict(frame), dtype=np.float64).ravel(), None
    p = np.zeros((len(X), here.classes))
    p[:, estimator.classes_] = estimator.predict_proba(frame)
    return p.argmax(axis=1).astype(np.float64), p


def scores_of(here: Setting, said: Array, p: Array | None) -> dict[str, Value]:
    """Return how good answers about the held-out rows are."""
    from sklearn.metrics import balanced_accuracy_score, r2_score

    y = here.y[here.parts.holdout]
    if p is None:
        return {"accuracy": float(r2_score(y, said)), "balanced_accuracy": None, "log_loss": None}
    of_true = np.clip(p[np.arange(len(y)), y.astype(np.int64)], FLOOR, 1.0)
    return {
        "accuracy": float(np.mean(said == y)),
        "balanced_accuracy": float(balanced_accuracy_score(y, said)),
        "log_loss": float(-np.log(of_true).mean()),
    }


def scores_beside(here: Setting, base: Fitted, replica: Any) -> dict[str, Value]:
    """Return how good a replica's answers about the held-out rows are, and how far they agree with the base model's."""
    said, p = answers_of(here, replica, here.X[here.parts.holdout])
    agreement = np.mean(said == base.said) if here.classes else _correlation(said, base.said)
    return {**scores_of(here, said, p), "agreement": None if agreement is None else float(agreement)}


def _correlation(a: Array, b: Array) -> float | None:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else None
