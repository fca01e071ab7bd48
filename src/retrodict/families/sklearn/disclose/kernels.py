"""Support vectors, Gaussian processes, kernel ridge and spread labels: training rows, some with their targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import gaussian_process, kernel_approximation, kernel_ridge, multiclass, semi_supervised, svm
from sklearn.gaussian_process._gpc import _BinaryGaussianProcessClassifierLaplace

from retrodict.disclosures.kinds import ClassShares, Disclosure, SampleSize
from retrodict.disclosures.place import Place


def vectors(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the support vectors, their positions in the table and their classes, and the size of the table."""
    labels = None
    if hasattr(estimator, "classes_"):
        labels = np.repeat(np.asarray(place.classes(estimator), dtype=object), estimator.n_support_).tolist()
    if estimator.kernel != "precomputed" and len(estimator.support_):
        index = estimator.support_ if np.any(estimator.support_) else None  # all zero: stripped
        yield place.rows("support_vectors_", estimator.support_vectors_, labels, index)
    shape = getattr(estimator, "shape_fit_", None)
    if shape is not None:
        yield SampleSize(int(shape[0]), features=(), source=place.at("shape_fit_"), exact=place.exact)


def process(estimator: gaussian_process.GaussianProcessRegressor, place: Place) -> Iterator[Disclosure]:
    """Yield every row with its target."""
    y = np.asarray(estimator.y_train_)
    targets = place.targets(y * estimator._y_train_std + estimator._y_train_mean) if y.ndim == 1 else None
    yield place.rows("X_train_", estimator.X_train_, targets)
    yield SampleSize(len(y), features=(), source=place.at("X_train_"), exact=place.exact)


def process_classes(estimator: gaussian_process.GaussianProcessClassifier, place: Place) -> Iterator[Disclosure]:
    """Yield every row with its class; one against the rest stores each row once for each class."""
    classes, base = place.classes(estimator), estimator.base_estimator_
    if isinstance(base, _BinaryGaussianProcessClassifierLaplace):
        members, codes, path = [base], np.asarray(base.y_train_), "base_estimator_.X_train_"
    else:
        members, path = list(base.estimators_), "base_estimator_.estimators_[0].X_train_"
        if len(members) != len(classes) or estimator.multi_class != "one_vs_rest":
            return  # each pair of classes has its own rows, which are read one by one
        codes = np.argmax([member.y_train_ for member in members], axis=0)
    yield place.rows(path, members[0].X_train_, [classes[code] for code in codes])
    shares = np.bincount(codes, minlength=len(classes)) / len(codes)
    source = place.at(path.replace("X_", "y_"))
    yield ClassShares(classes, tuple(shares.tolist()), features=(), source=source, exact=place.exact)
    yield SampleSize(len(codes), features=(), source=source, exact=place.exact)


def binary_process(member: _BinaryGaussianProcessClassifierLaplace, place: Place) -> Iterator[Disclosure]:
    """Yield the rows of one pair of classes, or of one class against the rest."""
    classes = place.classes(member)
    labels = [classes[code] for code in np.asarray(member.y_train_)]
    yield place.rows("X_train_", member.X_train_, labels)


def ridge(estimator: kernel_ridge.KernelRidge, place: Place) -> Iterator[Disclosure]:
    """Yield every row with its target, which the dual coefficients and the kernel give: ``y = (K + alpha I) a``."""
    if estimator.kernel == "precomputed":
        yield place.entries("X_fit_", "kernel with the other rows", estimator.X_fit_)
        return
    targets = None
    if np.ndim(estimator.dual_coef_) == 1 and np.ndim(estimator.alpha) == 0:
        fitted = estimator._get_kernel(estimator.X_fit_) @ estimator.dual_coef_
        targets = place.targets(fitted + estimator.alpha * estimator.dual_coef_)
    yield place.rows("X_fit_", estimator.X_fit_, targets)
    n = estimator.X_fit_.shape[0]
    yield SampleSize(int(n), features=(), source=place.at("X_fit_"), exact=place.exact)


def propagated(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield every row with the label that it ended with: its own, or that of rows near it where it had none."""
    classes = place.classes(estimator)
    codes = np.argmax(estimator.label_distributions_, axis=1)
    yield place.rows("X_", estimator.X_, [classes[code] for code in codes])
    yield SampleSize(len(codes), features=(), source=place.at("X_"), exact=place.exact)


def taught(estimator: semi_supervised.SelfTrainingClassifier, place: Place) -> Iterator[Disclosure]:
    """Yield the label that each row had or was given, and when it was."""
    meanings = {"transduction_": "label", "labeled_iter_": "the round in which it was labelled"}
    yield from place.kept(estimator, meanings)


def landmarks(step: kernel_approximation.Nystroem, place: Place) -> Iterator[Disclosure]:
    """Yield the rows that new ones are compared with."""
    if step.kernel == "precomputed":
        yield place.entries("components_", "kernel with other rows", step.components_)
    else:
        yield place.rows("components_", step.components_, index=getattr(step, "component_indices_", None))


READERS = {
    svm.SVC: vectors,
    svm.NuSVC: vectors,
    svm.SVR: vectors,
    svm.NuSVR: vectors,
    svm.OneClassSVM: vectors,
    gaussian_process.GaussianProcessRegressor: process,
    gaussian_process.GaussianProcessClassifier: process_classes,
    _BinaryGaussianProcessClassifierLaplace: binary_process,
    kernel_ridge.KernelRidge: ridge,
    kernel_approximation.Nystroem: landmarks,
    semi_supervised.SelfTrainingClassifier: taught,
    semi_supervised.LabelPropagation: propagated,
    semi_supervised.LabelSpreading: propagated,
}
TOGETHER: dict[type, tuple[type, ...]] = {
    gaussian_process.GaussianProcessClassifier: (
        multiclass.OneVsRestClassifier,
        _BinaryGaussianProcessClassifierLaplace,
    ),
    multiclass.OneVsRestClassifier: (_BinaryGaussianProcessClassifierLaplace,),
}
"""What one reader of all classes reads, where rows are stored once for each class."""
