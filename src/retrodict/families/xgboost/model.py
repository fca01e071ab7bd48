"""Models of XGBoost as likelihoods over their columns: from raw margins, in the library's own bits."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import xgboost
from jaxtyping import Float

from retrodict import threads
from retrodict.disclosures.place import Place
from retrodict.errors import ModelError, RequestError
from retrodict.families.plain_model import PlainModel, PlainRegressor, stated_target
from retrodict.families.unsplit import unsplit
from retrodict.families.xgboost.booster import FileBooster, Head, learner_of, margins, plain_booster
from retrodict.families.xgboost.columns import Way, own_schema, way
from retrodict.families.xgboost.defend import leaf_trees, with_leaf_trees
from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.objectives import BINARY, MANY, NOISE, check_supported
from retrodict.families.xgboost.read_learner import written
from retrodict.families.xgboost.rounding import rounded
from retrodict.families.xgboost.sections import ContentError, OtherKindError
from retrodict.families.xgboost.strip import plan_of, with_mark
from retrodict.models import links
from retrodict.models.contract import About, Model
from retrodict.models.family import Opened, Settings
from retrodict.models.opening import fingerprint_of
from retrodict.models.type_lookup import faithful_of_type
from retrodict.plain_text import article, few, shown
from retrodict.results.notes import Note
from retrodict.sanitizing.capability import Outputs
from retrodict.sanitizing.leaf_trees import LeafTrees
from retrodict.sanitizing.plan import Plan
from retrodict.sanitizing.rounding import Rounding
from retrodict.schema import Schema, Target, check_classes

if TYPE_CHECKING:
    from retrodict.disclosures import Disclosures
    from retrodict.matching.capability import Source
    from retrodict.matching.linear_reading import LinearReading

Array = np.ndarray

_MOST_NAMED = 5

_CLASSIFIERS = dict.fromkeys((xgboost.XGBClassifier, xgboost.XGBRFClassifier))
_REGRESSORS = dict.fromkeys((xgboost.XGBRegressor, xgboost.XGBRFRegressor))


@dataclass(frozen=True, eq=False)
class _XGBoost(PlainModel):
    """A booster, or an estimator that holds one.

    Parameters
    ----------
    head
        What is known of the booster.
    coded
        Columns of which codes alone are known.
    end
        The round of boosting before which predictions end; 0 for all rounds.
    """

    head: Head = field(default=None, repr=False)  # type: ignore[assignment]
    coded: frozenset[str] = field(default=frozenset(), repr=False)
    end: int = 0

    @property
    def family(self) -> str:
        """The class name of what was fitted."""
        return "Booster" if isinstance(self.made, FileBooster) else super().family

    @property
    def about(self) -> About:
        """What it says of itself; see `Describing`."""
        return replace(super().about, undetermined=self.coded)

    @property
    def booster(self) -> xgboost.Booster:
        """The booster itself."""
        return self.made if isinstance(self.made, xgboost.Booster) else self.made.get_booster()

    @cached_property
    def _way(self) -> Way:
        return way(self.own, self.schema, self.coded)

    def ignored(self) -> frozenset[str]:
        """Return the features that no tree splits; see `Ignoring`."""
        learner = learner_of(self.booster)
        if learner.booster == "gblinear" or learner.unknown or self.left:
            return frozenset()
        return unsplit(self.own.names, (tree.feature[tree.inner] for tree in learner.trees))

    def bind(self, schema: Schema) -> Self:
        """Return the same model reading matrices of another (reconciled) schema.

        Raises
        ------
        SchemaError
            If its classes are not the model's, or its categories have no codes.
        """
        check_classes(self.own, schema)
        way(self.own, schema, self.coded)
        return replace(self, schema=schema)

    def codes(self, X: Float[Array, "n d"]) -> Float[Array, "n d"]:
        """Return rows of the bound schema as the library takes them."""
        return self._way(X)

    def retrained(self, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int) -> Model:
        """Return a model of the same settings, trained on other rows; see `Retrainable`."""
        from retrodict.families.xgboost.retrain import retrained

        assert isinstance(self, XGBoostClassifier | XGBoostRegressor)
        return retrained(self, X, y, seed)

    def scores(self, X: Float[Array, "n d"], kind: str = "margin") -> Array:
        """Return what the booster puts out for rows of the bound schema, as float32: margins, or values."""
        rows = self._way(X)
        missing = np.nan if isinstance(self.made, xgboost.Booster) else float(self.made.missing)
        with threads.asking(*rows.shape):
            return margins(self.booster, rows, kind, self.head, self.end, missing)

    def outputs(self, X: Float[Array, "n d"]) -> Outputs:
        """Return all that it puts out for rows in the encoding of its own schema; see `Strippable`."""
        own = self.bind(self.own)
        return {"margin": (own.scores(X),), "predict": (own.scores(X, "value"),)}

    def duplicate(self) -> Self:
        """Return a copy that shares nothing with it; see `Strippable`."""
        return replace(self, made=copy.deepcopy(self.made))

    def renewed(self) -> Self:
        """Return it after its parts were changed; see `Strippable`."""
        head = Head.of(learner_of(self.booster))
        wrapped = self.head.wrapped
        head = replace(head, wrapped=wrapped)
        end = head.best + 1 if wrapped and head.best is not None else 0
        made = replace(self, head=head, end=end, fingerprint=fingerprint_of(self.made), audit=None, left=())
        if isinstance(self.made, FileBooster):
            self.made.head = head
        return made

    def plan(self) -> Plan:
        """Return what can be taken out of it, and what stays; see `Strippable`."""
        return plan_of(self.made, self.end)

    def written(self, *, as_pickle: bool = False) -> bytes:
        """Return the content of a file that holds it; see `Strippable`."""
        learner = learner_of(self.booster)
        if not (as_pickle or isinstance(self.made, xgboost.Booster) or np.isnan(float(self.made.missing))):
            raise ModelError(
                f"an XGBoost file has no place for what stands for a missing value, here {self.made.missing}; write a "
                "pickle"
            )
        if as_pickle:
            own = self.made
            return pickle.dumps(plain_booster(learner) if isinstance(own, FileBooster) else own)
        as_json = isinstance(self.made, FileBooster) and self.made.as_json
        classes = self.schema.target.is_class
        return written(with_mark(learner, classes) if self.head.wrapped else learner, as_json=as_json)

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
        from retrodict.families.xgboost.trees.equations import equations_of

        return equations_of(self.booster, self.own, place, schema, classes, found, source, rows)

    def round_splits(self, X: Float[Array, "n d"]) -> tuple[Self, Rounding]:
        """Move each split point to a rounder number with which these rows go the same ways; see `RoundsSplits`."""
        learner, told = rounded(learner_of(self.booster), self.bind(self.own)._way(X))
        made = self._holding(learner)
        return replace(self, made=made, fingerprint=fingerprint_of(made), audit=None), told

    def leaf_trees(self) -> LeafTrees:
        """Return the trees that predictions use; see `Defensible`."""
        return leaf_trees(learner_of(self.booster), self.end)

    def with_leaf_trees(self, every: LeafTrees) -> Self:
        """Return a copy with its trees changed; see `Defensible`."""
        made = self._holding(with_leaf_trees(learner_of(self.booster), every))
        return replace(self, made=made).renewed()

    def _holding(self, learner: Learner) -> Any:
        """Return a copy of what was fitted that holds another content."""
        made = copy.deepcopy(self.made)
        vars(made).pop("learner", None)
        (made if isinstance(made, xgboost.Booster) else made.get_booster()).load_model(
            bytearray(written(learner, as_json=False))
        )
        return made


class XGBoostClassifier(_XGBoost):
    """A classifier of XGBoost: log-probabilities from its raw margins, in 64 bits."""

    likelihood = "exact (margins)"

    def log_proba(self, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
        """Return ``log p(y|x)``, exact; see `Classifier`."""
        return _log_proba(self.scores(X))


def _log_proba(scores: Array) -> Float[Array, "n k"]:
    return links.binary(scores) if scores.ndim == 1 else links.softmax(scores)


@dataclass(frozen=True, eq=False)
class XGBoostRegressor(_XGBoost, PlainRegressor):
    """A regressor of XGBoost, with the noise that its objective states."""

    def predict(self, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        """Return the predicted means for rows in the bound schema's encoding."""
        return self.scores(X, "value").reshape(len(X)).astype(np.float64)


