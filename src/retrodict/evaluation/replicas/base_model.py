"""The base model as the replicas meet it: labels and probabilities, counted, sharpened or flattened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Bool, Float

from retrodict.errors import RequestError, ScoringError
from retrodict.inference.observation import Label
from retrodict.models import Meter, Model
from retrodict.models.contract import about
from retrodict.schema import Feature, Schema
from retrodict.tables.encoded import Inputs

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Base:
    """A base model, bound to the layout of the tables.

    Parameters
    ----------
    meter
        The model, its calls counted.
    classes
        For each class of the layout its column in the model's output; ``None`` for a regressor.
    limits
        How many categories of each feature it takes: codes from there on are refused. Infinite where it takes all.
    """

    meter: Meter
    classes: Array | None
    limits: Float[Array, " d"]

    @classmethod
    def of(cls, model: Model, inputs: Inputs) -> Self:
        """Bind a model.

        Raises
        ------
        SchemaError
            If the features or the classes are not the model's.
        """
        loose = {*about(model).undetermined, *about(model).tolerant}
        positions = model.schema.names if model.schema.named else inputs.schema.names
        loose = {position for name, position in zip(model.schema.names, positions, strict=False) if name in loose}
        features, limits = [], []
        for own, wide in zip(inputs.schema.features, inputs.features, strict=True):
            taken = wide if own.listed and own.name in loose else own
            features.append(Feature(own.name, "categorical", categories=taken.categories) if own.listed else own)
            limits.append(np.inf if not own.listed else len(taken.categories))
        target = inputs.schema.target
        schema = Schema(tuple(features), model.schema.target, inputs.schema.named)
        order = None
        if target.is_class != model.schema.target.is_class:
            raise RequestError("the base model and the reconstruction differ: one has labels, the other real values")
        if target.is_class:
            order = np.array([Label.of(label, model.schema.target).index for label in target.classes])
        return cls(Meter(model.bind(schema)), order, np.array(limits))

    @property
    def queries(self) -> int:
        """Model calls made."""
        return self.meter.queries

    def takes(self, X: Float[Array, "n d"]) -> Bool[Array, " n"]:
        """Return which rows hold only categories that the model takes."""
        return np.asarray((np.nan_to_num(X, nan=-1.0) < self.limits).all(axis=1))

    def output(self, X: Float[Array, "n d"], title: str, temperature: float = 1.0) -> Array:
        """Return probabilities of a classifier, shape (n, k) in the layout's classes; a regressor's predictions, (n,).

        Parameters
        ----------
        X
            Codes.
        title
            Whose rows they are, for errors.
        temperature
            Probabilities are raised to the power of its inverse.
        """
        from scipy.special import softmax

        try:
            out = self.meter.output(X)
        except ScoringError as error:
            raise ScoringError(f"{title}: {error}") from error
        return out if self.classes is None else np.asarray(softmax(out[:, self.classes] / temperature, axis=1))


def drawn_labels(p: Float[Array, "n k"], rng: np.random.Generator) -> Float[Array, " n"]:
    """Return one class code a row, drawn from its probabilities."""
    with np.errstate(divide="ignore"):
        return np.asarray((np.log(p) + rng.gumbel(size=p.shape)).argmax(axis=1), dtype=np.float64)
