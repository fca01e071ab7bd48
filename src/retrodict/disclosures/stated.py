"""What can be inspected: models, and what is fitted and has no likelihood, such as rankings and transformers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.reading import disclosed
from retrodict.disclosures.review import review_of
from retrodict.disclosures.unread import Unread, type_name
from retrodict.errors import ModelError, RequestError, RetrodictError, SchemaError
from retrodict.models.contract import About, Model
from retrodict.models.family import Opened, Settings, Trust, family_of, part
from retrodict.models.file_audit import FileAudit
from retrodict.models.opening import hashed, model_of, opened_of
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema, Target, reconcile

NO_LIKELIHOOD = "no_likelihood"
"""The code of the note that something has no likelihood."""


@dataclass(frozen=True, eq=False)
class Stated:
    """Something fitted that has no likelihood: it is no `Classifier` and no `Regressor`, and can be inspected.

    Parameters
    ----------
    made
        What the library fitted.
    schema
        The columns that it takes.
    fingerprint
        Hash of its content, with the name of the hash.
    likelihood
        Why it has none.
    audit
        What was checked before its file was read; ``None`` where it came from memory.
    warnings
        A note for each doubt that reading it raised.
    left
        Parts of its file that no reader knows; see `Opened`.
    """

    made: Any = field(repr=False)
    schema: Schema = field(repr=False)
    fingerprint: str
    likelihood: str
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
        return About(undetermined=frozenset(self.schema.names), warnings=self.warnings, audit=self.audit)

    def bind(self, schema: Schema) -> Self:
        """Return the same, reading matrices of another schema: there is nothing that reads any."""
        return replace(self, schema=schema)

    def disclose(self, train: KnownRows | None = None) -> Iterable[Disclosure | Unread]:
        """Return the facts that it states, and what of it is not read; see `Disclosing`."""
        yield from disclosed(self.made, self.schema.names, train)
        for name in self.left:
            yield Unread(name, type_name(self.made), "unknown", "a part of its file that no reader knows")


def load_stated(
    source: Any,
    *,
    schema: Schema | None = None,
    noise_scale: float | None = None,
    error_rate: float | None = None,
    link_slope: float | None = None,
    trusted: Collection[str] = (),
    trust_pickle: bool = False,
) -> Model:
    """Load a model as `load_model` does, and where it has no likelihood, what can be inspected of it.

    Parameters
    ----------
    source, schema, noise_scale, error_rate, link_slope, trusted, trust_pickle
        As in `load_model`.

    Returns
    -------
    Model
        A `Classifier` or a `Regressor`; or one that is neither, whose `likelihood` says why, with a note
        `no_likelihood` among its warnings.

    Raises
    ------
    UnsafeFileError, ModelError, SchemaError, RequestError
        As in `load_model`, where not even the columns can be read.
    """
    if (
        isinstance(source, Model)
        and not isinstance(source, type)
        and not _stated(schema, noise_scale, error_rate, link_slope)
    ):
        return source
    settings = Settings(schema, noise_scale, error_rate, link_slope)
    opened = opened_of(source, Trust(tuple(trusted), trust_pickle))
    try:
        return model_of(opened, settings)
    except (ModelError, SchemaError) as refusal:
        found = _without_likelihood(opened, settings, refusal)
        if found is None:
            raise
        if _stated(noise_scale, error_rate, link_slope):
            raise RequestError(
                f"a noise scale, error rate or link slope is for likelihoods, and {refusal}"
            ) from refusal
        return found


def _stated(*settings: Any) -> bool:
    return any(one is not None for one in settings)


def _without_likelihood(opened: Opened, settings: Settings, refusal: RetrodictError) -> Model | None:
    """Return what was refused as something that is inspected alone; ``None`` where its family can't read it either."""
    made, family = opened.object, family_of(type(opened.object))
    if family is None or isinstance(made, type):
        return None
    why = f"none: {refusal}"
    text = f"it has no likelihood, so that nothing can be inverted or extracted by it: {refusal}"
    noted = hashed(replace(opened, warnings=(*opened.warnings, Note(NO_LIKELIHOOD, text))))
    try:
        # a family's models of scores can be stripped, too; other things are read alone
        scored = getattr(part(family, "open"), "scored_of", None)
        model = _read(noted, settings, why) if scored is None else scored(noted, settings, why)
    except (ModelError, SchemaError):
        return None
    return model if model is None or opened.around is None else opened.around(model)


def _read(opened: Opened, settings: Settings, why: str) -> Model | None:
    made = opened.object
    review = review_of(type(made))
    names = review.names_of(made) if review.is_fitted(made) else None
    if names is None:
        return None
    own = Schema(tuple(Feature(name) for name in names), Target("target"))
    if settings.schema is not None:
        own = reconcile(own, settings.schema, undetermined=frozenset(names))
    return Stated(made, own, opened.fingerprint, why, opened.audit, opened.warnings, opened.left)