@dataclass(frozen=True, eq=False)
class XGBoostScores(_XGBoost):
    """A booster without a likelihood, such as one that ranks: it is inspected and stripped.

    Parameters
    ----------
    likelihood
        Why it has none.
    """

    likelihood: str = "none"


def wrap(opened: Opened, settings: Settings) -> XGBoostClassifier | XGBoostRegressor:
    """Return a fitted booster or estimator as a model.

    Parameters
    ----------
    opened
        What was read or given.
    settings
        What the user states of it.

    Raises
    ------
    ModelError
        If it is not fitted, ranks, has several outputs, or an objective of which no likelihood is known.
    RequestError
        If a setting means nothing to it.
    SchemaError
        If the stated schema does not fit.
    """
    made, where = opened.object, opened.origin or "what was given"
    if isinstance(made, type) or not isinstance(made, xgboost.Booster | xgboost.XGBModel):
        name = made.__name__ if isinstance(made, type) else type(made).__name__
        raise ModelError(f"{where} is {article(shown(name, 60))}; a fitted booster, classifier or regressor is needed")
    head = _head(made, where)
    own = getattr(made, "objective", None)
    check_supported(own if callable(own) else head.objective, head.settings, where)
    if head.targets > 1:
        raise ModelError(
            f"{where} predicts several targets ({head.targets}); a model of one output is needed: train one for each"
        )
    if settings.error_rate is not None or settings.link_slope is not None:
        raise RequestError(
            "models of XGBoost have probabilities of their own, and need no error rate and no link "
            "slope; leave them out"
        )
    classes = _classes(made, head)
    if settings.noise_scale is not None and classes:
        raise RequestError("a noise scale is for regressors, and this model is a classifier; leave it out")
    shared = _shared(opened, settings, head, classes)
    if classes:
        return XGBoostClassifier(**shared)
    noise = NOISE[head.objective](head.settings)
    model = XGBoostRegressor(**shared, noise=noise)
    return model if settings.noise_scale is None else model.with_noise(settings.noise_scale, "stated by the user")


