"""Fitted scikit-learn estimators as models: a likelihood over a schema."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from jaxtyping import Float
from sklearn.pipeline import Pipeline

from retrodict.errors import ModelError, RequestError
from retrodict.families.assumed import Assumptions
from retrodict.families.plain_model import Noised
from retrodict.families.sklearn.model.forest import ForestOutputs, plain_forest
from retrodict.families.sklearn.model.input import Layout, layout_of
from retrodict.families.sklearn.model.likelihood import Route, route_of
from retrodict.families.sklearn.model.noise import noise_of
from retrodict.families.sklearn.model.quiet import talks, unheard
from retrodict.families.sklearn.model.schema import Known
from retrodict.families.sklearn.open.releases import cannot_predict
from retrodict.families.sklearn.structure.delegates import delegate_of
from retrodict.families.sklearn.structure.guests import copied
from retrodict.models.contract import About, Gradient, Model, PullBack
from retrodict.models.file_audit import FileAudit
from retrodict.models.noise import Gaussian, Noise
from retrodict.models.opening import fingerprint_of
from retrodict.results.notes import Note
from retrodict.schema import Schema, check_classes

if TYPE_CHECKING:
    from retrodict.disclosures import Disclosures
    from retrodict.disclosures.kinds import Disclosure
    from retrodict.disclosures.known_rows import KnownRows
    from retrodict.disclosures.unread import Unread
    from retrodict.matching.capability import Source
    from retrodict.matching.count_noise import CountNoise
    from retrodict.matching.linear_reading import LinearReading
    from retrodict.matching.reading import Reading
    from retrodict.sanitizing.capability import Outputs
    from retrodict.sanitizing.leaf_trees import LeafTrees
    from retrodict.sanitizing.plan import Plan

Array = np.ndarray


_FOUND_ANEW = frozenset({"layout", "loud", "route", "values"})


@dataclass(frozen=True, eq=False)
class SklearnModel:
    """What classifiers and regressors share.

    Parameters
    ----------
    estimator
        The fitted estimator.
    known
        What it knows of its columns, in its own order.
    schema
        The bound schema: whose matrices it reads.
    fingerprint
        Hash of its content, with the name of the hash.
    audit
        What was checked before its file was read; ``None`` where it came from memory.
    warnings
        A note for each doubt that reading it raised.
    """

    estimator: Any = field(repr=False)
    known: Known = field(repr=False)
    schema: Schema = field(repr=False)
    fingerprint: str
    audit: FileAudit | None = field(default=None, repr=False)
    warnings: tuple[Note, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: without what is found anew when it is needed, which functions can't be."""
        return {name: value for name, value in vars(self).items() if name not in _FOUND_ANEW}

    @property
    def about(self) -> About:
        """What it says of itself: its own columns, doubts, and what was checked before its file was read."""
        known = self.known
        remedy = cannot_predict(self.audit)
        return About(known.schema, known.undetermined, known.tolerant, self.warnings, self.audit, remedy)

    @property
    def undetermined(self) -> frozenset[str]:
        """Features whose kind it does not tell; see `About`."""
        return self.known.undetermined

    @property
    def tolerant(self) -> frozenset[str]:
        """Listed features that may also take categories it does not know; see `About`."""
        return self.known.tolerant

    @property
    def family(self) -> str:
        """The class name of the estimator, a pipeline's with its steps."""
        return _family(self.estimator)

    @cached_property
    def loud(self) -> bool:
        """Whether a part of it is set to print its progress; those of a file were set to be quiet when it was read."""
        return self.audit is None and talks(self.estimator)

    @cached_property
    def layout(self) -> Layout:
        """How rows of the bound schema become the estimator's input."""
        return layout_of(self.known, self.schema)

    def disclose(self, train: KnownRows | None = None) -> Iterable[Disclosure | Unread]:
        """Return the facts that the estimator states, and what of it is not read; see `Disclosing`."""
        from retrodict.disclosures.reading import disclosed

        return disclosed(self.estimator, self.known.schema.names, train)

    def ignored(self) -> frozenset[str]:
        """Return the features that change no output, as far as its parts show; see `Ignoring`."""
        from retrodict.families.sklearn.structure.ignored import ignored_columns

        return ignored_columns(self.estimator, self.known.schema.names)

    def table_problem(self, found: Disclosures) -> Reading:
        """Return the problem of finding the training table; see `TreeTable`."""
        from retrodict.families.sklearn.trees.read_problem import problem_of

        return problem_of(self, found)

    def noisy_problem(self, found: Disclosures, noise: CountNoise, rows: int | None = None) -> Reading:
        """Return the same problem where leaves state class counts with noise; see `NoisyTable`."""
        from retrodict.families.sklearn.trees.noisy_counts import noisy_problem_of

        return noisy_problem_of(self, found, noise, rows)

    def table_rows(self, found: Disclosures) -> int | None:
        """Return how many rows that table has, cheaply; see `TreeTable`."""
        from retrodict.families.sklearn.trees.read_problem import table_rows_of

        return table_rows_of(self)

    def table_equations(self, found: Disclosures, source: Source, rows: int | None = None) -> LinearReading:
        """Return linear equations about the training table; see `EquationTable`."""
        from retrodict.families.sklearn.trees.equations import equations_of

        return equations_of(self, found, source, rows)

    def gradient(self) -> Gradient | None:
        """Return the outputs with their way back to the inputs; see `Differentiable`."""
        from retrodict.families.sklearn.model.gradient import gradient_of

        layout = self.layout
        if any(values is not None for values in layout.values) or any(own is not None for own in layout.own):
            return None
        assert isinstance(self, SklearnClassifier | SklearnRegressor)
        inner = gradient_of(self.estimator, isinstance(self, SklearnClassifier))
        if inner is None or layout.order is None:
            return inner
        back_to = np.argsort(layout.order)

        def reordered(X: Array) -> tuple[Array, PullBack]:
            output, back = inner(X[:, layout.order])
            return output, lambda weight: back(weight)[:, back_to]

        return reordered

    def retrained(self, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int) -> Model:
        """Return a model of the same type and settings, trained on other rows; see `Retrainable`."""
        from retrodict.families.sklearn.retrain import retrained

        assert isinstance(self, SklearnClassifier | SklearnRegressor)
        return retrained(self, X, y, seed)

    def leaf_trees(self) -> LeafTrees:
        """Return the boosted trees in the estimator; see `Defensible`."""
        from retrodict.families.sklearn.defend import boosted_in, leaf_trees

        return leaf_trees(boosted_in(self.estimator, self.known.schema.names))

    def with_leaf_trees(self, every: LeafTrees) -> Self:
        """Return a copy with these trees changed; see `Defensible`."""
        from retrodict.families.sklearn.defend import boosted_in, change

        made = self.duplicate()
        change(boosted_in(made.estimator, self.known.schema.names), every)
        return made.renewed()

    def duplicate(self) -> Self:
        """Return a copy that shares nothing with it; see `Strippable`."""
        return replace(self, estimator=copied(self.estimator))

    def plan(self) -> Plan:
        """Return what can be taken out of the estimator; see `Strippable`."""
        from retrodict.families.sklearn.strip.visit import plan_of

        return plan_of(self.estimator)

    def renewed(self) -> Self:
        """Return it after its parts were changed: a fingerprint and, for a regressor, a noise scale anew."""
        return replace(self, fingerprint=fingerprint_of(self.estimator), audit=None)

    def outputs(self, X: Float[Array, "n d"]) -> Outputs:
        """Return all that the estimator puts out for rows in its own schema's encoding; see `Strippable`."""
        from retrodict.families.sklearn.strip.outputs import outputs_of

        return outputs_of(self.estimator, layout_of(self.known, self.known.schema).build(X))

    def written(self, *, as_pickle: bool = False) -> bytes:
        """Return the content of a skops file (or a pickle) of the estimator; see `Strippable`."""
        from retrodict.families.sklearn.open.same_bytes import skops_bytes

        return pickle.dumps(self.estimator) if as_pickle else skops_bytes(self.estimator)

    def bind(self, schema: Schema) -> Self:
        """Return the same model reading matrices of another (reconciled) schema: its columns, order and codes.

        Raises
        ------
        SchemaError
            If the schema's columns or classes are not the model's.
        """
        check_classes(self.known.schema, schema)
        bound = replace(self, schema=schema)
        _ = bound.layout  # a misfit shows now, not at the first call
        return bound


