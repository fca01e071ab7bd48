"""Selectors of columns: what each column was chosen by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import feature_selection

from retrodict.disclosures.kinds import Association, Disclosure
from retrodict.disclosures.place import Place


def scored(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield each column's test statistic against the target."""
    scores, p_values = step.scores_, getattr(step, "pvalues_", None)
    measure = getattr(step.score_func, "__name__", type(step.score_func).__name__)
    for i, column in enumerate(place.columns):
        p = None if p_values is None else float(p_values[i])
        if not np.isfinite(scores[i]):  # a constant column has none
            continue
        yield Association(
            measure,
            float(scores[i]),
            p if p is not None and np.isfinite(p) else None,
            features=(column.label,),
            source=place.at("scores_"),
            exact=place.exact,
        )


def varying(step: feature_selection.VarianceThreshold, place: Place) -> Iterator[Disclosure]:
    """Yield each column's variance; with a threshold of zero the range stands in its place where that is smaller."""
    variances = getattr(step, "variances_", None)
    if variances is not None:
        exact: bool | str = True if step.threshold > 0 else "or the range, where that is smaller"
        yield from place.moments("variances_", None, variances, exact=exact)


READERS = {
    **dict.fromkeys(
        (
            feature_selection.SelectKBest,
            feature_selection.SelectPercentile,
            feature_selection.SelectFpr,
            feature_selection.SelectFdr,
            feature_selection.SelectFwe,
            feature_selection.GenericUnivariateSelect,
        ),
        scored,
    ),
    feature_selection.VarianceThreshold: varying,
}