def scored(opened: Opened, settings: Settings, reason: str) -> XGBoostScores:
    """Return a fitted booster or estimator without a likelihood; see `Scoring.scored_of`.

    Raises
    ------
    ModelError
        If it is not fitted, or can't be read.
    SchemaError
        If the stated schema does not fit.
    """
    made, where = opened.object, opened.origin or "what was given"
    if not isinstance(made, xgboost.Booster | xgboost.XGBModel):
        raise ModelError(f"{where} is {article(type(made).__name__)}; a fitted booster or estimator is needed")
    head = _head(made, where)
    return XGBoostScores(**_shared(opened, settings, head, ()), likelihood=reason)


def _shared(opened: Opened, settings: Settings, head: Head, classes: tuple[Any, ...]) -> dict[str, Any]:
    """Return what all models are made of."""
    bare = not hasattr(opened.object, "classes_")
    target = stated_target(Target(classes=classes), settings.schema, coded=bare)
    own, coded = own_schema(head, target, settings.schema)
    end = head.best + 1 if head.wrapped and head.best is not None else 0
    warnings = (*opened.warnings, *_doubts(head, opened.left))
    return {
        **{"made": opened.object, "own": own, "schema": own, "fingerprint": opened.fingerprint},
        **{"audit": opened.audit, "warnings": warnings, "left": opened.left},
        **{"head": head, "coded": coded, "end": end},
    }


def _head(made: Any, where: str) -> Head:
    wrapper = isinstance(made, xgboost.XGBModel)
    if wrapper:
        if not made.__sklearn_is_fitted__():
            raise ModelError(f"{where} is {article(type(made).__name__)} that is not fitted; fit it, then save it")
        made = made.get_booster()
    elif isinstance(made, FileBooster):
        return made.head
    try:
        head = Head.of(learner_of(made))
    except OtherKindError as error:
        raise ModelError(f"{where} is {error}") from error
    except (ContentError, xgboost.core.XGBoostError) as error:
        raise ModelError(f"{where} is no model that can be read: {shown(str(error), 200)}") from error
    return replace(head, wrapped=True) if wrapper else head


def _classes(made: Any, head: Head) -> tuple[Any, ...]:
    if head.objective not in (*BINARY, *MANY):
        return ()
    own = getattr(made, "classes_", None)
    found = tuple(range(max(2, head.classes))) if own is None else tuple(np.asarray(own).tolist())
    if len(found) != max(2, head.classes):
        raise ModelError(f"a model of {max(2, head.classes)} classes that says it has {len(found)}; fit it again")
    return found


def _doubts(head: Head, left: tuple[str, ...]) -> list[Note]:
    if left:
        text = (
            f"parts of the file that no reader knows are left out ({few(list(left), _MOST_NAMED)}); if predictions "
            "need them, as those of a later XGBoost may, they differ"
        )
        return [Note("unknown_parts", text, parts=list(left[:_MOST_NAMED])), *_doubts(head, ())]
    if head.best is None or head.wrapped or head.best + 1 == head.rounds:
        return []
    text = (
        f"training noted round {head.best} as the best of {head.rounds}; all rounds are used, as Booster.predict does: "
        "to use those up to the best, save booster[: booster.best_iteration + 1]"
    )
    return [Note("all_rounds", text, best=head.best, rounds=head.rounds)]


def log_proba_of(estimator: Any) -> Callable[[Any], Float[Array, "n k"]] | None:
    """Return the exact log-probabilities of a fitted classifier for input as the library takes it.

    Parameters
    ----------
    estimator
        A fitted `XGBClassifier`, or a class that inherits from it and changes nothing.

    Returns
    -------
    callable or None
        From n rows to (n, k); ``None`` where it is none, or its objective has no probabilities.
    """
    if type(estimator) not in _CLASSIFIERS and faithful_of_type(type(estimator), {xgboost.XGBClassifier: True}) is None:
        return None
    if estimator.objective not in (*BINARY, *MANY):
        return None

    def score(X: Any) -> Float[Array, "n k"]:
        found = np.asarray(estimator.predict(X, output_margin=True))
        return _log_proba(found)

    return score
