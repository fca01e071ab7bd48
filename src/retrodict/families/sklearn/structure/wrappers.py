"""What wrappers hand the rows that they are given on to: steps, folds, members; each part with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, count, repeat
from typing import Any

from sklearn import calibration, compose, ensemble, multiclass, multioutput
from sklearn.pipeline import FeatureUnion, Pipeline

from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.visit import Part
from retrodict.families.sklearn.structure.containers import branches_of, resamples
from retrodict.families.sklearn.structure.delegates import DELEGATES, STACKS
from retrodict.families.sklearn.structure.transformers import passed
from retrodict.models.type_lookup import known_of_type

Parts = Iterator[Part]

TARGET = "(target)"
"""What facts of a transformer of the target name as their feature; in brackets, since a feature may be called so."""

RESAMPLED = "of the rows as resampled"


def _delegated(estimator: Any, place: Place) -> Parts:
    delegate = known_of_type(type(estimator), DELEGATES)
    one = None if delegate is None else delegate(estimator)
    if one is not None:
        changed: dict[str, Any] = {} if one.target is None else {"target": one.target}
        yield Part(one.estimator, place.inner(one.path, sample=one.sample, **changed), "predictor")


def _pipeline(step: Pipeline, place: Place) -> Parts:
    columns, sample = place.columns, None
    for name, inner in step.steps:
        last = inner is step.steps[-1][1]
        yield Part(inner, place.inner(f"named_steps[{name!r}]", columns, sample), "predictor" if last else "step")
        if resamples(inner):
            sample = RESAMPLED
        elif not last:
            columns = passed(inner, columns, name)


def _branches(step: Any, place: Place) -> Parts:
    for branch in branches_of(step, place.columns):
        yield Part(branch.step, place.inner(branch.path, branch.columns), "step")


def _of_changed_target(estimator: compose.TransformedTargetRegressor, place: Place) -> Parts:
    yield from _delegated(estimator, place)
    yield Part(estimator.transformer_, place.inner("transformer_", (Column.start(TARGET),)), "target")


def _calibrated(estimator: calibration.CalibratedClassifierCV, place: Place) -> Parts:
    members = estimator.calibrated_classifiers_
    for i, member in enumerate(members):
        sample = "of the rows of one fold" if len(members) > 1 else None
        path = f"calibrated_classifiers_[{i}]"
        yield Part(member.estimator, place.inner(f"{path}.estimator", sample=sample), "member")
        for j, curve in enumerate(getattr(member, "calibrators", ())):
            scores = (Column.derived(f"score[{j}]"),)
            yield Part(curve, place.inner(f"{path}.calibrators[{j}]", scores, sample), "aid")


def _members(given: Callable[[Any, Place], Iterable[dict[str, Any]]]) -> Callable[[Any, Place], Parts]:
    """Return what yields members, each with what it is given that is not given to the whole."""

    def held(estimator: Any, place: Place) -> Parts:
        each = iter(given(estimator, place))
        for i, member in enumerate(estimator.estimators_):
            yield Part(member, place.inner(f"estimators_[{i}]", **next(each)), "member")

    return held


def coded(estimator: Any, place: Place) -> dict[str, Any]:
    """Return what a part is told that is fitted on codes of the classes of what holds it."""
    return {"labels": place.classes(estimator)} if hasattr(estimator, "classes_") else {}


def _coded_unless_fitted(estimator: Any, place: Place) -> dict[str, Any]:
    """Voting and stacking: members that were fitted before saw the classes themselves."""
    own = hasattr(estimator, "le_") or getattr(estimator, "cv", None) != "prefit"
    return coded(estimator, place) if own else {}


def _voting(estimator: Any, place: Place) -> Iterable[dict[str, Any]]:
    return repeat(_coded_unless_fitted(estimator, place))


def _stacked(estimator: Any, place: Place) -> Parts:
    yield from _members(_voting)(estimator, place)
    final = estimator.final_estimator_
    width = int(getattr(final, "n_features_in_", 0))
    passed_on = place.columns if estimator.passthrough else ()
    columns = tuple(Column.derived(f"stack[{i}]") for i in range(width - len(passed_on)))
    where = place.inner("final_estimator_", columns + passed_on, **_coded_unless_fitted(estimator, place))
    yield Part(final, where, "predictor")


def _bagged(estimator: Any, place: Place) -> Iterable[dict[str, Any]]:
    shared = {"sample": "of one member's draw", **coded(estimator, place)}
    return ({"columns": tuple(place.columns[j] for j in own), **shared} for own in estimator.estimators_features_)


def _against_rest(estimator: multiclass.OneVsRestClassifier, place: Place) -> Iterable[dict[str, Any]]:
    classes = place.classes(estimator)
    return ({"labels": classes if len(classes) == 2 else (f"not {c}", c)} for c in classes)


def _against_one(estimator: multiclass.OneVsOneClassifier, place: Place) -> Iterable[dict[str, Any]]:
    pairs = combinations(place.classes(estimator), 2)
    return ({"sample": f"of the rows of {a} and {b}", "labels": (a, b)} for a, b in pairs)


def _chained_outputs(estimator: Any, place: Place) -> Iterable[dict[str, Any]]:
    """Links of a chain, each of which also takes the outputs before it."""
    before = tuple(Column.derived(f"output[{int(j)}]") for j in estimator.order_)
    return ({"columns": (*place.columns, *before[:i])} for i in count())


WRAPPERS: dict[type, Callable[[Any, Place], Parts]] = {
    **dict.fromkeys(DELEGATES, _delegated),
    Pipeline: _pipeline,
    FeatureUnion: _branches,
    compose.ColumnTransformer: _branches,
    compose.TransformedTargetRegressor: _of_changed_target,
    calibration.CalibratedClassifierCV: _calibrated,
    **dict.fromkeys(STACKS, _stacked),
    **dict.fromkeys((ensemble.VotingClassifier, ensemble.VotingRegressor), _members(_voting)),
    **dict.fromkeys((ensemble.BaggingClassifier, ensemble.BaggingRegressor), _members(_bagged)),
    **dict.fromkeys(
        (ensemble.AdaBoostClassifier, ensemble.AdaBoostRegressor),
        _members(lambda *_: repeat({"sample": "of the rows as weighted"})),
    ),
    multiclass.OneVsRestClassifier: _members(_against_rest),
    multiclass.OneVsOneClassifier: _members(_against_one),
    multiclass.OutputCodeClassifier: _members(
        lambda *_: ({"labels": (f"bit {i} not set", f"bit {i} set")} for i in count())
    ),
    **dict.fromkeys(
        (multioutput.MultiOutputClassifier, multioutput.MultiOutputRegressor),
        _members(lambda *_: repeat({"target": None})),
    ),
    **dict.fromkeys((multioutput.ClassifierChain, multioutput.RegressorChain), _members(_chained_outputs)),
}
"""They do nothing with the columns themselves: what their parts need of them is all that they need."""
