"""What models of plain libraries share: a fitted object over named columns, bound to a schema."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.disclosures import Disclosure, Unread
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.reading import disclosed
from retrodict.disclosures.unread import type_name
from retrodict.errors import RequestError, SchemaError
from retrodict.models.contract import About
from retrodict.models.file_audit import FileAudit
from retrodict.models.noise import Gaussian, Noise
from retrodict.models.opening import fingerprint_of
from retrodict.results.arguments import check_positive
from retrodict.results.notes import Note
from retrodict.schema import Schema, Target, check_classes, filled, reconcile

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class PlainModel:
    """A model whose rows are tables of its own columns. A family adds its likelihood, and what makes it `Strippable`.

    Parameters
    ----------
    made
        What the library fitted.
    own
        The columns as it has them itself, in the order in which it takes them.
    schema
        The bound schema: whose matrices it reads.
    fingerprint
        Hash of its content, with the name of the hash.
    audit
        What was checked before its file was read; ``None`` where it came from memory.
    warnings
        A note for each doubt that reading it raised.
    left
        Parts of its file that no reader knows; see `Opened`.
    """

    made: Any = field(repr=False)
    own: Schema = field(repr=False)
    schema: Schema = field(repr=False)
    fingerprint: str
    audit: FileAudit | None = field(default=None, repr=False)
    warnings: tuple[Note, ...] = ()
    left: tuple[str, ...] = field(default=(), repr=False)

    @property
    def family(self) -> str:
        """The class name of what was fitted."""
        return type(self.made).__name__

    @property
    def about(self) -> About:
        """What it says of itself; see `Describing`."""
        return About(schema=self.own, warnings=self.warnings, audit=self.audit)

    def bind(self, schema: Schema) -> Self:
        """Return the same model reading matrices of another (reconciled) schema.

        Raises
        ------
        SchemaError
            If the schema's classes are not the model's.
        """
        check_classes(self.own, schema)
        return replace(self, schema=schema)

    def frame(self, X: Float[Array, "n d"]) -> pd.DataFrame:
        """Return rows of the bound schema's encoding as the table that the model was fitted on would hold them."""
        values = self.schema.decode(X)
        return values[list(self.own.names)] if self.own.named else values.set_axis(list(self.own.names), axis=1)

    def numbers(self, X: Float[Array, "n d"]) -> Float[Array, "n d"]:
        """Return the same as float64, for libraries that take nothing else; missing is NaN."""
        # by row, whatever the frame's layout: sums over another layout end in another last bit
        return np.ascontiguousarray(self.frame(X).to_numpy(dtype=np.float64, na_value=np.nan))

    def disclose(self, train: KnownRows | None = None) -> Iterable[Disclosure | Unread]:
        """Return the facts that it states, and what of it is not read; see `Disclosing`."""
        yield from disclosed(self.made, self.own.names, train)
        for name in self.left:
            yield Unread(name, type_name(self.made), "unknown", "a part of its file that no reader knows")

    def duplicate(self) -> Self:
        """Return a copy that shares nothing with it; see `Strippable`."""
        return replace(self, made=copy.deepcopy(self.made))

    def renewed(self) -> Self:
        """Return it after its parts were changed; see `Strippable`."""
        return replace(self, fingerprint=fingerprint_of(self.made), audit=None, left=())


def completed(own: Schema, given: Schema | None, *, coded: bool = False) -> Schema:
    """Return a model's columns, in its own order, with what a user states of them.

    Parameters
    ----------
    own
        What the model knows.
    given
        Kinds, bounds and categories of all columns or some, in any order; ``None`` where nothing is stated.
    coded
        Whether it knows its classes by codes alone; see `stated_target`.

    Raises
    ------
    SchemaError
        If they are not the model's columns, or contradict what it knows.
    """
    if given is None:
        return own
    fitted = reconcile(own, filled(own, given))
    features = tuple(fitted[name] for name in own.names) if own.named else fitted.features
    return Schema(features, stated_target(own.target, given, coded=coded), own.named)


def stated_target(own: Target, given: Schema | None, *, coded: bool = False) -> Target:
    """Return a model's target with what a user states of it: its name, and names of classes known by codes alone.

    Parameters
    ----------
    own
        What the model knows.
    given
        What is stated, its classes in the order of the codes; ``None`` where nothing is.
    coded
        Whether the model's classes are codes ``0, 1, ...`` of those in the table.

    Raises
    ------
    SchemaError
        If other classes are stated than the model's.
    """
    if given is None or given.target.classes in ((), own.classes):
        return own if given is None else Target(given.target.name, own.classes)
    stated = given.target.classes
    if coded and len(stated) == len(own.classes) and set(stated) != set(own.classes):
        return given.target
    if not own.classes:
        raise SchemaError(
            f"the schema lists the classes {list(stated)}, and the model predicts numbers; leave them out"
        )
    remedy = f"list {len(own.classes)} in the order of its codes, or leave them out" if coded else "leave them out"
    raise SchemaError(f"the schema's classes {list(stated)} are not the model's {list(own.classes)}; {remedy}")


def likelihood_of(noise: Noise, source: str) -> str:
    """Say where a regressor's ``p(y|x)`` comes from.

    Parameters
    ----------
    noise
        How its target lies around its prediction.
    source
        Where the scale comes from, or why it is not known.
    """
    if not noise.scaled:
        return noise.name
    scale = "unknown scale" if noise.scale is None else f"scale {noise.scale:.6g}"
    return f"{noise.name}, {scale} ({source})"


def with_scale(noise: Noise, scale: float) -> Noise:
    """Return noise with a scale that a user states.

    Raises
    ------
    RequestError
        If the scale is not a positive finite number, or the noise has none.
    """
    if not noise.scaled:
        raise RequestError(f"this model's likelihood, {noise.name}, has no noise scale; leave it out")
    return noise.with_scale(check_positive(scale, "the noise scale"))


@dataclass(frozen=True, eq=False)
class Noised:
    """What regressors of every family have beside their predictions; see `Regressor` and `Noisy`.

    Parameters
    ----------
    noise
        How the target lies around the prediction: what the training objective states.
    noise_source
        Where its scale comes from, or why there is none.
    """

    noise: Noise = Gaussian()  # noqa: RUF009  it is frozen
    noise_source: str = "not stored: state a noise scale"

    @property
    def noise_scale(self) -> float | None:
        """Its scale, in the unit that its kind says; ``None`` where unknown, or where it has none."""
        return self.noise.scale

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from."""
        return likelihood_of(self.noise, self.noise_source)

    def with_noise(self, scale: float, source: str) -> Self:
        """Return the same model with a stated noise scale.

        Raises
        ------
        RequestError
            If the scale is not a positive finite number, or the noise has none.
        """
        return replace(self, noise=with_scale(self.noise, scale), noise_source=source)


@dataclass(frozen=True, eq=False)
class PlainRegressor(Noised, PlainModel):
    """A model of a real value. A family adds `predict`."""
