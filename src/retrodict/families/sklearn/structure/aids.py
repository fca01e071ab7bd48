"""What estimators keep beside their own arrays to work with: a start, an index, a scaler, the links of a chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn import decomposition, ensemble, feature_selection, impute, manifold
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute._iterative import IterativeImputer  # its public name is there only after an experimental import
from sklearn.preprocessing import PowerTransformer
from sklearn.semi_supervised import LabelPropagation, LabelSpreading
from sklearn.utils import Bunch

from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.visit import Part
from retrodict.families.sklearn.structure.held_back import trained_place
from retrodict.families.sklearn.structure.imputed import imputed
from retrodict.families.sklearn.structure.wrappers import Parts, coded


def _kept(*attributes: str) -> Callable[[Any, Place], Parts]:
    """Return what yields aids that take the columns as they come; any may be missing in some settings."""

    def held(estimator: Any, place: Place) -> Parts:
        for attribute in attributes:
            yield Part(getattr(estimator, attribute, None), place.inner(attribute), "aid")

    return held


def _chosen_by(step: feature_selection.SelectFromModel, place: Place) -> Parts:
    """Yield the model that columns were chosen by, unless sanitising left its importances alone."""
    inner = step.estimator_
    if not (isinstance(inner, Bunch) and set(inner) == {"feature_importances_"}):
        yield Part(inner, place.inner("estimator_"), "aid")


def _eliminated_by(step: Any, place: Place) -> Parts:
    if "estimator_" in vars(step):  # else stripped: columns are chosen by what it left
        columns = tuple(place.columns[i] for i in step.get_support(indices=True))
        yield Part(step.estimator_, place.inner("estimator_", columns), "aid")


def _weighing_words(step: TfidfVectorizer, place: Place) -> Parts:
    """Yield what weights the words, each of which is a column of the text it was read from."""
    name = place.columns[0].name if len(place.columns) == 1 else "text"
    words = sorted(step.vocabulary_, key=step.vocabulary_.get)
    columns = tuple(Column(name, word, raw=False) for word in words)
    yield Part(step._tfidf, place.inner("_tfidf", columns), "aid")


def _coding_leaves(step: ensemble.RandomTreesEmbedding, place: Place) -> Parts:
    columns = tuple(Column.derived(f"leaf[{i}]") for i in range(len(step.estimators_)))
    yield Part(step.one_hot_encoder_, place.inner("one_hot_encoder_", columns), "aid")


def _start(estimator: Any, place: Place) -> Parts:
    yield Part(estimator.init_, trained_place(estimator, place).inner("init_", **coded(estimator, place)), "aid")


def _processes(estimator: GaussianProcessClassifier, place: Place) -> Parts:
    if estimator.multi_class == "one_vs_one" and len(estimator.classes_) > 2:
        yield Part(estimator.base_estimator_, place.inner("base_estimator_", **coded(estimator, place)), "aid")


def _scaling_curves(step: PowerTransformer, place: Place) -> Parts:
    if step.standardize:
        columns = tuple(Column.derived(f"powertransformer({column.label})") for column in place.columns)
        yield Part(step._scaler, place.inner("_scaler", columns), "aid")


def _links(step: IterativeImputer, place: Place) -> Parts:
    yield from _kept("indicator_")(step, place)
    yield Part(step.initial_imputer_, place.inner("initial_imputer_"), "aid")
    kept = [place.columns[i] for i in imputed(step, len(place.columns))[0]]  # links count columns without empty ones
    for i, link in enumerate(step.imputation_sequence_):
        columns = tuple(kept[j] for j in link.neighbor_feat_idx)
        sample = f"of the rows that have {kept[link.feat_idx].label}, gaps filled"
        yield Part(link.estimator, place.inner(f"imputation_sequence_[{i}].estimator", columns, sample), "aid")


AIDS: dict[type, Callable[[Any, Place], Parts]] = {
    feature_selection.SelectFromModel: _chosen_by,
    **dict.fromkeys((feature_selection.RFE, feature_selection.RFECV), _eliminated_by),
    manifold.Isomap: _kept("nbrs_", "kernel_pca_"),
    manifold.LocallyLinearEmbedding: _kept("nbrs_"),
    decomposition.KernelPCA: _kept("_centerer"),
    ensemble.RandomTreesEmbedding: _coding_leaves,
    **dict.fromkeys((ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor), _start),
    GaussianProcessClassifier: _processes,
    PowerTransformer: _scaling_curves,
    IterativeImputer: _links,
    **dict.fromkeys((impute.SimpleImputer, impute.KNNImputer), _kept("indicator_")),
    TfidfVectorizer: _weighing_words,
    **dict.fromkeys((LabelPropagation, LabelSpreading), _kept("nn_fit")),
}
