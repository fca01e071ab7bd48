"""What every model is to inference: an exact likelihood over a schema."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np
from jaxtyping import Float

from retrodict.schema import Schema

Array = np.ndarray


@runtime_checkable
class Model(Protocol):
    """A trained predictor seen as ``p(y|x)`` over a schema."""

    @property
    def schema(self) -> Schema:
        """The features it takes, and its target."""
        ...

    @property
    def family(self) -> str:
        """The name of the algorithm, for people."""
        ...

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from, for people: `logits`, `predict_log_proba`, an assumed link ..."""
        ...

    @property
    def fingerprint(self) -> str:
        """A hash of the model's content, for provenance."""
        ...

    def bind(self, schema: Schema) -> Self:
        """Return the same model reading matrices of another (reconciled) schema: its columns, order and codes."""
        ...


@runtime_checkable
class Classifier(Model, Protocol):
    """A model of a class label."""

    def log_proba(self, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
        """Return ``log p(y|x)``, exact: zero probability is -inf, never clipped.

        Parameters
        ----------
        X
            Rows in the bound schema's encoding, shape (n, d).

        Returns
        -------
        Float[Array, "n k"]
            One column a class, in the order of ``schema.target.classes``.
        """
        ...


@runtime_checkable
class Regressor(Model, Protocol):
    """A model of a real value, made ``p(y|x)`` by Gaussian noise."""

    @property
    def noise_scale(self) -> float | None:
        """Standard deviation of the target around the prediction, in target units; ``None`` where unknown."""
        ...

    @property
    def noise_source(self) -> str:
        """Where the noise scale comes from, for people."""
        ...

    def with_noise(self, scale: float, source: str) -> Self:
        """Return the same model with a stated noise scale."""
        ...

    def predict(self, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        """Return the predicted means for rows in the bound schema's encoding."""
        ...
