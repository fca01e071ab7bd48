"""Encoders and discretisers: category lists, means of the target for each category, bin edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import preprocessing

from retrodict.disclosures.kinds import BinEdges, Categories, Disclosure, Quantiles, Range, TargetMeans, TargetMoments
from retrodict.disclosures.place import Place


def categories(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield each column's categories; those that were given need not have been seen."""
    given = not isinstance(step.categories, str)
    for column, values in zip(place.columns, step.categories_, strict=True):
        if column.untouched:
            yield Categories(
                tuple(np.asarray(values).tolist()),
                features=(column.name,),
                source=place.at("categories_"),
                exact=place.sample or ("as given to the encoder" if given else True),
            )


def target(step: preprocessing.TargetEncoder, place: Place) -> Iterator[Disclosure]:
    """Yield each category's mean target; smoothing draws it towards the overall mean."""
    yield from categories(step, place)
    several = step.target_type_ == "multiclass"
    overall = np.ravel(step.target_mean_)
    classes = place.classes(step) if step.target_type_ != "continuous" else (None,)
    within = classes if several else classes[-1:]
    exact = place.exact if step.smooth == 0 else False
    for j, encoding in enumerate(step.encodings_):
        i, k = divmod(j, len(within))  # the columns of one feature stand together, one a class
        if place.columns[i].untouched:
            yield TargetMeans(
                tuple(np.asarray(step.categories_[i]).tolist()),
                tuple(encoding.tolist()),
                features=(place.columns[i].name,),
                source=place.at(f"encodings_[{j}]"),
                exact=exact,
                within=within[k],
            )
    for label, mean in zip(within, overall, strict=True):
        yield TargetMoments(float(mean), features=(), source=place.at("target_mean_"), exact=place.exact, within=label)


def bins(step: preprocessing.KBinsDiscretizer, place: Place) -> Iterator[Disclosure]:
    """Yield each column's bin edges, its range, and its quantiles where the bins hold equal shares."""
    exact: bool | str = True if step.subsample is None else f"of at most {step.subsample} rows"
    for i, (column, stored) in enumerate(zip(place.columns, step.bin_edges_, strict=True)):
        edges = column.raw_numbers(stored)
        if edges is None:
            continue
        shared: dict[str, Any] = {
            "features": (column.name,),
            "source": place.at("bin_edges_"),
            "exact": place.sample or exact,
        }
        yield BinEdges(edges, **shared)
        asked = np.broadcast_to(step.n_bins, len(place.columns))[i]
        if step.strategy == "quantile" and len(edges) == asked + 1:  # fewer: equal edges were merged
            yield Quantiles(tuple(np.linspace(0.0, 1.0, len(edges)).tolist()), tuple(edges.tolist()), **shared)
    ends = np.array([(edges[0], edges[-1]) for edges in step.bin_edges_])
    yield from place.ranges("bin_edges_", ends[:, 0], ends[:, 1], exact)


def knots(step: preprocessing.SplineTransformer, place: Place) -> Iterator[Disclosure]:
    """Yield each column's quantiles, or its range, where its knots were put at these."""
    if not isinstance(step.knots, str):
        return  # they were given
    for i, column in enumerate(place.columns):
        spline = step.bsplines_[i]
        ends = column.raw_numbers(np.asarray(spline.t)[step.degree : len(spline.t) - step.degree])
        if ends is None:
            continue
        ends = np.sort(ends)
        shared: dict[str, Any] = {"features": (column.name,), "source": place.at(f"bsplines_[{i}].t")}
        if step.knots == "quantile":
            points = tuple(np.linspace(0.0, 1.0, len(ends)).tolist())
            exact = place.told("if rows had equal weight", (column,))
            yield Quantiles(points, tuple(ends.tolist()), **shared, exact=exact)
        yield Range(float(ends[0]), float(ends[-1]), **shared, exact=place.told(True, (column,)))


def names(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the classes of the target."""
    classes = tuple(np.asarray(step.classes_).tolist())
    given = getattr(step, "classes", None) is not None
    told = place.sample or ("as given to the encoder" if given else True)
    yield Categories(classes, features=(), source=place.at("classes_"), exact=told)


READERS = {
    preprocessing.OneHotEncoder: categories,
    preprocessing.OrdinalEncoder: categories,
    preprocessing.TargetEncoder: target,
    preprocessing.KBinsDiscretizer: bins,
    preprocessing.SplineTransformer: knots,
    preprocessing.LabelEncoder: names,
    preprocessing.LabelBinarizer: names,
    preprocessing.MultiLabelBinarizer: names,
}
