"""The estimators that a wrapper holds, each with its place: its columns, its rows, its classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn import (
    calibration,
    compose,
    decomposition,
    ensemble,
    feature_selection,
    frozen,
    impute,
    manifold,
    model_selection,
    multiclass,
    multioutput,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute._iterative import IterativeImputer  # its public name is there only after an experimental import
from sklearn.linear_model import RANSACRegressor
from sklearn.model_selection._search_successive_halving import HalvingGridSearchCV, HalvingRandomSearchCV  # likewise
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import PowerTransformer
from sklearn.semi_supervised import LabelPropagation, LabelSpreading, SelfTrainingClassifier
from sklearn.utils import Bunch

from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.families.sklearn.disclose.boosting import boosted_place
from retrodict.families.sklearn.disclose.trees import all_trees
from retrodict.families.sklearn.model.columns import resamples
from retrodict.families.sklearn.structure.containers import parts_of
from retrodict.families.sklearn.structure.imputed import imputed
from retrodict.families.sklearn.structure.transformers import passed

Held = Iterator[tuple[Any, Place]]

TARGET = "(target)"
"""What facts of a transformer of the target name as their feature; in brackets, since a feature may be called so."""

RESAMPLED = "of the rows as resampled"


def _pipeline(step: Pipeline, place: Place) -> Held:
    columns, sample = place.columns, None
    for name, inner in step.steps:
        yield inner, place.inner(f"named_steps[{name!r}]", columns, sample)
        if resamples(inner):
            sample = RESAMPLED
        elif inner is not step.steps[-1][1]:
            columns = passed(inner, columns, name)


def _parts(step: Any, place: Place) -> Held:
    for part in parts_of(step, place.columns):
        yield part.step, place.inner(part.path, part.columns)


def _one(attribute: str, sample: str | None = None) -> Callable[[Any, Place], Held]:
    def held(estimator: Any, place: Place) -> Held:
        yield getattr(estimator, attribute), place.inner(attribute, sample=sample)

    return held


def _parts_within(*attributes: str) -> Callable[[Any, Place], Held]:
    """Return what yields the estimators that a step works with itself; any may be missing in some of its settings."""

    def held(estimator: Any, place: Place) -> Held:
        for attribute in attributes:
            inner = getattr(estimator, attribute, None)
            if inner is not None:
                yield inner, place.inner(attribute)

    return held


def _chosen_by(step: feature_selection.SelectFromModel, place: Place) -> Held:
    """Yield the model that columns were chosen by, unless sanitising left its importances alone."""
    inner = step.estimator_
    if not (isinstance(inner, Bunch) and set(inner) == {"feature_importances_"}):
        yield inner, place.inner("estimator_")


def _selected(step: Any, place: Place) -> Held:
    if "estimator_" not in vars(step):
        return  # stripped: columns are chosen by what it left
    columns = tuple(place.columns[i] for i in step.get_support(indices=True))
    yield step.estimator_, place.inner("estimator_", columns)


def _target(estimator: compose.TransformedTargetRegressor, place: Place) -> Held:
    def back(values: Any) -> Any:
        return np.asarray(estimator.transformer_.inverse_transform(np.reshape(values, (-1, 1)))).ravel()

    yield estimator.regressor_, place.inner("regressor_", target=back)
    yield estimator.transformer_, place.inner("transformer_", (Column.start(TARGET),))


def _calibrated(estimator: calibration.CalibratedClassifierCV, place: Place) -> Held:
    members = estimator.calibrated_classifiers_
    for i, member in enumerate(members):
        sample = "of the rows of one fold" if len(members) > 1 else None
        yield member.estimator, place.inner(f"calibrated_classifiers_[{i}].estimator", sample=sample)
        for j, curve in enumerate(getattr(member, "calibrators", ())):
            path = f"calibrated_classifiers_[{i}].calibrators[{j}]"
            yield curve, place.inner(path, (Column.derived(f"score[{j}]"),), sample)


def _coded(estimator: Any, place: Place) -> Held:
    """Voting and stacking: members are fitted on all rows, on codes of the classes."""
    labels = place.classes(estimator) if hasattr(estimator, "classes_") else None
    coded = hasattr(estimator, "le_") or getattr(estimator, "cv", None) != "prefit"
    shared: dict[str, Any] = {"labels": labels} if labels is not None and coded else {}
    for i, member in enumerate(estimator.estimators_):
        yield member, place.inner(f"estimators_[{i}]", **shared)
    final = getattr(estimator, "final_estimator_", None)
    if final is not None:
        width = int(getattr(final, "n_features_in_", 0))
        own = width - len(place.columns) if estimator.passthrough else width
        columns = tuple(Column.derived(f"stack[{i}]") for i in range(own))
        if estimator.passthrough:
            columns += place.columns
        yield final, place.inner("final_estimator_", columns, **shared)


def _words(step: TfidfVectorizer, place: Place) -> Held:
    """Yield what weights the words, each of which is a column of the text it was read from."""
    name = place.columns[0].name if len(place.columns) == 1 else "text"
    words = sorted(step.vocabulary_, key=step.vocabulary_.get)
    yield step._tfidf, place.inner("_tfidf", tuple(Column(name, word, raw=False) for word in words))


def _leaves(step: ensemble.RandomTreesEmbedding, place: Place) -> Held:
    columns = tuple(Column.derived(f"leaf[{i}]") for i in range(len(step.estimators_)))
    yield step.one_hot_encoder_, place.inner("one_hot_encoder_", columns)


def _bagged(estimator: Any, place: Place) -> Held:
    if all_trees(estimator):
        return  # read together
    shared: dict[str, Any] = {"labels": place.classes(estimator)} if hasattr(estimator, "classes_") else {}
    for i, (member, features) in enumerate(zip(estimator.estimators_, estimator.estimators_features_, strict=True)):
        columns = tuple(place.columns[j] for j in features)
        yield member, place.inner(f"estimators_[{i}]", columns, "of one member's draw", **shared)


def _boosted(estimator: Any, place: Place) -> Held:
    if not all_trees(estimator):
        for i, member in enumerate(estimator.estimators_):
            yield member, place.inner(f"estimators_[{i}]", sample="of the rows as weighted")


def _start(estimator: Any, place: Place) -> Held:
    if not isinstance(estimator.init_, str):
        shared: dict[str, Any] = {"labels": place.classes(estimator)} if hasattr(estimator, "classes_") else {}
        yield estimator.init_, boosted_place(estimator, place).inner("init_", **shared)


def _against_rest(estimator: multiclass.OneVsRestClassifier, place: Place) -> Held:
    classes = place.classes(estimator)
    for i, member in enumerate(estimator.estimators_):
        labels = classes if len(classes) == 2 else (f"not {classes[i]}", classes[i])
        yield member, place.inner(f"estimators_[{i}]", labels=labels)


def _coded_output(estimator: multiclass.OutputCodeClassifier, place: Place) -> Held:
    for i, member in enumerate(estimator.estimators_):
        yield member, place.inner(f"estimators_[{i}]", labels=(f"bit {i} not set", f"bit {i} set"))


def _each_output(estimator: Any, place: Place) -> Held:
    for i, member in enumerate(estimator.estimators_):
        yield member, place.inner(f"estimators_[{i}]", target=None)


def _chained_outputs(estimator: Any, place: Place) -> Held:
    """Yield the links of a chain, each of which also takes the outputs before it."""
    for i, member in enumerate(estimator.estimators_):
        before = tuple(Column.derived(f"output[{int(j)}]") for j in estimator.order_[:i])
        yield member, place.inner(f"estimators_[{i}]", (*place.columns, *before))


def _against_one(estimator: multiclass.OneVsOneClassifier, place: Place) -> Held:
    classes = place.classes(estimator)
    pairs = [(a, b) for i, a in enumerate(classes) for b in classes[i + 1 :]]
    for i, (member, pair) in enumerate(zip(estimator.estimators_, pairs, strict=True)):
        sample = f"of the rows of {pair[0]} and {pair[1]}"
        yield member, place.inner(f"estimators_[{i}]", sample=sample, labels=pair)


def _processes(estimator: GaussianProcessClassifier, place: Place) -> Held:
    if estimator.multi_class == "one_vs_one" and len(estimator.classes_) > 2:
        yield estimator.base_estimator_, place.inner("base_estimator_", labels=place.classes(estimator))


def _curved(step: PowerTransformer, place: Place) -> Held:
    if step.standardize:
        columns = tuple(Column.derived(f"powertransformer({column.label})") for column in place.columns)
        yield step._scaler, place.inner("_scaler", columns)


def _chained(step: IterativeImputer, place: Place) -> Held:
    yield from _parts_within("indicator_")(step, place)
    yield step.initial_imputer_, place.inner("initial_imputer_")
    kept = [place.columns[i] for i in imputed(step, len(place.columns))[0]]  # links count columns without empty ones
    for i, link in enumerate(step.imputation_sequence_):
        columns = tuple(kept[j] for j in link.neighbor_feat_idx)
        sample = f"of the rows that have {kept[link.feat_idx].label}, gaps filled"
        yield link.estimator, place.inner(f"imputation_sequence_[{i}].estimator", columns, sample)


HELD: dict[type, Callable[[Any, Place], Held]] = {
    Pipeline: _pipeline,
    FeatureUnion: _parts,
    compose.ColumnTransformer: _parts,
    compose.TransformedTargetRegressor: _target,
    model_selection.GridSearchCV: _one("best_estimator_"),
    model_selection.RandomizedSearchCV: _one("best_estimator_"),
    HalvingGridSearchCV: _one("best_estimator_"),
    HalvingRandomSearchCV: _one("best_estimator_"),
    model_selection.FixedThresholdClassifier: _one("estimator_"),
    model_selection.TunedThresholdClassifierCV: _one("estimator_"),
    feature_selection.SelectFromModel: _chosen_by,
    feature_selection.RFE: _selected,
    feature_selection.RFECV: _selected,
    frozen.FrozenEstimator: _one("estimator"),
    manifold.Isomap: _parts_within("nbrs_", "kernel_pca_"),
    manifold.LocallyLinearEmbedding: _parts_within("nbrs_"),
    decomposition.KernelPCA: _parts_within("_centerer"),
    ensemble.RandomTreesEmbedding: _leaves,
    SelfTrainingClassifier: _one("estimator_", "of the rows, those it labelled itself included"),
    RANSACRegressor: _one("estimator_", "of the inliers"),
    calibration.CalibratedClassifierCV: _calibrated,
    ensemble.VotingClassifier: _coded,
    ensemble.VotingRegressor: _coded,
    ensemble.StackingClassifier: _coded,
    ensemble.StackingRegressor: _coded,
    ensemble.BaggingClassifier: _bagged,
    ensemble.BaggingRegressor: _bagged,
    ensemble.AdaBoostClassifier: _boosted,
    ensemble.AdaBoostRegressor: _boosted,
    ensemble.GradientBoostingClassifier: _start,
    ensemble.GradientBoostingRegressor: _start,
    multiclass.OneVsRestClassifier: _against_rest,
    multiclass.OneVsOneClassifier: _against_one,
    multiclass.OutputCodeClassifier: _coded_output,
    multioutput.MultiOutputClassifier: _each_output,
    multioutput.MultiOutputRegressor: _each_output,
    multioutput.ClassifierChain: _chained_outputs,
    multioutput.RegressorChain: _chained_outputs,
    GaussianProcessClassifier: _processes,
    PowerTransformer: _curved,
    IterativeImputer: _chained,
    impute.SimpleImputer: _parts_within("indicator_"),
    impute.KNNImputer: _parts_within("indicator_"),
    TfidfVectorizer: _words,
    LabelPropagation: _parts_within("nn_fit"),
    LabelSpreading: _parts_within("nn_fit"),
}
