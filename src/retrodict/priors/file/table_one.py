"""Write what a published table of characteristics would say of a sample, as a prior file."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import PriorError, SchemaError
from retrodict.priors.file.features import feature_of_spec
from retrodict.priors.file.format import FeatureSpec
from retrodict.priors.fit import FEWEST, observed_categories
from retrodict.priors.hermite import HermiteSeries, hermite_series, pearson_polynomial, pearson_range
from retrodict.priors.shrinkage import mixed, standard, weights_by_class
from retrodict.schema import Feature, Schema
from retrodict.schema.labels import native
from retrodict.schema.yaml_text import write_yaml

Array = np.ndarray

_DIGITS = 6
_WIDEST = 0.95  # share of the largest possible variance beyond which no beta is written


def write_prior_file(
    frame: pd.DataFrame,
    path: str | Path,
    *,
    target: str | None = None,
    correlations: float | None = 0.0,
    by_class: bool = False,
) -> Path:
    """Write a prior file with a sample's published characteristics, and nothing of its rows.

    Numbers: mean, sd, min and max to six digits. Listed features: shares. Missing rates. Pearson correlations between
    features that have an order. Where the marginals of the file can't reach a correlation or a standard deviation of
    the sample, the nearest that they can is written, or the range alone, so that the file always loads.

    Parameters
    ----------
    frame
        The sample.
    path
        The file to write.
    target
        A column that is no feature; its class shares are written.
    correlations
        The smallest absolute correlation that is written; ``None`` leaves all out.
    by_class
        Whether the same is written of each class of `target` that has ten rows or more, its correlations shrunken as
        `fit_prior` does.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    PriorError
        If the frame is empty, holds a column that fits no kind, or the file can't be written; or if the target has no
        classes to write by, or none of them has ten rows.
    """
    data = characteristics(frame, target, correlations, by_class=by_class)
    path = Path(path)
    try:
        path.write_text(write_yaml(data), encoding="utf-8")
    except OSError as error:
        raise PriorError(f"prior file '{path}' can't be written: {error.strerror}") from error
    return path


def characteristics(
    frame: pd.DataFrame, target: str | None, correlations: float | None, *, by_class: bool = False
) -> dict[str, Any]:
    """Return what `write_prior_file` writes, as plain data; its parameters and errors are that function's."""
    if not len(frame):
        raise PriorError("a prior file can't be written from 0 rows; give a sample")
    try:
        frame = observed_categories(frame, target)
        schema = Schema.from_frame(frame, target)
        rows = schema.encode(frame)
    except SchemaError as error:
        raise PriorError(f"the sample does not make a prior file: {error}") from error
    entries = {f.name: _entry(f, rows[:, j]) for j, f in enumerate(schema.features)}
    data: dict[str, Any] = {"features": entries}
    if correlations is not None and (stated := stated_correlations(schema, _pairwise(rows), entries, correlations)):
        data["correlations"] = stated
    if target is not None:
        data["target"] = target
        if schema.target.is_class:
            shares = frame[target].value_counts(normalize=True)
            data["class_shares"] = {native(c): float(shares.get(c, 0.0)) for c in schema.target.classes}
    if by_class:
        if target is None or not schema.target.is_class:
            raise PriorError("what classes are like needs a target column of classes; name it as target")
        every = {c: rows[np.asarray(frame[target] == c)] for c in schema.target.classes}
        of = {c: own for c, own in every.items() if len(own) >= FEWEST}
        if not of:
            raise PriorError(f"no class of '{target}' has {FEWEST} rows to say what it is like; leave by_class out")
        data["classes"] = _classes(schema, of, entries, correlations)
    return data


