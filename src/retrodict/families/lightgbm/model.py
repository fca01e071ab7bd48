"""Models of LightGBM as likelihoods over their columns: exact from the sums of their trees, in double precision."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import lightgbm
import numpy as np
from jaxtyping import Float
from lightgbm.basic import Booster

from retrodict.disclosures.place import Place
from retrodict.errors import ModelError, RequestError
from retrodict.families.lightgbm.booster import (
    booster_of,
    copied,
    is_estimator,
    rewrite,
    rounds,
    sums,
    text_of,
)
from retrodict.families.lightgbm.columns import (
    Columns,
    Layout,
    columns_of,
    layout_of,
    schema_of,
    tolerant_of,
    undetermined_of,
)
from retrodict.families.lightgbm.defend import leaf_trees, with_leaf_trees
from retrodict.families.lightgbm.likelihood import ClassLink, likelihood_of
from retrodict.families.lightgbm.rounding import rounded
from retrodict.families.lightgbm.strip import plan_of
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.numbers import DamagedTextError
from retrodict.families.lightgbm.text.written import written
from retrodict.families.plain_model import PlainModel, PlainRegressor, completed
from retrodict.families.unsplit import unsplit
from retrodict.models.contract import About, Model
from retrodict.models.family import Opened, Settings
from retrodict.models.type_lookup import overridden
from retrodict.plain_text import article, one_line
from retrodict.results.notes import Note
from retrodict.sanitizing.capability import Outputs
from retrodict.sanitizing.leaf_trees import LeafTrees
from retrodict.sanitizing.plan import Plan
from retrodict.sanitizing.rounding import Rounding
from retrodict.schema import Schema

if TYPE_CHECKING:
    from retrodict.disclosures import Disclosures
    from retrodict.matching.capability import Source
    from retrodict.matching.linear_reading import LinearReading

Array = np.ndarray

_ESTIMATORS = (lightgbm.LGBMClassifier, lightgbm.LGBMRegressor, lightgbm.LGBMRanker, lightgbm.LGBMModel, Booster)


@dataclass(frozen=True, eq=False)
class _LightGBM(PlainModel):
    """A booster, alone or in an estimator.

    Parameters
    ----------
    kinds
        Of its columns.
    undetermined
        Columns that no split tells the kind of.
    averaged
        Whether its scores are means of trees.
    """

    kinds: Columns = field(default_factory=Columns, repr=False)
    undetermined: frozenset[str] = frozenset()
    averaged: bool = False

    @property
    def family(self) -> str:
        """The name of the algorithm, for people."""
        return "LightGBM booster" if isinstance(self.made, Booster) else super().family

    @property
    def booster(self) -> Booster:
        """The booster, which is asked itself: an estimator adds nothing to it but the names of classes."""
        found = booster_of(self.made)
        assert found is not None
        return found

    @property
    def about(self) -> About:
        """What it says of itself; see `Describing`."""
        return replace(super().about, undetermined=self.undetermined, tolerant=tolerant_of(self.own))

    def ignored(self) -> frozenset[str]:
        """Return the features that no tree splits and no leaf's linear model takes; see `Ignoring`."""
        text = text_of(self.booster)
        if text.unknown or self.left:
            return frozenset()
        terms = (np.asarray(own, dtype=np.int64) for tree in text.trees for own in tree.terms)
        return unsplit(self.own.names, (*(tree.feature for tree in text.trees), *terms))

    @cached_property
    def _layout(self) -> Layout:
        return layout_of(self.own, self.schema, self.kinds)

    def codes(self, X: Float[Array, "n d"]) -> Float[Array, "n d"]:
        """Return rows of the bound schema as the library takes them."""
        return self._layout.matrix(X)

    def retrained(self, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int) -> Model:
        """Return a model of the same settings, trained on other rows; see `Retrainable`."""
        from retrodict.families.lightgbm.retrain import retrained

        assert isinstance(self, LightGBMClassifier | LightGBMRegressor)
        return retrained(self, X, y, seed)

    def scores(self, X: Float[Array, "n d"]) -> Array:
        """Return the sums over trees for rows of the bound schema, shape (n,) or (n, k)."""
        if len(X):
            return sums(self.booster, self._layout.matrix(X), self.averaged)
        width = int(self.booster.num_model_per_iteration())
        return np.empty(0 if width == 1 else (0, width))

    def duplicate(self) -> Self:
        """Return a copy that shares nothing with it; see `Strippable`."""
        booster = copied(self.booster)
        if isinstance(self.made, Booster):
            return replace(self, made=booster)
        made = pickle.loads(pickle.dumps(self.made))
        made._Booster = booster
        return replace(self, made=made)

    def plan(self) -> Plan:
        """Return what can be taken out of it; see `Strippable`."""
        return plan_of(self.made)

    def outputs(self, X: Float[Array, "n d"]) -> Outputs:
        """Return raw scores and predictions for rows of its own schema; see `Strippable`."""
        matrix = layout_of(self.own, self.own, self.kinds).matrix(X)
        raw, said = (self.booster.predict(matrix, raw_score=raw) for raw in (True, False))
        return {"raw_score": (np.asarray(raw),), "predict": (np.asarray(said),)}

    def round_splits(self, X: Float[Array, "n d"]) -> tuple[Self, Rounding]:
        """Move each split point to a rounder number with which these rows go the same ways; see `RoundsSplits`."""
        text, told = rounded(text_of(self.booster), layout_of(self.own, self.own, self.kinds).matrix(X))
        made = self.duplicate()
        rewrite(made.booster, text)
        return made.renewed(), told

    def leaf_trees(self) -> LeafTrees:
        """Return the trees that predictions use; see `Defensible`."""
        return leaf_trees(text_of(self.booster), rounds(self.booster))

    def with_leaf_trees(self, every: LeafTrees) -> Self:
        """Return a copy with its trees changed; see `Defensible`."""
        made = self.duplicate()
        rewrite(made.booster, with_leaf_trees(text_of(self.booster), every))
        made.booster.best_iteration = min(made.booster.best_iteration, every.rounds)
        return made.renewed()

    def table_equations(self, found: Disclosures, source: Source, rows: int | None = None) -> LinearReading:
        """Return the equations about the training table; see `EquationTable`."""
        names = self.own.names if self.own.named else self.schema.names
        return self._equations(Place.alone(names), self.schema, self.schema.target.classes, found, source, rows)

    def placed_equations(
        self, place: Place, schema: Schema, found: Disclosures, source: Source, rows: int | None = None
    ) -> LinearReading:
        """Return the equations about the table of a larger model; see `PlacedTable`."""
        return self._equations(place, schema, place.called(self.own.target.classes), found, source, rows)

    def _equations(
        self,
        place: Place,
        schema: Schema,
        classes: tuple[Any, ...],
        found: Disclosures,
        source: Source,
        rows: int | None,
    ) -> LinearReading:
        from retrodict.families.lightgbm.trees import equations_of

        return equations_of(self.booster, self.kinds, place, schema, classes, found, source, rows)

    def written(self, *, as_pickle: bool = False) -> bytes:
        """Return a text that the library loads, or a pickle; see `Strippable`. Labels of classes are in a pickle only.

        Of training that noted its best round, predictions use the rounds up to it; the text holds no others.
        """
        if as_pickle:
            return pickle.dumps(self.made)
        text = text_of(self.booster)
        used = rounds(self.booster) * text.per_iteration
        return written(replace(text, trees=text.trees[:used])).encode("utf-8")


