"""What is known of scikit-learn's classes: what each states, what it holds, and which of its parts are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import preprocessing
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import BallTree, KDTree
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from retrodict.disclosures.by_value import attributes
from retrodict.disclosures.columns import Columns
from retrodict.disclosures.review import Review
from retrodict.families.sklearn.disclose import (
    bayes,
    boosting,
    clusters,
    covariances,
    encoders,
    gaussians,
    imputers,
    kernels,
    manifolds,
    neighbours,
    parametric,
    projections,
    random_trees,
    scalers,
    selectors,
    trees,
    words,
)
from retrodict.families.sklearn.disclose.silent import SILENT
from retrodict.families.sklearn.model import schema
from retrodict.families.sklearn.structure.transformers import aligned
from retrodict.families.sklearn.structure.tree_types import SINGLE
from retrodict.families.sklearn.structure.visit import HELD

_FILES = (
    scalers,
    encoders,
    imputers,
    projections,
    bayes,
    gaussians,
    neighbours,
    kernels,
    trees,
    boosting,
    parametric,
    random_trees,
    clusters,
    manifolds,
    covariances,
    selectors,
    words,
)
_OF_TREES = {f"retrodict.families.sklearn.disclose.{name}" for name in ("trees", "boosting", "random_trees")}
_READERS = {cls: reader for file in _FILES for cls, reader in file.READERS.items()}

_EVERYWHERE = frozenset({"feature_names_in_", "n_features_in_"})
"""What scikit-learn's checks set on every estimator."""


@dataclass(frozen=True)
class SklearnReview(Review):
    """What is otherwise with scikit-learn than with a plain library."""

    def is_model(self, part: Any) -> bool:
        """Whether it is an estimator: what else scikit-learn's classes are made of states nothing by itself."""
        return isinstance(part, BaseEstimator)

    def is_fitted(self, part: Any) -> bool:
        """Whether an estimator was fitted; a template that a wrapper was given was not."""
        try:
            check_is_fitted(part)
        except NotFittedError:
            return False
        except Exception:  # what can't be asked counts as fitted: it is looked at
            return True
        return True

    def width(self, part: Any) -> int | None:
        """Return how many columns an estimator says it takes."""
        return getattr(part, "n_features_in_", None)

    def names_of(self, part: Any) -> tuple[str, ...] | None:
        """Return the columns of any fitted estimator: transformers, mixtures and densities too."""
        if not isinstance(part, BaseEstimator):
            return None
        return tuple(schema.names_of(part, getattr(part, "feature_names_in_", None), None))

    def placed(self, part: Any, columns: Columns, label: str) -> Columns:
        """Return the columns, or nameless ones where the estimator takes another number of them."""
        return aligned(part, columns, label)

    def plumbing(self, part: Any) -> bool:
        """Whether it codes labels, or is private to the library."""
        if isinstance(part, preprocessing.FunctionTransformer):
            return part.func is None
        return isinstance(part, preprocessing.LabelEncoder | preprocessing.LabelBinarizer) or super().plumbing(part)

    def declared(self, cls: type, name: str) -> bool:
        """Whether an attribute is one that the class has."""
        return name in _EVERYWHERE or super().declared(cls, name)

    def steps(self, part: Any) -> Iterator[tuple[str, Any]] | None:
        """Name steps of pipelines and column transformers as users do, and show the rows in compiled trees."""
        if isinstance(part, KDTree | BallTree):
            return iter([(".data", np.asarray(part.data))])
        return _named(part) if isinstance(part, Pipeline | ColumnTransformer) else None


def _named(part: Any) -> Iterator[tuple[str, Any]]:
    titled = {Pipeline: ".steps", ColumnTransformer: ".transformers_"}
    series = next(step for cls, step in titled.items() if isinstance(part, cls))
    for step, value in attributes(part):
        if step == series and isinstance(value, list) and all(isinstance(one, tuple) and len(one) > 1 for one in value):
            yield from ((f".named_{series[1:]}[{one[0]!r}]", one[1]) for one in value)
        else:
            yield step, value


REVIEW = SklearnReview(
    readers=_READERS,
    held=HELD,
    silent=SILENT,
    together={
        **{cls: SINGLE for cls, reader in _READERS.items() if reader.__module__ in _OF_TREES and cls not in SINGLE},
        **kernels.TOGETHER,
        **boosting.TOGETHER,
        **scalers.TOGETHER,
    },
)