def _classes(
    schema: Schema, of: dict[Any, Array], entries: dict[str, Any], least: float | None
) -> dict[Any, dict[str, Any]]:
    """Return what is written of each class: of features of which it has values, and how they go together."""
    a, b = weights_by_class([standard(own) for own in of.values()])
    pairwise = [_pairwise(own) for own in of.values()]
    shared = np.nan_to_num(np.nanmean(pairwise, axis=0)) if pairwise else np.empty((0, 0))
    shrunken = mixed([np.where(np.isnan(one), shared, one) for one in pairwise], [len(x) for x in of.values()], a, b)
    out: dict[Any, dict[str, Any]] = {}
    for (label, own), matrix in zip(of.items(), shrunken, strict=True):
        told = {
            f.name: _entry(replace(f, missing=float(np.isnan(own[:, j]).mean())), own[:, j])
            for j, f in enumerate(schema.features)
            if not np.isnan(own[:, j]).all()
        }
        fixed = [f.name in told and told[f.name].get("min", 0) == told[f.name].get("max", 1) for f in schema.features]
        matrix = np.where(np.logical_or.outer(fixed, fixed), np.nan, matrix)
        out[native(label)] = {"features": told}
        if least is not None:
            out[native(label)]["correlations"] = stated_correlations(schema, matrix, {**entries, **told}, least)
    return out


def _entry(feature: Feature, column: Array) -> dict[str, Any]:
    present = column[~np.isnan(column)]
    gone = {"missing": _rounded(feature.missing)} if feature.missing else {}
    if feature.listed:
        counts = np.bincount(present.astype(np.int64), minlength=len(feature.categories))
        shares = {native(c): float(n) / len(present) for c, n in zip(feature.categories, counts, strict=True)}
        return {"kind": feature.kind, "shares": shares, **gone}
    low, high = float(present.min()), float(present.max())
    with np.errstate(over="ignore"):
        mean, sd = float(present.mean()), float(present.std())
    whole = feature.kind == "integer"
    # Ends are not rounded: a bound that cuts the sample would be wrong, not merely rough.
    ends = {"min": int(low) if whole else low, "max": int(high) if whole else high}
    if low == high:
        return {"kind": feature.kind, **ends, **gone}
    mean = min(max(_rounded(mean), low), high)
    most = math.sqrt((mean - low) * (high - mean))
    sd = _rounded(min(sd, (most if whole else math.sqrt(_WIDEST) * most)))
    entry = {"kind": feature.kind, "mean": mean, "sd": sd, **ends, **gone}
    try:
        feature_of_spec(feature.name, FeatureSpec.model_validate(entry))
    except ValueError:  # numbers so large that their squares are none
        return {"kind": feature.kind, **ends, **gone}
    return entry


def _pairwise(rows: Array) -> Array:
    """Return the correlation of each pair of columns over the rows that hold both; NaN where fewer than three do."""
    return pd.DataFrame(rows).corr(min_periods=3).to_numpy()


def stated_correlations(schema: Schema, pairwise: Array, entries: dict[str, Any], least: float) -> list[dict[str, Any]]:
    """Return correlations as a file has them, each within what the marginals of its two features can reach.

    Parameters
    ----------
    schema
        The features.
    pairwise
        Pearson correlations, shape (d, d); NaN where none is known.
    entries
        Of each feature what the file says.
    least
        The smallest absolute correlation that is written.
    """
    ordered = [j for j, f in enumerate(schema.features) if f.kind != "categorical"]
    series: dict[int, HermiteSeries] = {}
    out: list[dict[str, Any]] = []
    for place, i in enumerate(ordered):
        for j in ordered[:place]:
            value = pairwise[i, j]
            if np.isnan(value) or abs(value) < least or round(float(value), 4) == 0:
                continue
            for k in (i, j):
                if k not in series:
                    name = schema.names[k]
                    series[k] = hermite_series(feature_of_spec(name, FeatureSpec.model_validate(entries[name]))[1])
            low, high = pearson_range(pearson_polynomial(series[j], series[i]))
            value = min(max(float(value), 0.99 * low), 0.99 * high)
            out.append({"between": [schema.names[j], schema.names[i]], "pearson": round(value, 4)})
    return out


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
