"""How one pair of shadow models is trained: as the model was, or as an estimator in its stead."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
from jaxtyping import Bool, Float

from retrodict.errors import RequestError
from retrodict.evaluation.membership.asked import Asked
from retrodict.evaluation.membership.signals import log_odds
from retrodict.evaluation.replicas.training import Examples, ask, fit
from retrodict.families.sklearn.train.pipelines import family, fresh
from retrodict.models import Meter
from retrodict.models.contract import Model, Retrainable, about
from retrodict.models.links import log_of
from retrodict.models.opening import fingerprint_of
from retrodict.results.notes import Note
from retrodict.tables.encoded import Inputs, Rows
from retrodict.tables.titles import TRAIN

Array = np.ndarray

FORMAT = 1
"""Of what is kept: it grows where the same request would give other numbers."""
_RELEASES = ("retrodict", "numpy", "scikit-learn")
SUBSTITUTE = "substitute_shadows"
"""Code of the note that shadow models are not of the model's kind."""
NOT_TRAINED_AGAIN = (
    "can't be trained again, so that there are no shadow models of it; give `estimator` "
    "(--shadow-estimator), an unfitted one in scikit-learn's manner or a name such as 'random_forest', to train others"
)


class Trainer(Protocol):
    """What trains one model on some of the rows."""

    @property
    def X(self) -> Float[Array, "n d"]:
        """All rows, members first."""
        ...

    @property
    def y(self) -> Float[Array, " n"]:
        """Their classes' codes, or values."""
        ...

    @property
    def members(self) -> int:
        """How many rows the model was trained on, those not among these included."""
        ...

    notes: tuple[Note, ...]
    """What is not as it was when the model was trained."""

    def identity(self, seed: int) -> str:
        """Return a name of all that decides what its models say."""
        ...

    def said(self, half: Bool[Array, " n"], first: int, second: int) -> Float[Array, "2 n"]:
        """Return what a model of the half, and one of the other half, say of every row; each with its seed.

        Raises
        ------
        RetrodictError
            If one can't be trained.
        """
        ...


@dataclass(eq=False)
class _Rows(ABC):
    X: Float[Array, "n d"]
    y: Float[Array, " n"]
    members: int
    labels: bool
    notes: tuple[Note, ...] = ()

    def said(self, half: Bool[Array, " n"], first: int, second: int) -> Float[Array, "2 n"]:
        return np.stack([self._said(half, first), self._said(~half, second)])

    @abstractmethod
    def _said(self, held: Bool[Array, " n"], seed: int) -> Float[Array, " n"]:
        """Return what a model of some of the rows says of every row."""

    def _hash(self, *what: object) -> str:
        releases = " ".join(f"{name} {version(name)}" for name in _RELEASES)
        told = sha256(f"{FORMAT} {releases} {what}".encode())
        for one in (self.X, self.y):
            told.update(repr(one.shape).encode())
            told.update(np.ascontiguousarray(one).data)
        return told.hexdigest()[:32]


@dataclass(eq=False)
class Same(_Rows):
    """Trains as the model was trained.

    Parameters
    ----------
    model
        Of which others are made.
    fingerprint
        Its own.
    columns
        For each class of the layout its column in the model's output; ``None`` for a regressor.
    """

    model: Retrainable = field(kw_only=True)
    fingerprint: str = field(kw_only=True)
    columns: Array | None = field(kw_only=True)

    def identity(self, seed: int) -> str:
        """Return a name of all that decides what its models say."""
        return self._hash("same", self.fingerprint, seed)

    def _said(self, held: Bool[Array, " n"], seed: int) -> Float[Array, " n"]:
        y = self.y if self.columns is None else self.columns[self.y.astype(np.intp)].astype(np.float64)
        made = self.model.retrained(self.X[held], y[held], seed)
        self.notes = tuple(dict.fromkeys((*self.notes, *_told(made))))
        out = Meter(made).output(self.X)
        return self.y - out if self.columns is None else log_odds(out[:, self.columns], self.y.astype(np.intp))


@dataclass(eq=False)
class Substitute(_Rows):
    """Trains another estimator.

    Parameters
    ----------
    estimator
        Unfitted.
    inputs
        The tables on one layout, which it is fitted through.
    name
        What it is called in notes.
    """

    estimator: Any = field(kw_only=True)
    inputs: Inputs = field(kw_only=True)
    name: str = field(kw_only=True)

    def identity(self, seed: int) -> str:
        """Return a name of all that decides what its models say."""
        return self._hash("substitute", self.name, fingerprint_of(self.estimator), seed)

    def _said(self, held: Bool[Array, " n"], seed: int) -> Float[Array, " n"]:
        estimator = fresh(self.estimator)
        random = {name: seed for name in estimator.get_params() if name.rpartition("__")[2] == "random_state"}
        made = fit(estimator.set_params(**random), Examples(Rows(self.X[held], self.y[held])), self.inputs)
        answers = ask(made, self.X, self.inputs)
        if not self.labels:
            return self.y - answers.said
        if answers.p is None:
            raise RequestError(f"'{self.name}' gives no probabilities; give an estimator with predict_proba")
        return log_odds(log_of(answers.p), self.y.astype(np.intp))


def trainer_of(asked: Asked, like: Model | None, estimator: Any) -> Trainer:
    """Return what trains shadow models.

    Parameters
    ----------
    asked
        The rows, and the model.
    like
        The model whose settings they have; ``None`` for that of `asked`.
    estimator
        Another estimator in its stead, or its name; ``None`` for none.

    Raises
    ------
    RequestError
        If the model can't be trained again, or there is no such estimator.
    """
    rows = [asked.members.rows, asked.others.rows]
    X, y = (np.concatenate([getattr(one, name) for one in rows]) for name in ("X", "y"))
    shared: dict[str, Any] = {"X": X, "y": y, "members": len(asked.inputs.tables[TRAIN]), "labels": asked.labels}
    if estimator is not None:
        made = family(estimator, asked.inputs.features, asked.labels, 0)
        if len(made) > 1:
            raise RequestError(f"shadow models are all of one kind; give one estimator, not {len(made)}")
        name, pipeline = next(iter(made.items()))
        text = f"shadow models are of another kind than the model: {name}; attacks with them may be weaker"
        note = Note(SUBSTITUTE, text, estimator=name)
        return Substitute(**shared, notes=(note,), estimator=pipeline, inputs=asked.inputs, name=name)
    bound = asked.base.meter.model
    model = bound if like is None else like.bind(bound.schema)
    if not isinstance(model, Retrainable):
        raise RequestError(f"a {model.family} {NOT_TRAINED_AGAIN}")
    return Same(**shared, model=model, fingerprint=model.fingerprint, columns=asked.base.classes)


def _told(made: Model) -> list[Note]:
    """Return what was not known of the training."""
    return [one for one in about(made).warnings if one.code == "settings_unknown"]
