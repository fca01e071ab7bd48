"""What training another model of the same settings has in common, whatever the library: seeds, lost classes, errors."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Self

import numpy as np
from jaxtyping import Float, Int

from retrodict import threads
from retrodict.errors import RequestError, RetrodictError
from retrodict.models.contract import About, Classifier, Model, about
from retrodict.plain_text import error_line
from retrodict.results.notes import Note
from retrodict.schema import Schema, Target, check_classes

Array = np.ndarray

LARGEST_SEED = 2**31 - 1
"""That every library takes."""


@dataclass(frozen=True, eq=False)
class FewerClasses:
    """A classifier whose training rows lacked some of the classes: these have no probability.

    Parameters
    ----------
    inner
        What was trained, of the classes that there were.
    schema
        The bound schema, with all classes.
    present
        Positions of the inner one's classes among them.
    """

    inner: Classifier = field(repr=False)
    schema: Schema = field(repr=False)
    present: Int[Array, " p"] = field(repr=False)

    @property
    def family(self) -> str:
        """The name of the algorithm."""
        return self.inner.family

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from."""
        return self.inner.likelihood

    @property
    def fingerprint(self) -> str:
        """A hash of its content."""
        return self.inner.fingerprint

    @property
    def about(self) -> About:
        """What it says of itself; see `Describing`."""
        told = about(self.inner)
        own = told.schema or self.inner.schema
        return replace(told, schema=Schema(own.features, self.schema.target, own.named))

    def bind(self, schema: Schema) -> Self:
        """Return the same model reading matrices of another (reconciled) schema; see `Model`."""
        check_classes(self.schema, schema)
        return replace(self, inner=self.inner.bind(fewer(schema, self.present)), schema=schema)

    def log_proba(self, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
        """Return ``log p(y|x)``, -inf of classes that training did not have; see `Classifier`."""
        out = np.full((len(X), len(self.schema.target.classes)), -np.inf)
        out[:, self.present] = self.inner.log_proba(X)
        return out


def fewer(schema: Schema, present: Int[Array, " p"]) -> Schema:
    """Return a schema with some of its classes."""
    target = schema.target
    return Schema(schema.features, Target(target.name, tuple(target.classes[i] for i in present)), schema.named)


def present_classes(y: Float[Array, " n"]) -> Int[Array, " p"]:
    """Return the classes that rows have, sorted."""
    return np.unique(y).astype(np.intp)


def has_all_classes(model: Model, y: Float[Array, " n"]) -> bool:
    """Whether rows have every class of a model; always of a regressor."""
    classes = model.schema.target.classes
    return not classes or len(np.unique(y)) == len(classes)


def settings_gone(model: Model, what: str) -> RequestError:
    """Return the error that a file does not say how its model was trained; `what` was taken out."""
    return RequestError(
        f"the {model.family} does not say how it was trained (its {what} were taken out); give the model as it was "
        "before, or `estimator`"
    )


def fingerprint(model: Model, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int) -> str:
    """Return a hash of all that decides what training makes, cheaper than one of what it made."""
    told = sha256(f"{model.fingerprint} {seed} ".encode())
    told.update(np.ascontiguousarray(X).data)
    told.update(np.ascontiguousarray(y).data)
    return f"retrained:{told.hexdigest()}"


def seeds(seed: int, count: int) -> list[int]:
    """Return seeds for so many parts, each its own."""
    return [int(one) % LARGEST_SEED for one in np.random.SeedSequence(seed).generate_state(count, np.uint64)]


@contextmanager
def training(model: Model, X: Float[Array, "n d"]) -> Iterator[None]:
    """Give training the threads that it is worth, and turn what the library says into one line.

    Raises
    ------
    RequestError
        If the library can't train on these rows.
    """
    try:
        with warnings.catch_warnings(), threads.fitting(*X.shape):
            warnings.simplefilter("ignore")  # of iterations, collinear columns, categories not met: it is a copy
            yield
    except RetrodictError:
        raise
    except Exception as error:  # whatever a library raises on rows it can't learn from
        raise RequestError(
            f"another {model.family} can't be trained on these rows: {error_line(error, 200)}"
        ) from error


def unstated(model: Model, names: list[str], instead: str) -> Note:
    """Return the note that some settings of training are not known.

    Parameters
    ----------
    model
        Whose they are.
    names
        In words.
    instead
        What was taken for them.
    """
    text = f"models like this {model.family} are trained without knowing {', '.join(names)}: {instead}"
    return Note("settings_unknown", text, settings=names, instead=instead)