@dataclass(frozen=True, eq=False)
class SklearnClassifier(SklearnModel):
    """A fitted scikit-learn classifier; make one with `load_model`."""

    assumed: Assumptions = field(default_factory=Assumptions, repr=False)

    @cached_property
    def route(self) -> Route:
        """The way to ``log p(y|x)``."""
        return route_of(self.estimator, self.assumed)

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from: exact, an assumed link, or a hard label with an error rate."""
        return self.route.name

    @property
    def link(self) -> Literal["margins", "labels"] | None:
        """What an assumed link starts from; ``None`` where the estimator has probabilities; see `Linked`."""
        if self.route.margins is not None:
            return "margins"
        return None if self.route.labels is None else "labels"

    def linked(self, X: Float[Array, "n d"]) -> Array:
        """Return the margins or labels of rows; see `Linked`.

        Raises
        ------
        RequestError
            If the estimator has probabilities of its own.
        """
        start = self.route.margins or self.route.labels
        if start is None:
            raise RequestError(f"the {self.family} gives its own probabilities; there is no link")
        return np.asarray(start(self.layout.build(X)))

    def with_link(self, *, link_slope: float | None = None, error_rate: float | None = None) -> Self:
        """Return the same model with another slope or error rate of its assumed link; see `Linked`."""
        slope = self.assumed.link_slope if link_slope is None else link_slope
        rate = self.assumed.error_rate if error_rate is None else error_rate
        return replace(self, assumed=Assumptions(slope, rate))

    def log_proba(self, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
        """Return ``log p(y|x)``, exact: zero probability is -inf, never clipped.

        Parameters
        ----------
        X
            Rows in the bound schema's encoding, shape (n, d).

        Returns
        -------
        Float[Array, "n k"]
            float64; one column a class, in the order of ``schema.target.classes``.
        """
        if not len(X):
            return np.empty((0, len(self.schema.target.classes)))
        with unheard(self.loud):
            return self.route.score(self.layout.build(X))


@dataclass(frozen=True, eq=False)
class SklearnRegressor(Noised, SklearnModel):
    """A fitted scikit-learn regressor, with the noise that its loss states; make one with `load_model`."""

    def renewed(self) -> Self:
        """Return it after its parts were changed: fingerprint and noise scale anew."""
        noise, source = stored_noise(self.estimator)
        return replace(super().renewed(), noise=noise, noise_source=source)

    @cached_property
    def values(self) -> Callable[[Any], Array]:
        """The estimator's predictions for rows as it takes them."""
        own = self.estimator.predict
        return ForestOutputs(self.estimator, own) if plain_forest(self.estimator) else own

    def predict(self, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        """Return the predicted means for rows in the bound schema's encoding, shape (n, d) -> (n,), float64."""
        if not len(X):
            return np.empty(0)
        with unheard(self.loud):
            out = np.asarray(self.values(self.layout.build(X)), dtype=np.float64)
        if out.ndim == 2 and out.shape[1] == 1:
            out = out[:, 0]
        if out.ndim != 1:
            raise ModelError(f"the {self.family} predicts {out.shape[1]} outputs a row; one is needed: split it")
        return out


def stored_noise(estimator: Any) -> tuple[Noise, str]:
    """Return the noise of a fitted regressor, and where its scale is stored, or why it is not known."""
    try:
        return noise_of(estimator)
    except (AttributeError, IndexError, MemoryError, TypeError, ValueError) as error:
        # an attribute that this release of scikit-learn lacks is a scale we don't know, not a broken model
        return Gaussian(), f"not readable from {type(estimator).__name__} ({type(error).__name__})"


def _family(estimator: Any) -> str:
    if isinstance(estimator, Pipeline):
        steps = [step for _, step in estimator.steps if step not in (None, "passthrough")]
        return f"{type(estimator).__name__}({', '.join(_family(step) for step in steps)})"
    try:
        delegate = delegate_of(estimator)
    except AttributeError:  # a damaged wrapper still has a name
        delegate = None
    inner = "" if delegate is None or delegate.reach is not None else f"({_family(delegate.estimator)})"
    return f"{type(estimator).__name__}{inner}"