@dataclass(frozen=True, eq=False)
class LightGBMClassifier(_LightGBM):
    """A booster of classes.

    Parameters
    ----------
    to_classes
        From its scores to classes.
    """

    to_classes: ClassLink = field(default_factory=lambda: ClassLink("binary", 2))

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from."""
        return self.to_classes.words

    def log_proba(self, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
        """Return ``log p(y|x)``, exact; see `Classifier`."""
        return self.to_classes.log_proba(self.scores(X))


@dataclass(frozen=True, eq=False)
class LightGBMRegressor(_LightGBM, PlainRegressor):
    """A booster of a real value."""

    def predict(self, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        """Return what the library predicts; see `Regressor`."""
        if not len(X):
            return np.empty(0)
        return np.asarray(self.booster.predict(self._layout.matrix(X)), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class LightGBMScores(_LightGBM):
    """A booster without a likelihood, such as one that ranks: it is inspected and stripped.

    Parameters
    ----------
    likelihood
        Why it has none.
    """

    likelihood: str = "none"


def wrap(opened: Opened, settings: Settings) -> LightGBMClassifier | LightGBMRegressor:
    """Return a booster, alone or in an estimator, as a model; see `Opening.model_of`."""
    where = "got" if opened.origin is None else f"{opened.origin} holds"
    if settings.error_rate is not None or settings.link_slope is not None:
        raise RequestError("models of LightGBM have scores of their own: leave out the error rate and the link slope")
    try:
        text = _text(opened.object)
        likelihood = likelihood_of(text)
        shared = _shared(opened, settings, text, _classes(opened.object, likelihood))
    except ModelError as error:
        raise ModelError(f"{where} {error}") from error
    if isinstance(likelihood, ClassLink):
        if settings.noise_scale is not None:
            raise RequestError("a noise scale is for regressors, and this model is a classifier; leave it out")
        return LightGBMClassifier(**shared, to_classes=likelihood)
    model = LightGBMRegressor(**shared, noise=likelihood[0], noise_source=likelihood[1])
    if settings.noise_scale is not None:
        return model.with_noise(settings.noise_scale, "stated by the user")
    return model


def scored(opened: Opened, settings: Settings, reason: str) -> LightGBMScores:
    """Return a booster without a likelihood, alone or in an estimator; see `Scoring.scored_of`."""
    return LightGBMScores(**_shared(opened, settings, _text(opened.object), ()), likelihood=reason)


def _shared(opened: Opened, settings: Settings, text: ModelText, classes: tuple[Any, ...]) -> dict[str, Any]:
    """Return what all models are made of."""
    kinds = columns_of(text, settings.schema)
    bare = not isinstance(opened.object, lightgbm.LGBMClassifier)
    own = completed(schema_of(text, kinds, classes), settings.schema, coded=bare)
    return {
        "made": opened.object,
        "own": own,
        "schema": own,
        "fingerprint": opened.fingerprint,
        "audit": opened.audit,
        "warnings": (*opened.warnings, *_doubts(kinds)),
        "left": opened.left,
        "kinds": kinds,
        "undetermined": undetermined_of(text, kinds),
        "averaged": text.averaged,
    }


def log_proba_of(estimator: Any) -> Callable[[Any], Float[Array, "n k"]] | None:
    """Return the exact log-probabilities of a fitted classifier for rows as the library takes them.

    Parameters
    ----------
    estimator
        An estimator of the library's, or a booster.

    Returns
    -------
    callable or None
        From n rows to (n, k), classes in the estimator's order; ``None`` where it is no classifier, or its class
        changes what is relied on.
    """
    known = next((base for base in type(estimator).__mro__ if base in _ESTIMATORS), None)
    booster = booster_of(estimator)
    if known is None or overridden(type(estimator), known) or booster is None:
        return None
    text = _text(estimator)
    link, averaged = likelihood_of(text), text.averaged
    if not isinstance(link, ClassLink):
        return None

    def log_proba(rows: Any) -> Float[Array, "n k"]:
        scores = np.asarray(estimator.predict(rows, raw_score=True), dtype=np.float64)
        return link.log_proba(scores / rounds(booster) if averaged else scores)

    return log_proba


def _text(made: Any) -> ModelText:
    name = type(made).__name__
    if not isinstance(made, Booster) and not is_estimator(made):
        raise ModelError(f"{article(name)}; a booster or an estimator of LightGBM is needed")
    booster = booster_of(made)
    if booster is None:
        raise ModelError(f"{article(name)} that is not fitted; fit it, then save it")
    try:
        return text_of(booster)
    except DamagedTextError as error:
        raise ModelError(f"{article(name)} with {error}; train it, and save it again") from error
    except Exception as error:  # the library fails in its own ways on a booster without a handle, or freed
        reason = f"{type(error).__name__}: {one_line(error, 200)}"
        raise ModelError(f"{article(name)} that can't be written as text ({reason}); train it again") from error


def _classes(made: Any, likelihood: Any) -> tuple[Any, ...]:
    """Return the classes' own labels: those of the estimator, or codes in a bare booster."""
    if not isinstance(likelihood, ClassLink):
        return ()
    codes = tuple(range(likelihood.classes))
    if not isinstance(made, lightgbm.LGBMClassifier):
        return codes
    labels = tuple(np.asarray(made.classes_).tolist())
    if len(labels) != len(codes):
        raise ModelError(
            f"{article(type(made).__name__)} with {len(labels)} classes, whose trees have scores of {len(codes)}; fit "
            "it to rows of at least two classes"
        )
    return labels


def _doubts(kinds: Columns) -> tuple[Note, ...]:
    if not kinds.loose:
        return ()
    text = (
        f"the file has {len(kinds.loose)} list(s) of categories and does not say of which columns; these columns are "
        "read as numbers: state them in a schema, with their categories"
    )
    return (Note("loose_categories", text, lists=len(kinds.loose)),)
