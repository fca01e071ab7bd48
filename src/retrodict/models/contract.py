"""What every model is to all rooms: an exact likelihood over a schema, and what more it may say of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, runtime_checkable

import numpy as np
from jaxtyping import Float

from retrodict.models.file_audit import FileAudit
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray


@runtime_checkable
class Model(Protocol):
    """A trained predictor seen as ``p(y|x)`` over a schema: the members that every model has."""

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
class Linked(Classifier, Protocol):
    """A classifier that may have no probabilities of its own, so that a link to them is assumed. A capability."""

    @property
    def link(self) -> Literal["margins", "labels"] | None:
        """What the link starts from; ``None`` where it has probabilities of its own."""
        ...

    def linked(self, X: Float[Array, "n d"]) -> Array:
        """Return what the link starts from: margins, shape (n, k) or (n,), or indices of labels, shape (n,)."""
        ...

    def with_link(self, *, link_slope: float | None = None, error_rate: float | None = None) -> Self:
        """Return the same model with another slope or error rate."""
        ...


@runtime_checkable
class Regressor(Model, Protocol):
    """A model of a real value, made ``p(y|x)`` by noise around its predictions: Gaussian, unless it is `Noisy`."""

    @property
    def noise_scale(self) -> float | None:
        """Scale of the noise; ``None`` where unknown, or where it has none.

        Of Gaussian noise the standard deviation of the target around the prediction, in target units.
        """
        ...

    @property
    def noise_source(self) -> str:
        """Where the noise scale comes from, for people."""
        ...

    def with_noise(self, scale: float, source: str) -> Self:
        """Return the same model with a stated noise scale.

        Raises
        ------
        RequestError
            If the scale is not a positive finite number, or the noise has none.
        """
        ...

    def predict(self, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        """Return the predicted means for rows in the bound schema's encoding."""
        ...


@dataclass(frozen=True)
class About:
    """What a model may say of itself beyond its likelihood; the defaults are those of a model that says nothing.

    Parameters
    ----------
    schema
        Its columns as it has them itself, whatever schema it was bound to; ``None`` where it is the model's `schema`.
    undetermined
        Features whose kind it does not tell: any kind of prior fits them.
    tolerant
        Listed features that may also take categories which it does not know.
    warnings
        A note for each doubt that reading it raised.
    audit
        What was checked before its file was read; ``None`` where it came from memory.
    remedy
        What to do where it can't score rows for a reason of its own, such as its age; ``None`` where there is none.
    unnamed
        Listed features of which some categories are called by made-up names: the model knows no others.
    """

    schema: Schema | None = None
    undetermined: frozenset[str] = field(default_factory=frozenset)
    tolerant: frozenset[str] = field(default_factory=frozenset)
    warnings: tuple[Note, ...] = ()
    audit: FileAudit | None = None
    remedy: str | None = None
    unnamed: frozenset[str] = field(default_factory=frozenset)


@runtime_checkable
class Describing(Protocol):
    """A model that says more of itself than its likelihood. A capability: a model need not have it."""

    @property
    def about(self) -> About:
        """What it says."""
        ...


def about(model: Model) -> About:
    """Return what a model says of itself; of one that says nothing, the defaults."""
    return model.about if isinstance(model, Describing) else About()


@runtime_checkable
class Ignoring(Protocol):
    """A model that can tell which features it never reads. A capability: of one without it, all may be read."""

    def ignored(self) -> frozenset[str]:
        """Return the features, as its own schema calls them, that change no output of it, whatever their values.

        Only those of which this is sure: any that a part which no reader knows might read is not among them. It may
        have to read the whole model: ask once.
        """
        ...


def ignored(model: Model) -> frozenset[str]:
    """Return the features that provably change no output of a model; none of one that can't tell. See `Ignoring`."""
    return model.ignored() if isinstance(model, Ignoring) else frozenset()


PullBack = Callable[[Array], Array]
"""From a weight for each output of each row, shaped as the outputs, to the gradient of their weighted sum, (n, d)."""

Gradient = Callable[[Array], tuple[Array, PullBack]]
"""From rows in the bound schema's encoding, shape (n, d), to a model's outputs for them, with their way back."""


@runtime_checkable
class Differentiable(Protocol):
    """A model that may know how its outputs change with its inputs. A capability."""

    def gradient(self) -> Gradient | None:
        """Return the outputs with their way back; ``None`` where it is not smooth, or not known to be.

        The outputs are those of `log_proba` or `predict`, but for rounding. Asking for them costs a forward pass, and
        the way back about as much: `Meter.with_gradient` counts a row as two calls.
        """
        ...


def gradient(model: Model) -> Gradient | None:
    """Return a model's outputs with their way back; ``None`` where it has none. See `Differentiable`."""
    return model.gradient() if isinstance(model, Differentiable) else None


@runtime_checkable
class Retrainable(Protocol):
    """A model whose library can train another of its type and settings on other rows. A capability.

    What shadow models are made by: they stand for what the same training would have made of other rows.
    """

    def retrained(self, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int) -> Model:
        """Return a model of the same type and settings, bound to the same schema, trained on other rows.

        Parameters
        ----------
        X
            Rows in the bound schema's encoding, shape (n, d).
        y
            For each row the position of its class in ``schema.target.classes``, or its value; none is missing.
        seed
            Of all that is random in training.

        Raises
        ------
        RetrodictError
            If what it holds does not tell its settings, or the library can't train on these rows.
        """
        ...


def own_schema(model: Model) -> Schema:
    """Return a model's columns as it has them itself, whatever schema it was bound to."""
    return about(model).schema or model.schema


def has_likelihood(model: Model) -> bool:
    """Whether a model says ``p(y|x)``; of one that does not, what it states can be read all the same."""
    return isinstance(model, Classifier | Regressor)


def noise_scale(model: Model) -> float | None:
    """Return the scale of a regressor's noise; ``None`` where it is unknown, or there is none."""
    return model.noise_scale if isinstance(model, Regressor) else None
